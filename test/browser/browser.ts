import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { chromium } from "playwright-core";
import { afterAll, beforeAll, expect } from "vitest";

/** Where the Debian package, or whoever installed it, put Chromium. */
function executable(): string {
  const found = (process.env.PATH ?? "").split(":").map((folder) => join(folder, "chromium"));
  return found.find((path) => existsSync(path)) ?? "/usr/bin/chromium";
}

/** A page that is open, with what went on while it was. */
export interface Opened {
  readonly page: Page;
  /** What was asked for over the network, or from files, by address. */
  readonly requests: readonly string[];
  /** What the browser complained of: errors and warnings of scripts, of the policy, of what could not be loaded. */
  readonly complaints: readonly string[];
}

/** A phone, upright. */
export const PHONE: BrowserContextOptions = {
  viewport: { width: 375, height: 760 },
  isMobile: true,
  hasTouch: true,
};

/** Opens pages in a Chromium that is started once for a file of tests. */
export function opener(): (address: string, options?: BrowserContextOptions) => Promise<Opened> {
  let browser: Browser | undefined;
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: executable() });
  });
  afterAll(async () => {
    await browser?.close();
  });
  return async (address, options = {}) => {
    if (browser === undefined) throw new Error("no browser");
    const context = await browser.newContext({
      viewport: { width: 1280, height: 900 },
      reducedMotion: "reduce",
      ...options,
    });
    const page = await context.newPage();
    const requests: string[] = [];
    const complaints: string[] = [];
    page.on("request", (request) => requests.push(request.url()));
    page.on("console", (message) => {
      if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
    });
    page.on("pageerror", (error) => complaints.push(error.message));
    await page.goto(address);
    return { page, requests, complaints };
  };
}

/** Whether the page is no wider than the screen: nobody has to scroll sideways. */
export async function expectFits(page: Page): Promise<void> {
  const widths = await page.evaluate<readonly number[]>("[document.documentElement.scrollWidth, innerWidth]");
  expect(widths).toEqual([page.viewportSize()?.width, page.viewportSize()?.width]);
}

/** Names of hosts that are shown. */
export function shownHosts(page: Page): Promise<readonly string[]> {
  return page.locator("#hosts li:visible b").allTextContents();
}

/** Presses Tab until what is meant has the focus. */
export async function tabTo(page: Page, selector: string): Promise<void> {
  for (let i = 0; i < 40; i++) {
    await page.keyboard.press("Tab");
    if ((await page.locator(`:focus`).and(page.locator(selector)).count()) > 0) return;
  }
  throw new Error(`no way to ${selector} by Tab`);
}
