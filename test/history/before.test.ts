import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { beforeHtml } from "../../src/history/before.js";
import { changing } from "../journal/simulate.js";
import { all, parse, textOf } from "../report/html/parse.js";
import { State } from "../serve/state.js";
import { folder } from "../support/folder.js";
import { ended } from "./simulate.js";

const now = new Date("2026-01-08T10:30:00.000Z");
const question = { inventory: "/inv", without: [], now, path: (path: string) => path };

it("tells what happened on the same inventory, and not what the page tells itself", async () => {
  const state = new State();
  state.look("2025-12-20T10:00:00.000Z", { old: ["sysctl a"] });
  state.look("2026-01-06T10:00:00.000Z", { c1: ["sysctl <b>"], c2: [] }, true);
  state.run("2026-01-06T11:00:00.000Z", { command: "drift", inventory: { path: "other", hash: "" } }, []);
  const [mine = ""] = state.look("2026-01-08T10:00:00.000Z", { mine: ["sysctl a"] });
  state.look("2026-01-09T10:00:00.000Z", { later: ["sysctl a"] });
  const root = parse((await beforeHtml(state.dir, { ...question, without: [mine] })).toString());
  expect(all(root, "h2").map(textOf)).toEqual(["What happened before"]);
  const entries = all(root, "ol").flatMap((list) => all(list, "strong").map(textOf));
  expect(entries).toEqual(["corrected", "drifted"]);
  expect(all(root, "ol").map(textOf).join()).toContain("sysctl <b>");
  expect(all(root, "a")).toEqual([]);
});

it("cuts short what is long, and breaks no arrow", async () => {
  const state = new State();
  const change = { ...changing("x".repeat(150), { a: "b" }, { a: "c" }), title: "x".repeat(150) };
  state.run("2026-01-06T10:00:00.000Z", { command: "run" }, [
    { type: "host-planned", host: "c1", plan: { host: "c1", tasks: [change] } },
    ended("c1", "changed"),
  ]);
  const text = textOf(parse((await beforeHtml(state.dir, question)).toString()));
  expect(text).toContain(`${"x".repeat(150)}: a: "b" \u2192…`);
});

it("tells nothing where nothing is on record", async () => {
  expect((await beforeHtml(folder({}), question)).toString()).toBe("");
  const state = new State();
  state.look("2026-01-06T10:00:00.000Z", { c1: [] });
  expect((await beforeHtml(state.dir, { ...question, inventory: "/other" })).toString()).toBe("");
});

it("says where the past can't be read, or would take long to, and never throws", async () => {
  const none = folder({ runs: "" });
  expect((await beforeHtml(none, question)).toString()).toContain("That can't be told: the journals in");
  const state = new State();
  for (let i = 0; i < 41; i++) state.look(new Date(now.getTime() - i * 60_000).toISOString(), { c1: [] });
  expect((await beforeHtml(state.dir, question)).toString()).toContain("41 journals would have to be read");
  writeFileSync(join(state.dir, "history"), "no folder");
  expect((await beforeHtml(state.dir, question)).toString()).toContain("41 journals");
});
