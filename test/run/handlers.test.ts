import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import type { Task } from "../../src/model/resource.js";
import { command } from "../../src/resources/command.js";
import { line } from "../support/counter.js";
import type { Ran } from "./runs.js";
import { errorOf, folder, outcomeOf, run } from "./runs.js";

/** A handler that appends what a file holds by then to a log, as a service reads its configuration when it is restarted. */
function handler(name: string, dir: string, more = ""): Task {
  const text = `cat '${join(dir, "f")}' >> '${join(dir, name)}' || echo none >> '${join(dir, name)}'; ${more}`;
  const task = command({ run: text, always: true });
  return { ...task, handler: name, id: `handler ${name}`, title: name };
}

const log = (dir: string, name: string): string =>
  existsSync(join(dir, name)) ? readFileSync(join(dir, name), "utf8") : "";

/** Events that concern handlers, and the steps and writings to disk between which they stand. */
const trace = (ran: Ran): readonly string[] =>
  ran.events.flatMap((event) => {
    if (event.type === "handler-owed" || event.type === "handler-done")
      return [`${event.type} ${event.handlers.join(",")}`];
    return event.type === "step-started" ? [event.task.replace(/\/.*\//, "")] : [];
  });

const pending = (ran: Ran): readonly (string | undefined)[] =>
  ran.events.flatMap((event) =>
    event.type === "host-planned"
      ? event.plan.tasks.filter((task) => task.id.startsWith("handler")).map((task) => task.reason)
      : [],
  );

it("runs each handler that is notified once, behind all tasks, in its own order, and no other", async () => {
  const dir = folder();
  const tasks = [
    line({ path: join(dir, "f"), text: "a" }, { notify: ["two", "one"] }),
    line({ path: join(dir, "g"), text: "b" }, { notify: "two" }),
  ];
  const job = { handlers: ["one", "two", "three"].map((name) => handler(name, dir)) };
  const planned = await run(tasks, { job, mode: "plan" });
  const why = `runs once line ${join(dir, "f")} has changed`;
  expect(pending(planned)).toEqual([why, why]);
  const ran = await run(tasks, { job });
  expect(ran.fingerprints).toEqual(planned.fingerprints);
  expect(trace(ran)).toEqual([
    "handler-owed one,two",
    "line f",
    "line g",
    "handler one",
    "handler-done one",
    "handler two",
    "handler-done two",
  ]);
  expect(ran.tally.changed).toBe(1);
  const again = await run(tasks, { job });
  expect(trace(again)).toEqual([]);
  expect(again.tally.ok).toBe(1);
  expect(["one", "two", "three"].map((name) => log(dir, name))).toEqual(["a\n", "a\n", ""]);
});

it("says of a handler that waits for what is not known yet that it may run", async () => {
  const dir = folder();
  const tasks = [
    line({ path: join(dir, "f"), text: "a" }),
    command({ run: "true", unless: "true" }, { name: "guarded", notify: "one" }),
  ];
  const job = { handlers: [handler("one", dir)] };
  expect(pending(await run(tasks, { job, mode: "plan" }))).toEqual(["runs if guarded changes"]);
  expect(trace(await run(tasks, { job }))).toEqual(["line f"]);
});

it("has what is owed on disk before what notifies it is changed", async () => {
  const dir = folder();
  const seen: string[] = [];
  await run([line({ path: join(dir, "f"), text: "a" }, { notify: "one" })], {
    job: { handlers: [handler("one", dir)] },
    emit: (event) => seen.push(event.type),
    recorded: async () => void seen.push("recorded"),
  });
  expect(seen.indexOf("handler-owed")).toBeGreaterThan(0);
  // The phase is on disk, too: from it on steps may have begun, whatever lines are lost behind it.
  expect(seen.slice(seen.indexOf("handler-owed")).slice(1, 3)).toEqual(["host-phase", "recorded"]);
  expect(seen.indexOf("handler-owed")).toBeLessThan(seen.indexOf("step-started"));
});

it("runs what an earlier part of the run left owed, though its tasks are in sync", async () => {
  const dir = folder();
  writeFileSync(join(dir, "f"), "a\n");
  const tasks = [line({ path: join(dir, "f"), text: "a" }, { notify: "one" })];
  const job = { handlers: [handler("one", dir)], owed: ["one", "gone"] };
  const planned = await run(tasks, { job, mode: "plan" });
  expect(planned.tally["would-change"]).toBe(1);
  expect(pending(planned)[0]).toContain("owed by an earlier part");
  const ran = await run(tasks, { job });
  expect(ran.tally.changed).toBe(1);
  expect(trace(ran)).toEqual(["handler-done gone", "handler one", "handler-done one"]);
  expect(ran.events.find((event) => event.type === "warning")).toMatchObject({
    message: 'here: the handler "gone" is owed, and the playbook has it no more: it is not run',
  });
});

it.each([
  ["by the controller", false],
  ["by the host, where it could cut the connection", true],
])("takes the tasks back where a handler fails, then runs handlers for what is back: %s", async (_, cuts) => {
  const dir = folder();
  writeFileSync(join(dir, "f"), "old\n");
  const failing = handler("two", dir, `! grep -q new '${join(dir, "f")}'`);
  const ran = await run([line({ path: join(dir, "f"), text: "new" }, { notify: ["one", "two", "three"] })], {
    job: {
      handlers: [handler("one", dir), { ...failing, options: { cuts } }, handler("three", dir)],
    },
  });
  expect(outcomeOf(ran)).toBe(cuts ? "rolled-back" : "failed");
  expect(errorOf(ran)).toMatchObject({
    code: "step-failed",
    place: { at: expect.stringContaining("run cat") },
  });
  expect(errorOf(ran)?.message).toContain("was read again as it was");
  expect(readFileSync(join(dir, "f"), "utf8")).toBe("old\n");
  expect(["one", "two", "three"].map((name) => log(dir, name))).toEqual(["new\nold\n", "new\nold\n", ""]);
  expect(trace(ran).at(-1)).toBe("handler-done one,two,three");
});

it("still owes a handler that fails for what is back, too", async () => {
  const dir = folder();
  const ran = await run([line({ path: join(dir, "f"), text: "new" }, { notify: "one" })], {
    job: { handlers: [handler("one", dir, "echo broken; exit 3")] },
  });
  expect(errorOf(ran)?.detail).toContain("one failed behind it, with exit 3: ");
  expect(trace(ran)).not.toContain("handler-done one");
});

it("owes nothing where a task fails and all is taken back, and runs nothing", async () => {
  const dir = folder();
  const tasks = [
    line({ path: join(dir, "f"), text: "a" }, { notify: "one" }),
    line({ path: join(dir, "g"), text: "b", before: "exit 9" }),
  ];
  const ran = await run(tasks, { job: { handlers: [handler("one", dir)] } });
  expect(trace(ran).at(0)).toBe("handler-owed one");
  expect(trace(ran).at(-1)).toBe("handler-done one");
  expect(log(dir, "one")).toBe("");
});
