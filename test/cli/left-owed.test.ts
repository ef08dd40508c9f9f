import { expect, it } from "vitest";
import { leftOwed } from "../../src/cli/left-owed.js";
import { openJournal } from "../../src/journal/write.js";
import { emptyTally } from "../../src/model/event.js";
import { at, header } from "../journal/simulate.js";
import { folder } from "../support/folder.js";

const id = (n: number): string => `20261201T0000${String(n).padStart(2, "0")}Z-000000`;

async function ran(state: string, n: number, owes: boolean): Promise<void> {
  const journal = await openJournal(state, header({ run: id(n) }), "new");
  if (owes) journal.record(at({ type: "handler-owed", host: "h", handlers: ["reload"] }));
  else {
    const tally = emptyTally();
    journal.record(at({ type: "run-finished", run: id(n), tally, exitCode: 0, ms: 1 }));
  }
  await journal.close();
}

async function looked(state: string, n: number): Promise<void> {
  await (await openJournal(state, header({ run: id(n), command: "drift" }), "new")).close();
}

it("finds what the last run owes, however many looks a timer has made since", async () => {
  const state = folder({});
  await ran(state, 0, true);
  for (let n = 1; n < 60; n++) await looked(state, n);
  const [error, ...more] = await leftOwed(state, "/p.ts", "/inv");
  expect(error).toMatchObject({ code: "handlers-owed", message: expect.stringContaining('"reload" on h') });
  expect(more).toEqual([]);
  expect(await leftOwed(state, "/p.ts", "/other")).toEqual([]);
});

it("minds only the last run", async () => {
  const state = folder({});
  await ran(state, 0, true);
  await ran(state, 1, false);
  expect(await leftOwed(state, "/p.ts", "/inv")).toEqual([]);
});
