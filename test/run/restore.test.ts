import { expect, it } from "vitest";
import type { Task } from "../../src/model/resource.js";
import { refuseMoved, takeBackTasks } from "../../src/run/restore.js";
import { changing } from "../journal/simulate.js";
import { line } from "../support/counter.js";

const change = (task: Task, original: string | null, left: string | null, sensitive = false) => ({
  id: task.id,
  title: task.title,
  original: original === null ? null : { text: original },
  left: left === null ? null : { text: left },
  sensitive,
});

it("wants what was there, last first, of what was changed only", () => {
  const [a, b, c] = ["a", "b", "c"].map((name) => line({ path: `/${name}`, text: "new" }));
  if (a === undefined || b === undefined || c === undefined) throw new Error("there are three");
  const back = takeBackTasks("h", [a, b, c], [change(a, "old", "new"), change(c, null, "new")], false);
  if (!("tasks" in back)) throw new Error("it was refused");
  expect(back.tasks.map((task) => task.id)).toEqual([c.id, a.id]);
  expect(back.tasks.map((task) => task.resource.target(task.params, { text: "new" }))).toEqual([
    null,
    { text: "old" },
  ]);
});

it("refuses a host where a secret was changed, or a task is gone, unless it may leave that alone", () => {
  const a = line({ path: "/a", text: "x" });
  const gone = line({ path: "/gone", text: "x" });
  expect(takeBackTasks("h", [a], [change(a, "old", "new", true)], false)).toMatchObject({
    refused: { code: "rollback-secret", message: expect.stringContaining("secret") },
  });
  expect(takeBackTasks("h", [a], [change(gone, "old", "new")], false)).toMatchObject({
    refused: { code: "rollback-impossible" },
  });
  const forced = takeBackTasks("h", [a], [change(gone, "o", "n"), change(a, "o", "n", true)], true);
  expect(forced).toEqual({ tasks: [] });
});

it.each([
  ["as the run left it", { text: "new" }, undefined],
  ["as it was before", { text: "old" }, undefined],
  ["as somebody made it", { text: "mine" }, "rollback-moved"],
  ["gone", null, "rollback-moved"],
])("judges a thing that is %s", (_name, actual, code) => {
  const recorded = {
    id: "a",
    title: "a",
    original: { text: "old" },
    left: { text: "new" },
    sensitive: false,
  };
  const plan = { host: "h", tasks: [changing("a", actual, { text: "old" })] };
  expect(refuseMoved(plan, [recorded], "r1")?.code).toBe(code);
});
