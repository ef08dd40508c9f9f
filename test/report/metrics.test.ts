import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import type { DriftFinding, Standing } from "../../src/model/drift.js";
import type { Event, Outcome } from "../../src/model/event.js";
import { emptyTally } from "../../src/model/event.js";
import { metricsReporter, metricsText } from "../../src/report/metrics.js";
import { folder } from "../support/folder.js";

const AT = "2026-11-25T17:00:00.000Z";

const started: Event = {
  type: "run-started",
  v: 1,
  run: "r",
  command: "drift",
  playbook: "p.ts",
  inventory: "inv",
  hosts: 3,
  at: AT,
};
const finished = (ms: number, exitCode = 0): Event => ({
  type: "run-finished",
  run: "r",
  tally: emptyTally(),
  exitCode,
  ms,
  at: AT,
});
const finding = (fixable: boolean): DriftFinding => ({
  task: "t",
  kind: "file",
  title: "file /x",
  fields: [],
  since: AT,
  looksLike: "x",
  fixable,
});
const stood = (host: string, standing: Standing, ...fixable: readonly boolean[]): Event => ({
  type: "host-drift",
  host,
  standing,
  findings: fixable.map(finding),
  degraded: [],
  at: AT,
});
const done = (host: string, outcome: Outcome): Event => ({
  type: "host-finished",
  host,
  outcome,
  ms: 1,
  at: AT,
});

/** Values of the samples that a run's events come to, by what follows the common prefix. */
async function measured(...events: readonly Event[]): Promise<Readonly<Record<string, number>>> {
  const file = join(folder({}), "surefoot.prom");
  const reporter = metricsReporter(file);
  for (const event of events) reporter.onEvent(event);
  await reporter.close();
  if (!existsSync(file)) return {};
  return Object.fromEntries(
    readFileSync(file, "utf8")
      .split("\n")
      .filter((line) => line !== "" && !line.startsWith("#"))
      .map((line) => {
        const [, name = "", standing = "", value = ""] =
          /^surefoot_drift_(\w+)\{playbook="p\.ts",inventory="inv"(?:,standing="([\w-]+)")?\} (\S+)$/.exec(
            line,
          ) ?? [];
        return [standing === "" ? name : `${name} ${standing}`, Number(value)];
      }),
  );
}

const LOOK = [
  started,
  stood("a", "in-sync"),
  done("a", "ok"),
  stood("b", "drifted", true, true),
  done("b", "would-change"),
  stood("c", "drifted", true, false),
  done("c", "would-change"),
  stood("d", "unreachable"),
  done("d", "unreachable"),
  finished(1500, 2),
];

it("tells how a look found hosts", async () => {
  expect(await measured(...LOOK)).toEqual({
    "hosts in-sync": 1,
    "hosts drifted": 2,
    "hosts flapping": 0,
    "hosts unreachable": 1,
    "hosts unknown": 0,
    found_hosts: 2,
    found_tasks: 4,
    corrected_hosts: 0,
    last_run_timestamp_seconds: Date.parse(AT) / 1000,
    last_run_duration_seconds: 1.5,
  });
});

it("tells how they stand after a correction: what it can't change still differs", async () => {
  const all = await measured(...LOOK, started, done("b", "changed"), done("c", "changed"), finished(500));
  expect(all).toMatchObject({
    "hosts in-sync": 2,
    "hosts drifted": 1,
    found_hosts: 2,
    corrected_hosts: 2,
    last_run_duration_seconds: 2,
  });
});

it.each(["failed", "rolled-back", "skipped", "unreachable"] as const)(
  "takes a host whose correction ended as %s for drifted still",
  async (outcome) => {
    expect(await measured(...LOOK, started, done("b", outcome), finished(500, 1))).toMatchObject({
      "hosts drifted": 2,
      corrected_hosts: 0,
    });
  },
);

it.each([
  ["never began", []],
  ["was interrupted", [started, finished(5, 130)]],
  ["was cut short", LOOK.slice(0, -1)],
] as const)("leaves the file of the last run where one %s", async (_what, events) => {
  expect(await measured(...events)).toEqual({});
});

it("writes names, help and types by the format's rules, and labels escaped", () => {
  const facts = {
    playbook: 'a"b\\c\nd',
    inventory: "inv",
    hosts: { "in-sync": 1, drifted: 0, flapping: 0, unreachable: 0, unknown: 0 },
    found: 0,
    tasks: 0,
    corrected: 0,
    at: 1_795_712_400.25,
    seconds: 0.5,
  };
  const text = metricsText([facts, { ...facts, inventory: "other" }]);
  expect(text).toContain('surefoot_drift_found_hosts{playbook="a\\"b\\\\c\\nd",inventory="inv"} 0\n');
  const samples = text.split("\n").slice(0, -1);
  for (const line of samples)
    expect(line).toMatch(/^(# HELP [a-z_]+ \S.*\.|# TYPE [a-z_]+ gauge|[a-z_]+\{[a-z]+=".*"\} [\d.]+)$/);
  const named = samples.filter((line) => !line.startsWith("#")).map((line) => line.split("{")[0]);
  for (const name of new Set(named)) {
    expect(samples.filter((line) => line.startsWith(`# HELP ${name} `))).toHaveLength(1);
    expect(samples.indexOf(`# TYPE ${name} gauge`)).toBe(
      samples.findIndex((line) => line.startsWith(`${name}{`)) - 1,
    );
  }
});

it("replaces the file as a whole, for everybody to read, and leaves nothing beside it", async () => {
  const dir = folder({ "surefoot.prom": "old" });
  const reporter = metricsReporter(join(dir, "surefoot.prom"));
  for (const event of LOOK) reporter.onEvent(event);
  const before = process.umask(0o077);
  try {
    await reporter.close();
  } finally {
    process.umask(before);
  }
  expect(readdirSync(dir)).toEqual(["surefoot.prom"]);
  expect(statSync(join(dir, "surefoot.prom")).mode & 0o777).toBe(0o644);
  expect(readFileSync(join(dir, "surefoot.prom"), "utf8")).not.toContain("old");
});

it("says where it can't write", async () => {
  const reporter = metricsReporter(join(folder({}), "no/such/folder.prom"));
  for (const event of LOOK) reporter.onEvent(event);
  await expect(reporter.close()).rejects.toMatchObject({ code: "report-failed" });
});
