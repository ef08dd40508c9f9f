import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, it } from "vitest";
import { beforeHtml } from "../../src/history/before.js";
import type { Event, EventBody } from "../../src/model/event.js";
import { htmlReporter } from "../../src/report/html.js";
import { finding, looked } from "../history/simulate.js";
import { failing, finish, State, start } from "../serve/state.js";
import { folder } from "../support/folder.js";
import { expectFits, expectReadable, opener, PHONE, shownHosts, tabTo } from "./browser.js";

const open = opener();
const HOSTILE =
  '<img src="http://127.0.0.1:1/x" onerror="document.title=1"><script>document.title=2</script>';

const history = new State();
for (let hour = 1; hour < 150; hour += 14)
  history.look(
    new Date(Date.now() - hour * 3_600_000).toISOString(),
    { client3: ["sysctl a"], db1: [] },
    true,
  );

/** A page of a look at hosts of all kinds, after a week in which things happened. */
async function page(): Promise<string> {
  const file = join(folder({}), "page.html");
  const reporter = htmlReporter(file, () =>
    beforeHtml(history.dir, { inventory: "/inv", without: [], now: new Date(), path: (path) => path }),
  );
  const long = "nameWithoutAnyPlaceToBreak".repeat(8);
  const events: readonly EventBody[] = [
    start("drift", 30),
    ...Array.from({ length: 26 }, (_, i) => looked(`client${i + 1}`, "in-sync")).flat(),
    ...looked(
      "db1",
      "drifted",
      finding("sysctl net.ipv4.ip_forward", "0"),
      finding(`file /${long}`, long.repeat(2)),
    ),
    ...looked(HOSTILE, "drifted", finding(HOSTILE, HOSTILE, { looksLike: HOSTILE })),
    ...looked(long, "flapping", finding("sysctl b", "0")),
    failing("web1", "unreachable"),
    finish(),
  ];
  for (const body of events) reporter.onEvent({ ...body, at: "2026-01-01T00:00:00.000Z" } satisfies Event);
  await reporter.close();
  return pathToFileURL(file).href;
}
const address = await page();

it("opens without asking for anything else, and without a complaint", async () => {
  const { page, requests, complaints } = await open(address);
  expect(await shownHosts(page)).toHaveLength(30);
  await page.locator("#timeline-table > summary").click();
  expect(await page.locator(".timeline table").isVisible()).toBe(true);
  expect(requests).toEqual([address]);
  expect(complaints).toEqual([]);
});

it("takes what a host says for text", async () => {
  const { page, requests } = await open(address);
  expect(await shownHosts(page)).toContain(HOSTILE);
  expect(await page.locator("img, #hosts script, main script").count()).toBe(0);
  expect(await page.title()).toBe("drift p.ts on inv");
  expect(requests).toHaveLength(1);
});

it("is filtered and read by keyboard alone", async () => {
  const { page } = await open(address);
  await tabTo(page, '.tile[data-word="drifted"]');
  await page.keyboard.press("Space");
  expect(await shownHosts(page)).toEqual([HOSTILE, "db1"]);
  await tabTo(page, "#filter input");
  await page.keyboard.type("DB");
  expect(await shownHosts(page)).toEqual(["db1"]);
  expect(await page.locator("#filter output").textContent()).toBe("1 of 30 hosts");
  await tabTo(page, "#hosts a");
  await page.keyboard.press("Enter");
  const summary = page.locator("details[open] > summary:focus");
  expect(await summary.textContent()).toContain("db1 drifted");
  await page.keyboard.press("Enter");
  expect(await page.locator("details:not([open]) > summary:focus").count()).toBe(1);
});

it("shows where the focus is", async () => {
  const { page } = await open(address);
  for (const selector of [".tile", "#filter input", "#hosts", "#hosts a", "summary"]) {
    await tabTo(page, selector);
    const outline = await page.evaluate<string>(
      "(({ outlineStyle, outlineWidth }) => outlineStyle + ' ' + outlineWidth)(getComputedStyle(document.activeElement))",
    );
    expect([selector, outline]).toEqual([selector, "solid 2px"]);
  }
});

it("fits a phone, whatever is opened, and can be tapped", async () => {
  const { page } = await open(address, PHONE);
  await expectFits(page);
  for (const summary of await page.locator("summary").all())
    if (await summary.isVisible()) await summary.tap();
  await page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true");
  await expectFits(page);
  const tile = await page.locator(".tile").first().boundingBox();
  expect(tile?.height).toBeGreaterThanOrEqual(40);
  await page.locator('.tile[data-word="flapping"]').tap();
  expect(await shownHosts(page)).toHaveLength(1);
});

it.each(["light", "dark"] as const)("can be read where the reader wants it %s", async (colorScheme) => {
  const { page } = await open(address, { colorScheme });
  await expectReadable(page, colorScheme);
});

it("tells all without scripts", async () => {
  const { page, complaints } = await open(address, { javaScriptEnabled: false });
  expect(await page.locator("#hosts li").count()).toBe(30);
  expect(await page.locator("#filter").isVisible()).toBe(false);
  expect(await page.locator(".timeline svg").isVisible()).toBe(true);
  expect(complaints).toEqual([]);
});
