import { appendFileSync, writeFileSync } from "node:fs";
import { expect, it } from "vitest";
import { prunable, prune } from "../../src/history/prune.js";
import { journalFile, listRuns } from "../../src/journal/folder.js";
import type { HeaderFacts } from "../../src/journal/header.js";
import { thisProcess } from "../../src/journal/who.js";
import { openJournal } from "../../src/journal/write.js";
import type { Outcome } from "../../src/model/event.js";
import { emptyTally } from "../../src/model/event.js";
import { at, changing, header } from "../journal/simulate.js";
import { folder } from "../support/folder.js";

const BEFORE = new Date("2026-06-01T00:00:00Z");
/** Ids of runs of a day in spring, which is before, and in summer. */
const old = (n: number): string => `20260301T00000${n}Z-000000`;
const fresh = (n: number): string => `20260701T00000${n}Z-000000`;

interface Ran extends Partial<HeaderFacts> {
  /** Things that it changed. */
  readonly changes?: readonly string[];
  readonly outcome?: Outcome;
  readonly owes?: true;
  readonly cutShort?: true;
}

async function ran(
  state: string,
  run: string,
  { changes = [], outcome = "changed", ...more }: Ran,
): Promise<void> {
  const { owes, cutShort, ...facts } = more;
  const journal = await openJournal(state, header({ run, ...facts }), "new");
  const tasks = changes.map((id) => changing(id, null, { x: run }));
  if (changes.length > 0) journal.record(at({ type: "host-planned", host: "h", plan: { host: "h", tasks } }));
  if (owes === true) journal.record(at({ type: "handler-owed", host: "h", handlers: ["reload"] }));
  journal.record(at({ type: "host-finished", host: "h", outcome, ms: 1 }));
  if (cutShort !== true)
    journal.record(at({ type: "run-finished", run, tally: emptyTally(), exitCode: 0, ms: 1 }));
  await journal.close();
}

/** What may go of such runs, and why the others stay. */
async function judged(
  runs: Readonly<Record<string, Ran>>,
): Promise<{ readonly state: string; readonly goes: readonly string[]; readonly stays: readonly string[] }> {
  const state = folder({});
  for (const [run, what] of Object.entries(runs)) await ran(state, run, what);
  const { remove, keep } = await prunable(state, { before: BEFORE });
  return {
    state,
    goes: remove.map(({ run }) => run),
    stays: keep.map(({ run, why }) => `${run} ${why}`),
  };
}

const look = { command: "drift", outcome: "ok" } as const;

it.each<readonly [string, Readonly<Record<string, Ran>>, readonly string[], readonly RegExp[]]>([
  [
    "looks",
    { [old(1)]: look, [old(2)]: { ...look, cutShort: true }, [fresh(1)]: look },
    [old(1), old(2)],
    [],
  ],
  ["runs that changed nothing", { [old(1)]: { outcome: "ok" } }, [old(1)], []],
  [
    "a run that changed what a newer one changed again, however new",
    { [old(1)]: { changes: ["a", "b"] }, [fresh(1)]: { changes: ["a"] }, [fresh(2)]: { changes: ["b"] } },
    [old(1)],
    [],
  ],
  [
    "not the newest that changed a thing",
    { [old(1)]: { changes: ["a", "b"] }, [old(2)]: { changes: ["a"] }, [fresh(1)]: { changes: ["a"] } },
    [old(2)],
    [/^20260301T000001Z-000000 nothing newer says what was applied: 1 thing$/],
  ],
  [
    "not the newest on its inventory",
    { [old(1)]: { changes: ["a"] }, [fresh(1)]: { changes: ["a"], inventory: { path: "other", hash: "0" } } },
    [],
    [/1 thing$/],
  ],
  [
    "not what did not end well: it applied nothing for sure",
    { [old(1)]: { changes: ["a"] }, [fresh(1)]: { changes: ["a"], outcome: "failed" } },
    [],
    [/1 thing$/],
  ],
  ["a run that failed", { [old(1)]: { changes: ["a"], outcome: "failed" } }, [old(1)], []],
  [
    "not one that was cut short",
    { [old(1)]: { cutShort: true } },
    [],
    [/it was cut short: surefoot runs resume 20260301T000001Z-000000$/],
  ],
  ["not one that owes handlers", { [old(1)]: { owes: true, outcome: "failed" } }, [], [/it owes handlers/]],
  ["not one that goes on", { [old(1)]: { ...look, who: thisProcess() } }, [], [/it goes on$/]],
  [
    "corrections like runs",
    {
      [old(1)]: look,
      [old(2)]: { command: "drift", of: old(1), changes: ["a"] },
      [old(3)]: look,
      [old(4)]: { command: "drift", of: old(3), changes: ["a"] },
    },
    [old(1), old(2), old(3)],
    [/^20260301T000004Z/],
  ],
  [
    "not the rollback of a run that stays",
    {
      [old(1)]: { owes: true, outcome: "failed" },
      [old(2)]: { command: "rollback", of: old(1), outcome: "ok" },
      [old(3)]: { outcome: "ok" },
      [old(4)]: { command: "rollback", of: old(3), outcome: "ok" },
    },
    [old(3), old(4)],
    [/it owes/, /^20260301T000002Z-000000 it took back 20260301T000001Z-000000, which stays$/],
  ],
])("removes %s", async (_what, runs, goes, stays) => {
  const found = await judged(runs);
  expect(found.goes).toEqual(goes);
  expect(found.stays).toEqual(stays.map((one) => expect.stringMatching(one)));
});

it("keeps what can't be read, and an empty one", async () => {
  const state = folder({});
  await ran(state, old(1), look);
  writeFileSync(journalFile(state, old(2)), "{}\n{}\n");
  writeFileSync(journalFile(state, old(3)), "");
  const { remove, keep } = await prunable(state, { before: BEFORE });
  expect(remove.map(({ run }) => run)).toEqual([old(1)]);
  expect(keep.map(({ run, why }) => `${run} ${why}`)).toEqual([
    expect.stringMatching(/^20260301T000002Z.* can't be read/),
    expect.stringMatching(/^20260301T000003Z.* can't be read: it is empty/),
  ]);
});

it("judges looks alone where that is asked for, and says nothing of others", async () => {
  const state = folder({});
  await ran(state, old(1), look);
  await ran(state, old(2), { outcome: "ok" });
  writeFileSync(journalFile(state, old(3)), "{}\n{}\n");
  const { remove, keep } = await prunable(state, { before: BEFORE, looksOnly: true });
  expect(remove.map(({ run }) => run)).toEqual([old(1)]);
  expect(keep).toEqual([]);
});

it("removes what was judged, and nothing that has grown since", async () => {
  const { state } = await judged({ [old(1)]: look, [old(2)]: look });
  const { remove } = await prunable(state, { before: BEFORE });
  appendFileSync(journalFile(state, old(2)), "\n");
  expect((await prune(state, remove)).map(({ run }) => run)).toEqual([old(1)]);
  expect(await listRuns(state)).toEqual([old(2)]);
});
