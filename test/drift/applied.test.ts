import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { gatherApplied } from "../../src/drift/applied.js";
import { journalFile } from "../../src/journal/folder.js";
import type { HeaderFacts } from "../../src/journal/header.js";
import { openJournal } from "../../src/journal/write.js";
import type { Outcome } from "../../src/model/event.js";
import type { TaskPlan } from "../../src/model/plan.js";
import { at, changing, header } from "../journal/simulate.js";

const idle = (id: string): TaskPlan => ({ ...changing(id, null, null), status: "in-sync", steps: [] });

/** A journal in which one host was planned so and ended so. */
async function ran(
  state: string,
  run: string,
  tasks: readonly TaskPlan[],
  more: { readonly outcome?: Outcome; readonly host?: string } & Partial<HeaderFacts> = {},
): Promise<void> {
  const { outcome = "changed", host = "h", ...facts } = more;
  const journal = await openJournal(state, { ...header({ run, ...facts }), at: `at ${run}` }, "new");
  journal.record(at({ type: "host-planned", host, plan: { host, tasks } }));
  journal.record(at({ type: "host-finished", host, outcome, ms: 1 }));
  await journal.close();
}

it("finds the newest run that changed a thing, and the newest that found it in sync", async () => {
  const state = mkdtempSync(join(tmpdir(), "surefoot-applied-"));
  await ran(state, "r1", [changing("a", null, { x: 1 }), changing("b", null, { x: 1 })]);
  await ran(state, "r2", [changing("a", null, { x: 2 }), idle("b"), idle("c")], {
    command: "rollback",
    of: "r0",
  });
  await ran(state, "r3", [changing("a", null, { x: 3 })], { outcome: "failed" });
  await ran(state, "r4", [changing("a", null, { x: 4 })], { inventory: { path: "other", hash: "0" } });
  await ran(state, "r5", [changing("a", null, { x: 5 })], { command: "drift" });
  await ran(state, "r6", [changing("a", null, { x: 6 })], { host: "another" });
  const { of, unreadable } = await gatherApplied(state, "/inv", new Set(["h"]));
  expect(of("h", "a")).toEqual({ changed: { run: "r2", at: "at r2", state: { x: 2 } }, inSync: "at r2" });
  expect(of("h", "b")).toEqual({ changed: { run: "r1", at: "at r1", state: { x: 1 } }, inSync: "at r2" });
  expect(of("h", "c")).toEqual({ inSync: "at r2" });
  expect(of("h", "d")).toBeUndefined();
  expect(of("another", "a")).toBeUndefined();
  expect(unreadable).toEqual([]);
});

it("counts corrections, and says which journals can't be read", async () => {
  const state = mkdtempSync(join(tmpdir(), "surefoot-applied-"));
  await ran(state, "r1", [changing("a", null, { x: 1 })], { command: "drift", of: "r0" });
  writeFileSync(journalFile(state, "r2"), "{}\n{}\n");
  const { of, unreadable } = await gatherApplied(state, "/inv", new Set(["h"]));
  expect(of("h", "a")?.changed?.state).toEqual({ x: 1 });
  expect(unreadable).toEqual([expect.stringContaining("run r2: ")]);
});
