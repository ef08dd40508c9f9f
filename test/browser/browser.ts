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

interface Seen {
  readonly worst?: { readonly what: string; readonly contrast: number };
  /** Relative luminance of the page's background, 0 to 1. */
  readonly background: number;
}

/** Finds the text with the least contrast to what is behind it (WCAG 2.2: relative luminance, contrast ratio). Runs in the browser. */
const SEEN = `(() => {
  const rgb = (text) => (text.match(/[\\d.]+/g) ?? []).map(Number);
  const light = (color) => {
    const [r, g, b] = color.map((part) => part / 255 <= 0.04045 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (element) => {
    for (let one = element; one !== null; one = one.parentElement) {
      const color = rgb(getComputedStyle(one).backgroundColor);
      if (color[3] !== 0) return color;
    }
    return [255, 255, 255];
  };
  const texts = "h1, h2, h3, h4, p, b, span, dt, dd, small, li, summary, text, td, th, time, button, output, strong, ins, del";
  const [worst] = [...document.querySelectorAll(texts)]
    .filter((element) => element.textContent !== "")
    .map((element) => {
      const style = getComputedStyle(element);
      const [a, b] = [light(rgb(element instanceof SVGElement ? style.fill : style.color)), light(behind(element))];
      const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
      return { what: element.localName + "." + (element.getAttribute("class") ?? ""), contrast };
    })
    .sort((a, b) => a.contrast - b.contrast);
  return { worst, background: light(rgb(getComputedStyle(document.body).backgroundColor)) };
})()`;

/** The least contrast that WCAG 2.2 asks of text (1.4.3, AA). */
const CONTRAST = 4.5;

/** Whether all texts stand out from what is behind them, and the page is as light or dark as its reader wants it. */
export async function expectReadable(page: Page, scheme: "light" | "dark"): Promise<void> {
  const { worst, background } = await page.evaluate<Seen>(SEEN);
  expect(worst?.contrast, worst?.what).toBeGreaterThanOrEqual(CONTRAST);
  expect(background > 0.5 ? "light" : "dark").toBe(scheme);
}
