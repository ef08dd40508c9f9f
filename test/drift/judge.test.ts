import { expect, it } from "vitest";
import type { Applied } from "../../src/drift/applied.js";
import type { Remembered } from "../../src/drift/judge.js";
import { judge } from "../../src/drift/judge.js";
import type { TaskPlan } from "../../src/model/plan.js";
import { changing } from "../journal/simulate.js";

const NOW = "2026-01-02T00:00:00.000Z";
const THEN = "2026-01-01T00:00:00.000Z";
const idle = (id: string, more: Partial<TaskPlan> = {}): TaskPlan => ({
  ...changing(id, { x: 1 }, { x: 1 }),
  status: "in-sync",
  steps: [],
  ...more,
});
const remembered = (more: Partial<Remembered> = {}): Remembered => ({
  applied: () => undefined,
  since: () => undefined,
  inSync: undefined,
  now: NOW,
  ...more,
});
const judged = (
  tasks: readonly TaskPlan[],
  more: Partial<Remembered> = {},
  repeats: readonly string[] = [],
) => judge({ host: "h", tasks }, new Set(repeats), remembered(more));
const record = (state: object | null): Applied => ({ changed: { run: "r1", at: THEN, state }, inSync: THEN });

it("tells what is wanted, what we left there, and what is found", () => {
  const task = changing("a", { x: 1, y: { z: 1 }, same: [1] }, { x: 2, y: { z: 3 }, same: [1] });
  const { findings } = judged([task, idle("b")], {
    applied: () => record({ x: 2, y: { z: 2 }, same: [1] }),
    since: () => THEN,
  });
  expect(findings).toEqual([
    {
      task: "a",
      kind: "line",
      title: "a",
      since: THEN,
      applied: { run: "r1", at: THEN },
      inSync: THEN,
      fields: [
        { field: "x", desired: 2, applied: 2, found: 1 },
        { field: "y.z", desired: 3, applied: 2, found: 1 },
      ],
      looksLike: "something other than Surefoot changed it",
      fixable: true,
    },
  ]);
});

it("says that a thing was never applied only where no record says that it was as desired", () => {
  const task = changing("a", null, { x: 1 });
  expect(judged([task]).findings[0]).toMatchObject({
    since: NOW,
    looksLike: expect.stringMatching(/^never applied/),
    fields: [{ field: "(exists)", desired: { x: 1 }, found: null }],
  });
  expect(judged([task], { inSync: THEN }).findings[0]).toMatchObject({
    inSync: THEN,
    looksLike: expect.not.stringMatching(/^never applied/),
  });
});

it("shows nothing of a secret", () => {
  const secret = { secret: "(secret)" };
  const [finding] = judged([{ ...changing("a", secret, secret), sensitive: true }], {
    inSync: THEN,
  }).findings;
  expect(finding).toMatchObject({ fields: [], looksLike: expect.stringContaining("holds a secret") });
});

it("takes no drift from what is wanted at every run, can't be read or is known only later", () => {
  const tasks = [
    changing("repeats", null, { x: 1 }),
    idle("unknown", { status: "unknown" }),
    idle("pending", { status: "pending" }),
  ];
  expect(judged(tasks, {}, ["repeats"]).findings).toEqual([]);
});

it("tells what has no effect, which no correction changes, and what is kept otherwise on purpose", () => {
  const note = "default metric 10 via 10.0.0.9 (boot) wins over this one: its metric is lower";
  const degraded = "degraded: gateway 10.0.0.2 is out since 2026-01-01T00:00:00Z";
  const result = judged([
    idle("route default", { kind: "route", notes: ["some other note", note] }),
    idle("failover", { kind: "failover", notes: [degraded, "each gateway is pinged once a second"] }),
  ]);
  expect(result.findings).toEqual([
    expect.objectContaining({
      looksLike: `no effect: ${note}`,
      fixable: false,
      fields: [],
      hint: expect.any(String),
    }),
  ]);
  expect(result.degraded).toEqual([degraded]);
});
