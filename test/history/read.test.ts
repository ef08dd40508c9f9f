import {
  appendFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { beforeEach, expect, it } from "vitest";
import { noteRun } from "../../src/history/make.js";
import { readHistory, readJournals } from "../../src/history/read.js";
import { folder } from "../support/folder.js";
import type { Part } from "./simulate.js";
import { end, ended, finding, journal, looked } from "./simulate.js";

const T = "2026-01-01T10:00:00.000Z";
const [OLD, LOOK, RUN] = ["20251231T000000Z-00000a", "20260101T100000Z-00000a", "20260101T110000Z-00000a"];
const look: Part = {
  header: { run: LOOK, command: "drift" },
  at: T,
  events: [...looked("h1", "drifted", finding("a", "0")), ...looked("h2", "in-sync"), end],
};
const run = (name: string): Part => ({ header: { run: name }, at: T, events: [ended("h1", "changed"), end] });

let state = "";
const file = (name: string): string => join(state, "runs", `${name}.jsonl`);
const index = (name: string): string => join(state, "history", name);
const JANUARY = "2026-01.idx";

beforeEach(() => {
  state = folder({});
  mkdirSync(join(state, "runs"));
  writeFileSync(file(OLD), journal(run(OLD)));
  writeFileSync(file(LOOK), journal(look));
  writeFileSync(file(RUN), journal(run(RUN)));
});

/** Runs as they are told, and how many journals had to be read for that. */
async function read(from?: string): Promise<{ readonly told: readonly string[]; readonly journals: number }> {
  let journals = 0;
  const told: string[] = [];
  const reading = (n: number): void => {
    journals += n;
  };
  const wanted = {
    reading,
    warn: (message: string) => told.push(message),
    ...(from === undefined ? {} : { from }),
  };
  for await (const one of readHistory(state, wanted)) {
    told.push("unreadable" in one ? `${one.run}: ${one.unreadable}` : `${one.run} ${one.groups.length}`);
  }
  return { told, journals };
}

const ALL = [`${RUN} 1`, `${LOOK} 1`, `${OLD} 1`];

it("tells runs newest first, and reads no journal twice", async () => {
  expect(await read()).toEqual({ told: ALL, journals: 3 });
  expect(await read()).toEqual({ told: ALL, journals: 0 });
  expect(readdirSync(join(state, "history")).sort()).toEqual(["2025-12.idx", JANUARY]);
  expect(statSync(index(JANUARY)).mode & 0o777).toBe(0o600);
});

it("reads only what is as new as is asked for", async () => {
  expect(await read("20260101T103")).toEqual({ told: [`${RUN} 1`], journals: 2 });
  expect(readdirSync(join(state, "history"))).toEqual([JANUARY]);
});

it("reads a journal again that has grown", async () => {
  await read();
  appendFileSync(
    file(RUN),
    journal({ header: { command: "resume" }, at: T, events: [ended("h2", "failed"), end] }),
  );
  expect(await read()).toEqual({ told: [`${RUN} 2`, ...ALL.slice(1)], journals: 1 });
});

it("reads the journal of a look again that had not ended", async () => {
  const text = journal(look);
  writeFileSync(file(LOOK), text.slice(0, text.indexOf('{"type":"host-phase","host":"h2"') + 20));
  expect(await read()).toEqual({ told: ALL, journals: 3 });
  writeFileSync(file(LOOK), text);
  expect(await read()).toEqual({ told: ALL, journals: 1 });
});

it("follows journals that are removed or brought in by hand", async () => {
  await read();
  rmSync(file(OLD));
  rmSync(file(LOOK));
  expect(await read()).toEqual({ told: [`${RUN} 1`], journals: 0 });
  expect(readdirSync(join(state, "history"))).toEqual([JANUARY]);
  expect(readFileSync(index(JANUARY), "utf8")).not.toContain(LOOK);
  writeFileSync(file(OLD), journal(run(OLD)));
  expect((await read()).told).toEqual([`${RUN} 1`, `${OLD} 1`]);
});

const damages: readonly (readonly [name: string, damage: (text: string) => string, journals: number])[] = [
  ["torn", (text) => text.slice(0, -9), 1],
  ["torn, and written to after", (text) => `${text.slice(0, -9)}\n${text}`, 0],
  ["of another version", (text) => text.replaceAll(/^1\t/gm, "2\t"), 2],
  ["empty", () => "", 2],
  ["overwritten with something else", () => "\0\0\0\0", 2],
];

it.each(damages)("makes an index anew that is %s", async (_name, damage, journals) => {
  await read();
  const text = readFileSync(index(JANUARY), "utf8");
  writeFileSync(index(JANUARY), damage(text));
  expect(await read()).toEqual({ told: ALL, journals });
  expect(await read()).toEqual({ told: ALL, journals: 0 });
});

it("believes the journal where a line of the index was damaged inside", async () => {
  await read();
  writeFileSync(index(JANUARY), readFileSync(index(JANUARY), "utf8").replaceAll('"groups":[', '"groups":!'));
  expect((await read()).told).toEqual(ALL);
});

it("passes over runs in which nothing differed, where it may", async () => {
  const quiet = { ...look, events: [...looked("h1", "in-sync"), end] };
  writeFileSync(file(LOOK), journal(quiet));
  for (const [skip, runs] of [
    [true, 2],
    [false, 3],
  ] as const) {
    let told = 0;
    for await (const _ of readHistory(state, { skipQuiet: () => skip })) told++;
    expect(told).toBe(runs);
  }
});

it("says which journals can't be read, and tells the others", async () => {
  writeFileSync(file(LOOK), "{}\n{}\n");
  const { told } = await read();
  expect(told[1]).toMatch(new RegExp(`^${LOOK}: this line of the journal is not understood`));
  expect([told[0], told[2]]).toEqual([ALL[0], ALL[2]]);
});

it("has a run that was noted when it ended, also beside a writer that was killed", async () => {
  await noteRun(state, LOOK);
  writeFileSync(index(JANUARY), readFileSync(index(JANUARY), "utf8").slice(0, -30));
  await Promise.all([noteRun(state, LOOK), noteRun(state, RUN)]);
  expect(await read()).toEqual({ told: ALL, journals: 1 });
});

it("tells the same where the index can't be kept, and says so", async () => {
  writeFileSync(join(state, "history"), "");
  await noteRun(state, RUN);
  const { told } = await read();
  expect(told.filter((text) => !text.includes("the index of the journals can't be kept"))).toEqual(ALL);
  expect(told).toHaveLength(ALL.length + 2);
});

it("tells hosts in sync from the journals themselves", async () => {
  const told: number[] = [];
  for await (const one of readJournals(state, {})) if ("groups" in one) told.push(one.groups.length);
  expect(told).toEqual([1, 2, 1]);
});
