import { expect, it } from "vitest";
import type { HistoryRow } from "../../src/journal/history.js";
import { rowsOf } from "../../src/journal/history.js";
import type { Entry } from "../../src/journal/read.js";
import type { EventBody } from "../../src/model/event.js";
import { at, changing, header } from "./simulate.js";

const planned = (host: string, ...ids: readonly string[]): EventBody => ({
  type: "host-planned",
  host,
  plan: { host, tasks: ids.map((id) => changing(id, null, { x: 1 })) },
});
const finding = { task: "b", kind: "line", title: "b", fields: [], since: "", looksLike: "x", fixable: true };

async function rows(
  entries: readonly (EventBody | ReturnType<typeof header>)[],
  host?: string,
): Promise<HistoryRow[]> {
  async function* read(): AsyncGenerator<Entry> {
    for (const entry of entries) yield entry.type === "journal" ? { header: entry } : { event: at(entry) };
  }
  const told: HistoryRow[] = [];
  for await (const row of rowsOf(read(), host)) told.push(row);
  return told;
}

const error = { code: "step-failed", message: "m", hint: "h" } as const;
const RUN = [
  header(),
  planned("h1", "a"),
  planned("h2", "a", "b"),
  { type: "host-finished", host: "h2", outcome: "failed", ms: 1, error },
  { type: "host-finished", host: "h1", outcome: "changed", ms: 1 },
] as const;

it("gives a row for each host, in the order in which they were done", async () => {
  const common = { run: "r1", at: "2026-01-01T00:00:00.000Z", command: "run" };
  const failed = { ...common, host: "h2", outcome: "failed", what: ["a", "b"], error: "step-failed" };
  expect(await rows(RUN)).toEqual([failed, { ...common, host: "h1", outcome: "changed", what: ["a"] }]);
  expect(await rows(RUN, "h2")).toEqual([failed]);
});

it("tells how hosts stood at a look, and what had drifted, with effect or without", async () => {
  const look = [
    header({ command: "drift" }),
    planned("h1", "a"),
    { type: "host-drift", host: "h1", standing: "drifted", findings: [finding], degraded: [] },
    { type: "host-finished", host: "h1", outcome: "would-change", ms: 1 },
    { type: "host-drift", host: "h2", standing: "in-sync", findings: [], degraded: [] },
    { type: "host-finished", host: "h2", outcome: "ok", ms: 1 },
  ] as const;
  expect((await rows(look)).map(({ host, outcome, what }) => [host, outcome, what])).toEqual([
    ["h1", "drifted", ["b"]],
    ["h2", "in-sync", []],
  ]);
});
