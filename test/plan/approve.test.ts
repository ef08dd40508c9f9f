import { expect, it } from "vitest";
import type { TaskPlan } from "../../src/model/plan.js";
import { publicPlan } from "../../src/model/plan.js";
import { refuseUnapproved } from "../../src/plan/approve.js";
import { fingerprint } from "../../src/plan/plan.js";
import { changing } from "../journal/simulate.js";

function judge(saved: readonly TaskPlan[], now: readonly TaskPlan[]) {
  const plan = { host: "h", tasks: saved };
  const approved = new Map([["h", { fingerprint: fingerprint(plan), plan: publicPlan(plan) }]]);
  return refuseUnapproved(approved, { host: "h", tasks: now });
}

const a = changing("a", { text: "old", mode: "0644" }, { text: "new", mode: "0644" });

it("lets the very plan pass that was approved", () => {
  expect(judge([a], [a])).toBeUndefined();
});

it.each<[string, readonly TaskPlan[], string]>([
  [
    "a field that moved",
    [changing("a", { text: "mine", mode: "0644" }, { text: "new", mode: "0644" })],
    'a: text was "old", now "mine"',
  ],
  ["a thing that is gone", [changing("a", null, { text: "new" })], "a: (exists) was true, now false"],
  [
    "another wish",
    [changing("a", { text: "old", mode: "0644" }, { text: "newer", mode: "0644" })],
    'a: text was to be "new", now "newer"',
  ],
  ["a task more", [a, changing("b", null, { text: "x" })], "b: a new task"],
  ["a task less", [], "a: no longer a task"],
  ["what is done by now", [{ ...a, status: "in-sync", steps: [] }], "a: was to be changed, now in sync"],
])("names %s", (_name, now, detail) => {
  expect(judge([a], now)).toMatchObject({ code: "plan-stale", place: { host: "h" }, detail });
});

it("never names a secret", () => {
  const secret = (text: string): TaskPlan => ({
    ...changing("a", { text }, { text: "new" }),
    sensitive: true,
  });
  const error = judge([secret("the-old-word")], [secret("the-new-word")]);
  expect(error?.code).toBe("plan-stale");
  expect(JSON.stringify(error)).not.toMatch(/the-(old|new)-word/);
});

it("refuses a host that no plan was made for", () => {
  expect(refuseUnapproved(new Map(), { host: "h", tasks: [a] })?.code).toBe("plan-stale");
});
