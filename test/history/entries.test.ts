import { expect, it } from "vitest";
import type { Question } from "../../src/history/entries.js";
import { gatherEntries } from "../../src/history/entries.js";
import type { HostGroup, RunRecord } from "../../src/history/record.js";

const thing = { title: "a", kind: "k", how: "change", fields: [] } as const;
const drifted = (...hosts: readonly string[]): HostGroup => ({
  command: "drift",
  end: "drifted",
  things: [thing],
  hosts: hosts.map((host) => [host, 0] as const),
});
const changed = (...hosts: readonly string[]): HostGroup => ({
  ...drifted(...hosts),
  command: "run",
  end: "changed",
});

/** A record by the minute at which it began. */
const record = (minute: number, command: string, ...groups: readonly HostGroup[]): RunRecord => ({
  run: `r${minute}`,
  at: `2026-01-01T10:${String(minute).padStart(2, "0")}:00.000Z`,
  command,
  who: { user: "u", host: "h", pid: 1 },
  playbook: "/p",
  inventory: "/i",
  quiet: { inSync: 0, skipped: 0 },
  groups,
});

/** Records as a reader gives them that passes over what it may. */
async function* stream(records: readonly RunRecord[], skipQuiet: () => boolean): AsyncGenerator<RunRecord> {
  for (const one of records) if (one.groups.length > 0 || !skipQuiet()) yield one;
}

/** Entries as `run hosts times`. */
async function gather(records: readonly RunRecord[], question: Question = {}): Promise<readonly string[]> {
  const { entries, more } = await gatherEntries((skipQuiet) => stream(records, skipQuiet), question);
  const told = entries.map((entry) =>
    entry.type === "unreadable"
      ? entry.run
      : `${entry.record.run} ${entry.group.hosts.map(([name]) => name).join()} ${entry.seen.times}`,
  );
  return more ? [...told, "more"] : told;
}

const LOOKS = [
  record(9, "drift", drifted("a")),
  record(8, "drift", drifted("a", "b")),
  record(7, "drift", drifted("a", "b")),
  record(6, "drift"),
  record(5, "drift", drifted("a", "b")),
];

it("tells once what looks on end saw alike", async () => {
  expect(await gather(LOOKS)).toEqual(["r9 a 1", "r8 a,b 2", "r5 a,b 1"]);
  expect(await gather(LOOKS, { each: true })).toHaveLength(4);
});

it("folds what is left of looks where only some hosts are meant", async () => {
  expect(await gather(LOOKS, { hosts: (host) => host === "a" })).toEqual(["r9 a 3", "r5 a 1"]);
});

it("begins anew where a run changed something in between, on the same inventory", async () => {
  const between = [
    record(9, "drift", drifted("a")),
    record(8, "run", changed("b")),
    record(7, "drift", drifted("a")),
  ];
  expect(await gather(between)).toEqual(["r9 a 1", "r8 b 1", "r7 a 1"]);
  const elsewhere = between.map((one) => (one.command === "run" ? { ...one, inventory: "/j" } : one));
  expect(await gather(elsewhere)).toEqual(["r9 a 2", "r8 b 1"]);
});

it("counts looks on for what is told already when the limit is reached", async () => {
  expect(await gather(LOOKS.slice(1), { limit: 1 })).toEqual(["r8 a,b 2", "more"]);
  expect(await gather(LOOKS.slice(1), { limit: 2 })).toEqual(["r8 a,b 2", "r5 a,b 1"]);
});

it("goes by when hosts were done, not by when the run began", async () => {
  const late: HostGroup = {
    ...changed(),
    hosts: [
      ["a", 600],
      ["b", 60],
    ],
  };
  expect(await gather([record(0, "run", late)], { since: "2026-01-01T10:05:00.000Z" })).toEqual(["r0 a,b 1"]);
  expect(await gather([record(0, "run", late)], { since: "2026-01-01T10:11:00.000Z" })).toEqual([]);
});
