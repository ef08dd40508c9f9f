import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import type { JournalHeader } from "../../src/journal/header.js";
import { readJournal } from "../../src/journal/read.js";
import { isWell, owing, tellStory } from "../../src/journal/story.js";
import type { Event, EventBody } from "../../src/model/event.js";
import { emptyTally } from "../../src/model/event.js";
import { at, changing, header } from "./simulate.js";

function journal(lines: readonly (JournalHeader | Event)[], tail = ""): string {
  const file = join(mkdtempSync(join(tmpdir(), "surefoot-journal-")), "r1.jsonl");
  writeFileSync(file, lines.map((line) => `${JSON.stringify(line)}\n`).join("") + tail);
  return file;
}

/** A host that is planned and has one of its two steps done. */
function halfWay(host: string, was: string): readonly EventBody[] {
  const tasks = [changing("a", { text: was }, { text: "new" }), changing("b", null, { text: "new" })];
  return [
    { type: "host-phase", host, phase: "connect" },
    { type: "host-planned", host, plan: { host, tasks } },
    { type: "host-phase", host, phase: "apply" },
    { type: "step-started", host, task: "a", step: "set a" },
    { type: "step-finished", host, task: "a", step: "set a", exit: 0, ms: 1 },
  ];
}

const changed = (host: string): EventBody => ({ type: "host-finished", host, outcome: "changed", ms: 1 });
const run: EventBody = {
  type: "run-started",
  v: 1,
  run: "r1",
  command: "run",
  playbook: "p",
  inventory: "i",
  hosts: 3,
};

it("tells of a controller that was killed which hosts were in flight, and what was touched there", async () => {
  const file = journal(
    [header(), ...[run, ...halfWay("h1", "old"), changed("h1"), ...halfWay("h2", "old")].map(at)],
    '{"type":"step-sta',
  );
  const story = await tellStory(readJournal(file));
  expect(story?.finished).toBeUndefined();
  expect(story?.total).toBe(3);
  expect(isWell(story?.hosts.get("h1"))).toBe(true);
  const open = story?.hosts.get("h2");
  expect(open).toMatchObject({ outcome: undefined, phase: "apply", steps: 1 });
  // The line that says that step b began may be lost with the controller: b counts as changed, too.
  expect([...(open?.changes.values() ?? [])]).toEqual([
    { id: "a", title: "a", original: { text: "old" }, left: { text: "new" }, sensitive: false },
    { id: "b", title: "b", original: null, left: { text: "new" }, sensitive: false },
  ]);
});

it("counts nothing as changed where the controller was killed before it had begun to", async () => {
  const planned = halfWay("h1", "old").slice(0, 2);
  const story = await tellStory(readJournal(journal([header(), ...[run, ...planned].map(at)])));
  expect(story?.hosts.get("h1")?.changes.size).toBe(0);
});

it("keeps the first original over all parts of a run, and the last outcome", async () => {
  const end: EventBody = { type: "run-finished", run: "r1", tally: emptyTally(), exitCode: 0, ms: 1 };
  const again = [...halfWay("h1", "half"), changed("h1"), end].map(at);
  const file = journal([
    header(),
    ...[run, ...halfWay("h1", "old")].map(at),
    header({ command: "resume" }),
    ...again,
  ]);
  const story = await tellStory(readJournal(file));
  expect(story?.latest.command).toBe("resume");
  expect(story?.finished?.exitCode).toBe(0);
  expect(story?.hosts.get("h1")?.outcome).toBe("changed");
  expect(story?.hosts.get("h1")?.changes.get("a")).toMatchObject({ original: { text: "old" } });
});

it("keeps what is owed over all parts until it is done, and counts no host well before", async () => {
  const owed = (...handlers: readonly string[]): EventBody => ({
    type: "handler-owed",
    host: "h1",
    handlers,
  });
  const done = (...handlers: readonly string[]): EventBody => ({
    type: "handler-done",
    host: "h1",
    handlers,
  });
  const first = [header(), ...[run, owed("a", "b"), ...halfWay("h1", "old"), done("a")].map(at)];
  const again = [header({ command: "resume" }), at(changed("h1"))];
  const story = await tellStory(readJournal(journal([...first, ...again])));
  expect(isWell(story?.hosts.get("h1"))).toBe(false);
  expect(story === undefined ? undefined : [...owing(story)]).toEqual([["h1", ["b"]]]);
  const end = await tellStory(readJournal(journal([...first, ...again, at(done("b"))])));
  expect(isWell(end?.hosts.get("h1"))).toBe(true);
  expect(end === undefined ? undefined : [...owing(end)]).toEqual([]);
});

it("tolerates a line that was cut off only at the end of a part", async () => {
  const torn = '{"type":"host-ph\n';
  const resumed = `${torn}${JSON.stringify(header({ command: "resume" }))}\n${JSON.stringify(at(changed("h1")))}\n`;
  const story = await tellStory(readJournal(journal([header(), at(run)], resumed)));
  expect(story?.hosts.get("h1")?.outcome).toBe("changed");
  const broken = journal([header(), at(run)], `${torn}${JSON.stringify(at(changed("h1")))}\n`);
  await expect(tellStory(readJournal(broken))).rejects.toMatchObject({
    data: { code: "run-invalid", place: { line: 3 } },
  });
});

it("does not take another file for a journal", async () => {
  await expect(tellStory(readJournal(journal([], "hosts: 1\n")))).rejects.toMatchObject({
    data: { code: "run-invalid" },
  });
  await expect(tellStory(readJournal("/nowhere"))).rejects.toMatchObject({ data: { code: "run-unknown" } });
});
