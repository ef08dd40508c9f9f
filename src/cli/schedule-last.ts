import { journalFile, listRuns } from "../journal/folder.js";
import type { JournalHeader } from "../journal/header.js";
import { readJournal } from "../journal/read.js";
import type { Tally } from "../model/event.js";
import { tallyWords } from "../report/words.js";
import type { Schedule } from "../schedule/record.js";
import { finalTally } from "./runs-list.js";

/** A run of a schedule, as its journal tells it. */
export interface LastRun {
  readonly run: string;
  /** When it began, ISO 8601 in UTC. */
  readonly at: string;
  readonly command: "look" | "correction";
  /** How hosts came out of it, in words. */
  readonly how: string;
}

/** Runs that are told. */
const TOLD = 5;
/** Journals whose header is looked at for that, from the newest on: others may share the folder. */
const LOOKED_AT = 200;

/**
 * The newest runs of a schedule, newest first. Of each journal only beginning and end are read.
 * @throws SurefootError where the journals can't be read.
 */
export async function lastRuns({ name, state }: Schedule): Promise<readonly LastRun[]> {
  const found: LastRun[] = [];
  for (const run of [...(await listRuns(state))].reverse().slice(0, LOOKED_AT)) {
    const file = journalFile(state, run);
    const header = await headerOf(file);
    if (header?.schedule !== name) continue;
    const tally = await finalTally(file);
    const command = header.of === undefined ? "look" : "correction";
    const how = tally === undefined ? "runs, or was cut short" : words(command, tally);
    found.push({ run, at: header.at, command, how });
    if (found.length === TOLD) break;
  }
  return found;
}

/** Hosts that a look would change have drifted, and those that a correction changed are corrected. */
function words(command: LastRun["command"], tally: Tally): string {
  const told = tallyWords(tally)
    .replace("would change", "drifted")
    .replace(/\bok\b/, "in sync");
  return command === "look" ? told : told.replace("changed", "corrected");
}

async function headerOf(file: string): Promise<JournalHeader | undefined> {
  for await (const entry of readJournal(file)) return "header" in entry ? entry.header : undefined;
  return undefined;
}
