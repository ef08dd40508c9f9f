import { expect, it } from "vitest";
import type { Task } from "../../src/model/resource.js";
import { differences, fingerprint, planHost, splitAtBarrier } from "../../src/plan/plan.js";
import type { Reading } from "../../src/plan/probe.js";
import { line, volatileLine } from "../support/counter.js";

const found = (text: string | null): Reading => ({ state: text === null ? null : { text } });

const plan = (tasks: readonly Task[], readings: Readonly<Record<string, Reading>>) =>
  planHost("h", tasks, new Map(Object.entries(readings)), true);

const rows = (tasks: readonly Task[], readings: Readonly<Record<string, Reading>>) =>
  plan(tasks, readings).tasks.map((task) => [
    task.status,
    task.steps.map((step) => step.title).join(),
    task.undo.map((step) => step.title).join(),
  ]);

it.each([
  ["as desired", "a", found("a"), ["in-sync", "", ""]],
  ["differs", "a", found("b"), ["change", "write a", "write b"]],
  ["absent", "a", found(null), ["change", "write a", "remove /f"]],
  ["to be absent", null, found("b"), ["change", "remove /f", "write b"]],
  ["not readable", "a", { unknown: { message: "no", hint: "so" } }, ["unknown", "", ""]],
] satisfies [string, string | null, Reading, string[]][])(
  "plans a thing that is %s",
  (_name, text, reading, row) => {
    expect(rows([line({ path: "/f", text })], { "line /f": reading })).toEqual([row]);
  },
);

it("takes a thing that was not read as unknown, never as absent", () => {
  expect(rows([line({ path: "/f", text: "a" })], {})).toEqual([["unknown", "", ""]]);
});

it("lets a later task on the same thing see the earlier one's predicted result", () => {
  const tasks = [
    line({ path: "/f", text: "a" }),
    line({ path: "/f", text: "b" }),
    line({ path: "/f", text: "b" }),
  ];
  expect(rows(tasks, { "line /f": found("x") })).toEqual([
    ["change", "write a", "write x"],
    ["change", "write b", "write a"],
    ["in-sync", "", ""],
  ]);
});

it("puts a task whose reading may move behind a barrier, only after a change", () => {
  const tasks = [
    line({ path: "/f", text: "a" }),
    volatileLine({ path: "/g", text: "b" }),
    line({ path: "/h", text: "c" }),
  ];
  const others = { "volatile-line /g": found("x"), "line /h": found("x") };
  const changed = plan(tasks, { "line /f": found("x"), ...others });
  expect(changed.tasks.map((task) => task.status)).toEqual(["change", "pending", "change"]);
  expect(changed.tasks[1]?.reason).toBe("known only after line /f has run");
  expect(splitAtBarrier(changed.tasks).now).toHaveLength(1);
  const same = plan(tasks, { "line /f": found("a"), ...others });
  expect(same.tasks.map((task) => task.status)).toEqual(["in-sync", "change", "change"]);
  expect(splitAtBarrier(same.tasks).later).toHaveLength(0);
});

it("marks all steps of a task whose author says that it can cut the connection", () => {
  const marked = plan([line({ path: "/f", text: "a" }, { cuts: true })], { "line /f": found("x") }).tasks[0];
  expect([...(marked?.steps ?? []), ...(marked?.undo ?? [])].map((step) => step.cuts)).toEqual([true, true]);
});

it("fingerprints what would be done and what was found, and nothing else", () => {
  const task = line({ path: "/f", text: "a" }, { name: "one title" });
  const renamed = line({ path: "/f", text: "a" }, { name: "another" });
  const of = (one: Task, text: string) => fingerprint(plan([one], { "line /f": found(text) }));
  expect(of(task, "x")).toBe(of(renamed, "x"));
  expect(of(task, "x")).not.toBe(of(task, "y"));
  expect(of(task, "x")).not.toBe(of(line({ path: "/f", text: "b" }), "x"));
});

it("is plain data", () => {
  const made = plan([line({ path: "/f", text: "a" })], { "line /f": found("x") });
  expect(JSON.parse(JSON.stringify(made))).toEqual(made);
});

it.each([
  [{ a: 1, b: 2 }, { b: 2, a: 1 }, []],
  [{ a: 0 }, { a: 1 }, [{ field: "a", wanted: 0, found: 1 }]],
  [{ a: 1 }, null, [{ field: "(exists)", wanted: true, found: false }]],
  [null, null, []],
])("names the fields in which %j and %j differ", (wanted, actual, expected) => {
  expect(differences(wanted, actual)).toEqual(expected);
});
