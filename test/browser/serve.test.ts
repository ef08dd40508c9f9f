import { appendFileSync } from "node:fs";
import { afterAll, expect, it } from "vitest";
import { thisProcess } from "../../src/journal/who.js";
import type { Serving } from "../../src/serve/server.js";
import { serve } from "../../src/serve/server.js";
import { Site } from "../../src/serve/site.js";
import { newToken } from "../../src/serve/token.js";
import { ended } from "../history/simulate.js";
import { failing, finish, State, start } from "../serve/state.js";
import { expectFits, expectReadable, opener, PHONE, shownHosts, tabTo } from "./browser.js";

const open = opener();
const token = newToken();
const state = new State();
const ago = (hours: number): string => new Date(Date.now() - hours * 3_600_000).toISOString();
state.look(ago(30), { c1: ["sysctl <b>a</b>"], c2: [], c3: [] }, true);
state.look(ago(2), { c1: [], c2: ["sysctl a"], c3: [] });

const servings: Serving[] = [];
async function served(): Promise<string> {
  const site = new Site({ state: state.dir, version: "1", path: (path) => path });
  const serving = await serve({
    port: 0,
    token,
    site,
    warn: (message) => {
      throw new Error(message);
    },
  });
  servings.push(serving);
  return `http://127.0.0.1:${serving.port}/`;
}
afterAll(async () => {
  for (const one of servings) await one.close();
});
const root = await served();
const address = `${root}?token=${token}`;

it("opens by the address with the token, which is gone then, and asks nobody else for anything", async () => {
  const { page, requests, complaints } = await open(address);
  expect(page.url()).toBe(root);
  expect(await shownHosts(page)).toEqual(["c2", "c1", "c3"]);
  expect(requests).toEqual([address, root]);
  expect(complaints).toEqual([]);
  expect(await page.evaluate("document.cookie")).toBe("");
});

it("leads by keyboard from a host to what was seen on it, and back", async () => {
  const { page } = await open(address);
  await tabTo(page, "#hosts a");
  await tabTo(page, "#hosts li a");
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/runs\/[^/]+#g\d+$/);
  expect(await page.locator("details[open] > summary:focus").textContent()).toContain("c2 drifted");
  await page.locator("body").click({ position: { x: 1, y: 1 } });
  await tabTo(page, 'nav a[href="/"]');
  await page.keyboard.press("Enter");
  await page.waitForURL(root);
});

it("fits a phone", async () => {
  const { page } = await open(address, PHONE);
  await expectFits(page);
});

it.each(["light", "dark"] as const)("can be read where the reader wants it %s", async (colorScheme) => {
  const { page } = await open(address, { colorScheme });
  await expectReadable(page, colorScheme);
});

it("follows a run: what a reader has opened and filtered stays", async () => {
  const at = ago(0.01);
  const run = state.run(at, { who: thisProcess() }, [
    start("run", 4),
    failing("bad1", "failed"),
    { type: "host-phase", host: "web1", phase: "probe" },
  ]);
  const { page, requests, complaints } = await open(`${root}runs/${run}?token=${token}`);
  await page.locator("#filter input").fill("w");
  await page.locator('.tile[data-word="in flight"]').click();
  expect(await shownHosts(page)).toEqual(["web1"]);
  const opened = page.locator("#g2");
  await opened.locator("summary").click();
  await page.locator("#filter input").focus();
  const add = (event: object): void =>
    appendFileSync(state.file(run), `${JSON.stringify({ ...event, at: new Date().toISOString() })}\n`);
  add({ type: "host-phase", host: "web2", phase: "probe" });
  await page.getByRole("button", { name: "2 in flight" }).waitFor();
  expect(await shownHosts(page)).toEqual(["web1", "web2"]);
  expect(await page.locator('.tile[data-word="in flight"]').getAttribute("aria-pressed")).toBe("true");
  expect(await opened.getAttribute("open")).toBe("");
  expect(await page.locator(":focus").getAttribute("name")).toBe("q");
  add(ended("web1", "changed"));
  add(ended("web2", "changed"));
  add(finish());
  await page.getByRole("button", { name: "2 changed" }).waitFor();
  await expect.poll(() => page.locator("#live").textContent()).toBe("");
  // Nobody else was asked, and no longer than it went on.
  expect(new Set(requests.map((one) => new URL(one).host)).size).toBe(1);
  expect(complaints).toEqual([]);
});

it("says so where the server is gone, and shows what it showed", async () => {
  const own = await served();
  const run = state.run(ago(0), { who: thisProcess() }, [start("run", 2), ended("web1", "changed")]);
  const { page } = await open(`${own}runs/${run}?token=${token}`);
  expect(page.url()).toBe(`${own}runs/${run}`);
  const last = servings.at(-1);
  await last?.close();
  await page.getByText(/^Not followed now/).waitFor();
  expect(await shownHosts(page)).toEqual(["web1"]);
});

it("shows nothing to who has no token", async () => {
  const { page } = await open(root);
  expect(await page.locator("h1").textContent()).toBe("Unauthorized");
  expect(await page.locator("#hosts").count()).toBe(0);
});
