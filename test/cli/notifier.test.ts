import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { openNotifier } from "../../src/cli/notifier.js";
import { loadMemory } from "../../src/drift/store.js";
import type { Standing } from "../../src/model/drift.js";
import type { Event } from "../../src/model/event.js";
import { emptyTally } from "../../src/model/event.js";
import { folder } from "../support/folder.js";

const AT = "2026-12-01T12:00:00.000Z";
const WATCHED = { playbook: "/p/ecmp.ts", inventory: "/i/production" };

function look(standing: Standing, exitCode = 0): readonly Event[] {
  return [
    {
      type: "run-started",
      v: 1,
      run: "r",
      command: "drift",
      playbook: "p/ecmp.ts",
      inventory: "i/production",
      hosts: 1,
      at: AT,
    },
    { type: "host-drift", host: "web1", standing, findings: [], degraded: [], at: AT },
    { type: "run-finished", run: "r", tally: emptyTally(), exitCode, ms: 1, at: AT },
  ];
}

async function tell(state: string, receivers: readonly string[], events: readonly Event[]): Promise<void> {
  const notifier = await openNotifier(receivers, {});
  for (const event of events) notifier?.reporter.onEvent(event);
  await notifier?.tell(state, WATCHED);
}

/** A state folder, a receiver that keeps summaries, and what it got. */
function receiver(): { readonly state: string; readonly to: string; readonly told: () => readonly string[] } {
  const state = folder({ told: "" });
  const file = join(state, "told");
  return {
    state,
    to: `command=echo "$SUREFOOT_SUMMARY" >> ${file}`,
    told: () => readFileSync(file, "utf8").split("\n").slice(0, -1),
  };
}

const DOWN = "ecmp on production: 1 host unreachable";

it("tells of a change once", async () => {
  const { state, to, told } = receiver();
  for (const standing of ["in-sync", "unreachable", "unreachable", "in-sync"] as const)
    await tell(state, [to], look(standing));
  expect(told()).toEqual([DOWN, "ecmp on production: 1 host in sync again"]);
});

it("tells again what a receiver did not take, and to all", async () => {
  const { state, to, told } = receiver();
  const broken = tell(state, [to, "command=exit 1", "command=exit 2"], look("unreachable"));
  await expect(broken).rejects.toMatchObject({
    errors: [{ code: "notify-failed" }, { code: "notify-failed" }],
  });
  await expect(tell(state, [to, "command=exit 1"], look("unreachable"))).rejects.toMatchObject({
    data: { code: "notify-failed" },
  });
  await tell(state, [to], look("unreachable"));
  await tell(state, [to], look("unreachable"));
  expect(told()).toEqual([DOWN, DOWN, DOWN]);
});

it("tells nobody of a look that was cut short, and remembers nothing of it", async () => {
  const { state, to, told } = receiver();
  await tell(state, [to], look("unreachable", 130));
  expect(told()).toEqual([]);
  expect((await loadMemory(state, WATCHED)).hosts).toEqual({});
});

it("says where what it would remember can't be kept", async () => {
  const { state, to } = receiver();
  writeFileSync(join(state, "drift"), "in the way");
  await expect(tell(state, [to], look("in-sync"))).rejects.toThrow();
});

it("is none where nobody is to be told", async () => {
  expect(await openNotifier([], {})).toBeUndefined();
});
