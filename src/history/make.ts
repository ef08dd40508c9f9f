import { statSync } from "node:fs";
import { journalFile } from "../journal/folder.js";
import { isLook } from "../journal/look.js";
import { readJournal } from "../journal/read.js";
import { SurefootError } from "../model/error.js";
import type { IndexLine, Unreadable } from "./line.js";
import type { RunRecord } from "./record.js";
import { appendLine } from "./segment.js";
import { tellRecord } from "./tell.js";

/**
 * The index's line of a run, from its journal.
 * @param size Of the journal, in bytes, looked up before it is read: what is added meanwhile is read the next time.
 */
export async function lineOf(state: string, run: string, size: number): Promise<IndexLine> {
  const record = await recordOf(state, run, "changes");
  const fixed = !("unreadable" in record) && isLook(record) && record.ended !== undefined;
  return { run, size, fixed, json: JSON.stringify(record) };
}

/** What a run's journal says, or why that is not known. */
export async function recordOf(
  state: string,
  run: string,
  how: "all" | "changes",
): Promise<RunRecord | Unreadable> {
  try {
    const record = await tellRecord(readJournal(journalFile(state, run)), how);
    return record ?? { unreadable: "the journal is empty: the run was ended before anything was done" };
  } catch (thrown) {
    if (thrown instanceof SurefootError) return { unreadable: thrown.message };
    throw thrown;
  }
}

/**
 * Takes a run that has ended into the index, so that nobody has to read its journal for that later. What goes wrong is made good by the next
 * reading, and is no trouble of the run.
 */
export async function noteRun(state: string, run: string): Promise<void> {
  try {
    const size = statSync(journalFile(state, run)).size;
    await appendLine(state, await lineOf(state, run, size));
  } catch {
    // See above.
  }
}
