import { mkdtempSync, readdirSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { isFlapping, parseFlap, recent } from "../../src/drift/flap.js";
import type { HostMemory, Looked } from "../../src/drift/memory.js";
import { afterCorrection, afterLook, NOTHING } from "../../src/drift/memory.js";
import { loadMemory, memoryFile, rememberHosts, rememberTold } from "../../src/drift/store.js";
import { classOf } from "../../src/model/error.js";

const at = (minute: number): string => new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString();
const looked = (drifted: readonly string[], unjudged: readonly string[] = []): Looked => ({
  drifted,
  unjudged,
});

/** Looks of one host at minutes 0, 1, 2 and so on, and what is remembered in the end. */
const CASES: readonly (readonly [string, readonly Looked[], HostMemory])[] = [
  ["in sync", [looked([])], { inSync: at(0), drift: {}, corrected: [] }],
  [
    "the first time counts",
    [looked([]), looked(["a"]), looked(["a", "b"])],
    { inSync: at(0), drift: { a: at(1), b: at(2) }, corrected: [] },
  ],
  [
    "gone and come again",
    [looked(["a"]), looked([]), looked(["a"])],
    { inSync: at(1), drift: { a: at(2) }, corrected: [] },
  ],
  [
    "not readable for a while",
    [looked(["a"]), looked([], ["a"]), looked(["a"])],
    { drift: { a: at(0) }, corrected: [] },
  ],
  ["what is not readable is not in sync", [looked([], ["a"])], { drift: {}, corrected: [] }],
];

it.each(CASES)("remembers since when things differ: %s", (_what, looks, expected) => {
  const end = looks.reduce((memory, look, minute) => afterLook(memory, look, at(minute)), NOTHING);
  expect(end).toEqual(expected);
});

it("keeps what was told of a host, through looks and corrections", async () => {
  const state = mkdtempSync(join(tmpdir(), "surefoot-told-"));
  const watched = { playbook: "/p.ts", inventory: "/i" };
  const told = { standing: "drifted", tasks: ["a"] } as const;
  await rememberTold(state, watched, new Map([["web1", { ...told, tasks: ["a"] }]]));
  const { hosts } = await loadMemory(state, watched);
  expect(hosts).toEqual({ web1: { ...NOTHING, told } });
  const before = hosts.web1 ?? NOTHING;
  expect(afterLook(before, looked([]), at(1)).told).toEqual(told);
  expect(afterCorrection(before, [], at(1)).told).toEqual(told);
});

it("counts corrections in a time, and forgets them after a month", () => {
  const limit = parseFlap("3/1h");
  let memory = NOTHING;
  for (const minute of [0, 30, 59]) {
    expect(isFlapping(memory.corrected, limit, at(minute))).toBe(false);
    memory = afterCorrection(memory, minute === 59 ? ["left"] : [], at(minute));
  }
  expect(memory).toEqual({ inSync: at(30), drift: { left: at(59) }, corrected: [at(0), at(30), at(59)] });
  expect(isFlapping(memory.corrected, limit, at(59))).toBe(true);
  // The first of them is an hour ago.
  expect(recent(memory.corrected, limit, at(60))).toBe(2);
  expect(isFlapping(memory.corrected, limit, at(60))).toBe(false);
  expect(isFlapping(memory.corrected, parseFlap("3/2h"), at(60))).toBe(true);
  expect(afterLook(memory, looked([]), at(31 * 24 * 60)).corrected).toEqual([]);
});

it.each(["", "3", "0/1h", "3/0h", "3/1", "3/1y", "3/31d", "x/1h"])("refuses the limit %j", (text) => {
  expect(() => parseFlap(text)).toThrow(expect.objectContaining({ code: "flag-invalid" }));
});

it("keeps what other looks saw meanwhile, in a file for its owner only, and refuses a damaged one", async () => {
  const state = mkdtempSync(join(tmpdir(), "surefoot-memory-"));
  const watched = { playbook: "/p.ts", inventory: "/inv" };
  expect((await loadMemory(state, watched)).hosts).toEqual({});
  const seen = afterLook(NOTHING, looked(["a"]), at(0));
  await rememberHosts(state, watched, new Map([["h1", seen]]));
  await rememberHosts(state, watched, new Map([["h2", NOTHING]]));
  expect((await loadMemory(state, watched)).hosts).toEqual({ h1: seen, h2: NOTHING });
  expect((await loadMemory(state, { ...watched, inventory: "/other" })).hosts).toEqual({});
  const file = memoryFile(state, watched);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readdirSync(join(state, "drift"))).toHaveLength(1);
  writeFileSync(file, '{"v":1,');
  await expect(loadMemory(state, watched)).rejects.toMatchObject({ code: "drift-state-invalid" });
  writeFileSync(file, '{"v":1,"playbook":"/p.ts","inventory":"/inv","hosts":{"h":{}}}');
  await expect(loadMemory(state, watched)).rejects.toMatchObject({ code: "drift-state-invalid" });
});

it("says that it could not be kept as a failure: hosts were looked at by then", async () => {
  const state = mkdtempSync(join(tmpdir(), "surefoot-memory-"));
  const watched = { playbook: "/p.ts", inventory: "/inv" };
  symlinkSync("/nonexistent/nowhere", join(state, "drift"));
  await expect(rememberHosts(state, watched, new Map([["h1", NOTHING]]))).rejects.toMatchObject({
    data: { code: "drift-state-unwritten" },
  });
  expect(classOf("drift-state-unwritten")).toBe("failed");
});
