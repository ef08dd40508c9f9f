import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, it } from "vitest";
import type { DriftFinding } from "../../../src/model/drift.js";
import type { Event, EventBody, Outcome } from "../../../src/model/event.js";
import { emptyTally } from "../../../src/model/event.js";
import { cutShort, PageFold } from "../../../src/report/html/fold.js";
import { html } from "../../../src/report/html/html.js";
import { page } from "../../../src/report/html/page.js";
import { htmlReporter } from "../../../src/report/html.js";
import { folder } from "../../support/folder.js";
import { simulate, TASKS } from "../simulate.js";
import type { Element } from "./parse.js";
import { all, parse, textOf } from "./parse.js";

function pageOf(events: readonly Event[]): string {
  const fold = new PageFold();
  for (const event of events) fold.onEvent(event);
  const facts = fold.facts();
  if (facts === undefined) throw new Error("nothing to tell");
  return page(facts);
}

const at = "2026-01-01T00:00:00.000Z";
const told = (...bodies: readonly EventBody[]): readonly Event[] => bodies.map((body) => ({ ...body, at }));
const started = (command: string): EventBody => ({
  type: "run-started",
  v: 1,
  run: command,
  command,
  playbook: "p.ts",
  inventory: "inv",
  hosts: 1,
});
const finished: EventBody = { type: "run-finished", run: "r", tally: emptyTally(), exitCode: 0, ms: 1_000 };
const ended = (host: string, outcome: Outcome): EventBody => ({
  type: "host-finished",
  host,
  outcome,
  ms: 1,
});

/** Hosts of the grid, as `name word`. */
const grid = (root: Element): readonly string[] =>
  all(root, "div")
    .filter(({ attributes }) => attributes.get("id") === "hosts")
    .flatMap((div) => all(div, "li"))
    .map(textOf);

const OUTCOMES: readonly Outcome[] = ["ok", "changed", "failed", "unreachable", "skipped", "rolled-back"];

it("tells each host by a word, the worst first, and what is the same once", () => {
  const root = parse(pageOf(simulate(12, (i) => OUTCOMES[i % 6] ?? "ok")));
  expect(grid(root).map((text) => text.trim())).toEqual([
    "client2 failed",
    "client8 failed",
    "client5 rolled back",
    "client11 rolled back",
    "client3 unreachable",
    "client9 unreachable",
    "client1 changed",
    "client7 changed",
    "client4 not started",
    "client10 not started",
    "client6 in sync",
    "client12 in sync",
  ]);
  const details = all(root, "details");
  expect(details).toHaveLength(6);
  const ids = details.map(({ attributes }) => `#${attributes.get("id")}`);
  for (const { attributes } of all(root, "a")) expect(ids).toContain(attributes.get("href"));
  const changed = details.map(textOf).find((text) => text.startsWith("2 hosts changed"));
  expect(changed).toContain("client1, client7");
  expect(changed).toMatch(/-two\n\+2\n/);
  expect(all(root, "button").map(textOf)).toContain("2 rolled back");
});

it("can load nothing, and runs no script but its own", () => {
  const root = parse(pageOf(simulate(1, () => "ok")));
  const policy = all(root, "meta").find(({ attributes }) => attributes.has("http-equiv"));
  const hash = (name: string): string =>
    createHash("sha256")
      .update(textOf(all(root, name)[0] ?? ""))
      .digest("base64");
  expect(policy?.attributes.get("content")).toBe(
    `default-src 'none'; style-src 'sha256-${hash("style")}'; script-src 'sha256-${hash("script")}'; base-uri 'none'; form-action 'none'`,
  );
  for (const name of ["link", "img", "iframe"]) expect(all(root, name)).toEqual([]);
  expect(all(root, "script")).toHaveLength(1);
});

const HOSTILE = `</style></pre><script>alert("1")</script><img src=x onerror='x'>&amp;\u001b[2J\u202e\0`;

it("lets nothing through that a host or a file says", () => {
  const [file, route] = TASKS;
  if (file === undefined || route === undefined) throw new Error("no tasks");
  const finding: DriftFinding = {
    task: "t",
    kind: "file",
    title: HOSTILE,
    since: HOSTILE,
    looksLike: HOSTILE,
    hint: HOSTILE,
    fixable: false,
    fields: [{ field: HOSTILE, desired: { x: HOSTILE }, applied: HOSTILE, found: [HOSTILE] }],
    applied: { run: HOSTILE, at: HOSTILE },
  };
  const task = {
    ...file,
    title: HOSTILE,
    notes: [HOSTILE],
    actual: { content: `${HOSTILE}\n` },
    desired: { content: `+${HOSTILE}\n` },
    steps: [{ title: HOSTILE, run: { sh: "" }, layer: "running", cuts: true }],
  } as const;
  const error = {
    code: "step-failed",
    message: HOSTILE,
    hint: HOSTILE,
    detail: HOSTILE,
    place: { host: HOSTILE, at: HOSTILE },
  } as const;
  const text = pageOf(
    told(
      {
        type: "run-started",
        v: 1,
        hosts: 1,
        command: "drift",
        playbook: HOSTILE,
        inventory: HOSTILE,
        journal: HOSTILE,
        run: HOSTILE,
      },
      { type: "warning", message: HOSTILE },
      {
        type: "gate-finished",
        wave: 1,
        waves: 2,
        passed: false,
        attempts: 1,
        ms: 1,
        findings: [{ host: HOSTILE, title: HOSTILE, summary: HOSTILE }],
      },
      {
        type: "host-planned",
        host: HOSTILE,
        plan: { host: HOSTILE, tasks: [task, { ...route, status: "pending", reason: HOSTILE }] },
      },
      {
        type: "check-finished",
        host: HOSTILE,
        check: "c",
        kind: "k",
        title: HOSTILE,
        verdict: "fail",
        summary: HOSTILE,
        detail: HOSTILE,
        hint: HOSTILE,
        shares: [{ name: HOSTILE, count: 1 }],
      },
      { type: "host-drift", host: HOSTILE, standing: "drifted", findings: [finding], degraded: [HOSTILE] },
      { type: "host-finished", host: HOSTILE, outcome: "failed", ms: 1, error },
      finished,
    ),
  );
  const root = parse(text);
  expect(all(root, "script")).toHaveLength(1);
  expect(all(root, "img")).toEqual([]);
  for (const char of ["\u001b", "\u202e", "\0"]) expect(text).not.toContain(char);
  expect(textOf(root).split('</pre><script>alert("1")').length).toBeGreaterThan(20);
});

it("escapes whatever it is given, in text and in attributes", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      const root = parse(html`<p title="${text}">${text}</p>`.toString());
      expect(root.children).toHaveLength(1);
    }),
  );
});

it("tells of a look and its correction together", () => {
  const finding = (fixable: boolean): DriftFinding => ({
    task: "t",
    kind: "k",
    title: "thing",
    fields: [],
    since: at,
    looksLike: "x",
    fixable,
  });
  const look = (host: string, ...fixable: readonly boolean[]): readonly EventBody[] => [
    {
      type: "host-drift",
      host,
      standing: fixable.length > 0 ? "drifted" : "in-sync",
      findings: fixable.map(finding),
      degraded: [],
    },
    ended(host, fixable.length > 0 ? "would-change" : "ok"),
  ];
  const text = pageOf(
    told(
      started("drift"),
      ...look("a"),
      ...look("b", true),
      ...look("c", true, false),
      ...look("d", false),
      ...look("e", true),
      finished,
      started("drift"),
      ended("b", "changed"),
      ended("c", "changed"),
      ended("e", "skipped"),
      finished,
    ),
  );
  expect(grid(parse(text)).map((one) => one.trim())).toEqual([
    "b corrected",
    "c corrected in part",
    "d drifted",
    "e drifted",
    "a in sync",
  ]);
});

it("tells of a run that goes on, or was cut short", () => {
  const fold = new PageFold();
  const begun = started("run");
  if (begun.type !== "run-started") throw new Error("not begun");
  const events = told(
    { ...begun, hosts: 4 },
    ended("a", "changed"),
    { type: "host-phase", host: "b", phase: "probe" },
    { type: "host-phase", host: "b", phase: "apply" },
    { type: "host-phase", host: "c", phase: "connect" },
  );
  for (const event of events) fold.onEvent(event);
  expect(fold.facts()).toBeUndefined();
  const facts = fold.factsSoFar();
  if (facts === undefined) throw new Error("nothing to tell");
  const going = parse(page(facts, { goesOn: true, live: 3 }));
  expect(grid(going)).toEqual(["a changed", "b in flight", "c in flight"]);
  expect(textOf(going)).toContain("It goes on. 1 host of 4 was not begun with.");
  expect(textOf(going)).toContain("Busy with: apply.");
  expect(all(going, "script")).toHaveLength(2);
  const gone = parse(page(cutShort(facts)));
  expect(grid(gone)).toEqual(["b cut short", "c cut short", "a changed"]);
  expect(textOf(gone)).toContain("It was cut short: its process ended before the run did.");
  expect(all(gone, "script")).toHaveLength(1);
});

it("tells a run that was gone on with once, with the error of a host that was left out then", () => {
  const error = { code: "step-failed", message: "no", hint: "Look." } as const;
  const fold = new PageFold();
  const events = told(
    started("run"),
    { type: "host-finished", host: "a", outcome: "failed", ms: 1, error },
    { type: "host-phase", host: "b", phase: "apply" },
    started("run"),
    ended("a", "skipped"),
    ended("b", "changed"),
    finished,
  );
  for (const event of events) fold.onEvent(event);
  const facts = fold.facts();
  expect(facts?.runs).toEqual(["run"]);
  const root = parse(page(facts ?? expect.fail("nothing to tell")));
  expect(grid(root)).toEqual(["a failed", "b changed"]);
  expect(textOf(root)).toContain("step-failed: no");
});

it("adds the shares of checks up over hosts", () => {
  const check = (host: string, count: number): EventBody => ({
    type: "check-finished",
    host,
    check: "c",
    kind: "k",
    title: "egress",
    verdict: "pass",
    summary: "s",
    shares: [
      { name: "one", count, expected: 0.5 },
      { name: "two", count: 100 - count, expected: 0.5 },
    ],
  });
  const root = parse(
    pageOf(
      told(started("verify"), check("a", 30), check("b", 50), ended("a", "ok"), ended("b", "ok"), finished),
    ),
  );
  const [shares] = all(root, "table");
  expect(shares === undefined ? [] : all(shares, "tr").map(textOf)).toEqual([
    "one40 %80, 50 % expected",
    "two60 %120, 50 % expected",
  ]);
});

it("stays small for many hosts", () => {
  expect(pageOf(simulate(10_000, (i) => (i % 3 === 0 ? "ok" : "changed"))).length).toBeLessThan(2_000_000);
});

it("leaves out what would make it too large, and says so", () => {
  const content = (i: number): string => `${i}\n${"x".repeat(90_000)}\n`;
  const many = Array.from({ length: 100 }, (_, i): readonly EventBody[] => [
    {
      type: "host-planned",
      host: `h${i}`,
      plan: {
        host: `h${i}`,
        tasks: TASKS.slice(0, 1).map((task) => ({ ...task, actual: null, desired: { content: content(i) } })),
      },
    },
    ended(`h${i}`, "changed"),
  ]);
  const text = pageOf(told(started("run"), ...many.flat(), finished));
  expect(text.length).toBeLessThan(9_000_000);
  expect(grid(parse(text))).toHaveLength(100);
  expect(text).toContain("this page would be too large");
});

it("is written once all has ended, and not where nothing has", async () => {
  const file = join(folder({}), "page.html");
  const reporter = htmlReporter(file);
  for (const event of told(started("run"), ended("a", "ok"))) reporter.onEvent(event);
  await reporter.close();
  expect(existsSync(file)).toBe(false);
  for (const event of told(finished)) reporter.onEvent(event);
  await reporter.close();
  expect(readFileSync(file, "utf8")).toMatch(/^<!DOCTYPE html>[\s\S]*<\/html>\n$/);
  await expect(async () => {
    const elsewhere = htmlReporter(join(file, "no", "page.html"));
    for (const event of told(started("run"), finished)) elsewhere.onEvent(event);
    await elsewhere.close();
  }).rejects.toMatchObject({ code: "report-failed" });
});
