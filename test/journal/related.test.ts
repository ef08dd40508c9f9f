import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { journalFile } from "../../src/journal/folder.js";
import { findMeant, lastRollback, newestHeaders } from "../../src/journal/related.js";
import { openJournal } from "../../src/journal/write.js";
import { header } from "./simulate.js";

it("finds the last rollback of a run among the runs after it, whatever else lies there", async () => {
  const state = mkdtempSync(join(tmpdir(), "surefoot-state-"));
  const add = async (run: string, of?: string): Promise<void> => {
    const facts = of === undefined ? { run } : { run, command: "rollback" as const, of };
    await (await openJournal(state, header(facts), "new")).close();
  };
  await add("1");
  await add("2");
  await add("3", "2");
  await add("4", "2");
  await add("5", "1");
  writeFileSync(journalFile(state, "6"), "no journal\n");
  expect((await lastRollback(state, "2"))?.run).toBe("4");
  expect((await lastRollback(state, "1"))?.run).toBe("5");
  expect(await lastRollback(state, "3")).toBeUndefined();
  const newest: string[] = [];
  for await (const { run } of newestHeaders(state)) newest.push(run);
  expect(newest).toEqual(["5", "4", "3", "2", "1"]);
});

it("means by `last` the newest run that may have changed something", async () => {
  const state = mkdtempSync(join(tmpdir(), "surefoot-state-"));
  const add = async (run: string, command: "run" | "drift", of?: string): Promise<void> => {
    const facts = of === undefined ? { run, command } : { run, command, of };
    await (await openJournal(state, header(facts), "new")).close();
  };
  await add("1", "run");
  await add("2", "drift");
  expect(await findMeant(state, "last")).toBe("1");
  await add("3", "drift", "2");
  await add("4", "drift");
  expect(await findMeant(state, "last")).toBe("3");
  expect(await findMeant(state, "4")).toBe("4");
});
