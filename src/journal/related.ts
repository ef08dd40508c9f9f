import { findRun, journalFile, listRuns } from "./folder.js";
import type { JournalHeader } from "./header.js";
import { isLook, isLookFile } from "./look.js";
import { firstHeader } from "./read.js";

/**
 * The headers of recorded runs that may have changed something, the newest first: looks for drift, of which a timer makes many, are passed over. Only the first
 * line of each journal is read, and one that can't be is left out.
 */
export async function* newestHeaders(state: string): AsyncGenerator<JournalHeader> {
  for (const run of (await listRuns(state)).toReversed()) {
    const file = journalFile(state, run);
    if (isLookFile(file)) continue;
    // `runs show` says what is wrong with one that can't be read; here it is no relative of any run.
    const header = await firstHeader(file).catch(() => undefined);
    if (header !== undefined && !isLook(header)) yield header;
  }
}

/** The last run that took another one back, where one did. */
export async function lastRollback(state: string, run: string): Promise<JournalHeader | undefined> {
  for await (const header of newestHeaders(state)) {
    // Ids begin with the time: what is older than the run can't take it back.
    if (header.run < run) return undefined;
    if (header.command === "rollback" && header.of === run) return header;
  }
  return undefined;
}

/**
 * The run that a person means, as {@link findRun} finds it; `last` is the newest that may have changed something.
 * @throws SurefootError `run-unknown`.
 */
export async function findMeant(state: string, wanted: string): Promise<string> {
  if (wanted === "last") {
    for await (const header of newestHeaders(state)) return header.run;
  }
  return findRun(state, wanted);
}
