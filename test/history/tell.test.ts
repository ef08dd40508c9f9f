import { expect, it } from "vitest";
import { tellRecord } from "../../src/history/tell.js";
import { changing } from "../journal/simulate.js";
import type { Part } from "./simulate.js";
import { end, ended, entriesOf, finding, looked, stream } from "./simulate.js";

const T0 = "2026-01-01T10:00:00.000Z";
const T1 = "2026-01-01T10:01:40.000Z";
const tell = (parts: readonly Part[], how?: "all") => tellRecord(stream(entriesOf(...parts)), how);
const planned = (host: string, ...tasks: readonly ReturnType<typeof changing>[]) =>
  ({ type: "host-planned", host, plan: { host, tasks } }) as const;

it("tells hosts for which the same holds once, with what was changed on them, and counts the others", async () => {
  const task = changing("a", { x: 1, y: 2 }, { x: 1, y: 3 });
  const record = await tell([
    {
      header: { run: "r1", command: "run", cwd: "/srv" },
      at: T0,
      events: [planned("h1", task), planned("h2", task), ended("h1", "changed"), ended("h3", "ok")],
    },
    {
      header: { command: "run" },
      at: T1,
      events: [planned("h2", task), ended("h2", "changed"), ended("h4", "skipped"), end],
    },
  ]);
  expect(record).toMatchObject({
    run: "r1",
    at: T0,
    playbook: "/srv/p.ts",
    inventory: "/srv/inv",
    ended: { at: T1, exit: 0 },
    quiet: { inSync: 1, skipped: 1 },
  });
  expect(record?.groups).toEqual([
    {
      command: "run",
      end: "changed",
      things: [
        {
          title: "a",
          kind: "line",
          how: "change",
          fields: [{ field: "y", wanted: "3", found: "2" }],
        },
      ],
      hosts: [
        ["h1", 0],
        ["h2", 100],
      ],
    },
  ]);
});

it("tells what was made and removed without its whole state, and of secrets nothing", async () => {
  const secret = { ...changing("c", { secret: "(secret)" }, { secret: "(secret)" }), sensitive: true };
  const tasks = [changing("a", null, { x: 1 }), changing("b", { x: 1 }, null), secret];
  const record = await tell([
    { header: {}, at: T0, events: [planned("h", ...tasks), ended("h", "changed")] },
  ]);
  expect(record?.groups[0]?.things.map(({ title, how, fields }) => [title, how, fields])).toEqual([
    ["a", "add", []],
    ["b", "remove", []],
    ["c", "change", []],
  ]);
});

it("tells how hosts stood at a look, and since when", async () => {
  const record = await tell([
    {
      header: { command: "drift" },
      at: T0,
      events: [
        ...looked("h1", "in-sync"),
        ...looked(
          "h2",
          "drifted",
          finding("a", "0"),
          finding("b", "0", { since: "2025-12-31T00:00:00.000Z" }),
        ),
        ...looked("h3", "drifted", finding("a", "0"), finding("b", "0")),
        end,
      ],
    },
  ]);
  expect(record?.quiet.inSync).toBe(1);
  expect(record?.groups).toHaveLength(1);
  expect(record?.groups[0]).toMatchObject({
    end: "drifted",
    since: "2025-12-31T00:00:00.000Z",
    hosts: [
      ["h2", 0],
      ["h3", 0],
    ],
  });
});

it("keeps little of long values", async () => {
  const record = await tell([
    {
      header: { command: "drift" },
      at: T0,
      events: looked("h", "drifted", finding("a", "x".repeat(5_000))),
    },
  ]);
  expect(JSON.stringify(record).length).toBeLessThan(1_000);
});

it("tells hosts that were being changed when the controller ended, and those that it went on with after", async () => {
  const begun = { type: "step-started", host: "h", task: "a", step: "s" } as const;
  const plan = planned("h", changing("a", null, {}));
  const cut: Part = { header: {}, at: T0, events: [plan, begun, planned("h2", changing("a", null, {}))] };
  expect((await tell([cut]))?.ended).toBeUndefined();
  const record = await tell([
    cut,
    { header: { command: "resume" }, at: T1, events: [plan, begun, ended("h", "changed"), end] },
  ]);
  expect(record?.groups.map(({ command, end: how, hosts }) => [command, how, hosts])).toEqual([
    ["run", "open", [["h", 0]]],
    ["resume", "changed", [["h", 100]]],
  ]);
});

it("tells hosts in sync too where that is asked for", async () => {
  const parts = [{ header: { command: "drift" }, at: T0, events: [...looked("h", "in-sync"), end] }] as const;
  expect((await tell(parts))?.groups).toEqual([]);
  expect((await tell(parts, "all"))?.groups).toMatchObject([{ end: "ok", hosts: [["h", 0]] }]);
});
