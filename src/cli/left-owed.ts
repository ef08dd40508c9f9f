import { resolve } from "node:path";
import { journalFile } from "../journal/folder.js";
import type { JournalHeader } from "../journal/header.js";
import { inventoryOf, playbookOf } from "../journal/paths.js";
import { readJournal } from "../journal/read.js";
import { lastRollback, newestHeaders } from "../journal/related.js";
import { owing, tellStory } from "../journal/story.js";
import { isRunning } from "../journal/who.js";
import type { ErrorData } from "../model/error.js";
import { SurefootError } from "../model/error.js";
import { stateFlag } from "../model/state-folder.js";
import { compressNames } from "../report/names.js";
import { finalTally } from "./runs-list.js";

/** How many journals are looked through for the last run of a playbook. */
const LOOKED_AT = 50;

/**
 * What the last run of the same playbook and inventory left owed: handlers that a new run, which finds their tasks in sync, would not run. Cheap
 * where that run ended well: only the ends of journals are read then.
 */
export async function leftOwed(
  state: string,
  playbook: string,
  inventory: string,
): Promise<readonly ErrorData[]> {
  // A folder that can't be read is told of where the run's own journal is opened.
  const header = await lastRun(state, resolve(playbook), resolve(inventory)).catch(unlessBug);
  if (header === undefined) return [];
  const { run } = header;
  const tally = await finalTally(journalFile(state, run));
  if (tally !== undefined && tally.failed + tally["rolled-back"] === 0) return [];
  const story = await tellStory(readJournal(journalFile(state, run)));
  if (story === undefined || isRunning(story.latest.who) === true) return [];
  const hosts = owing(story);
  if (hosts.size === 0 || (await lastRollback(state, run)) !== undefined) return [];
  const names = [...new Set([...hosts.values()].flat())].map((name) => `"${name}"`).join(", ");
  return [
    {
      code: "handlers-owed",
      message: `run ${run} was cut short and still owes handlers: ${names} on ${compressNames([...hosts.keys()])}`,
      hint: `This run does not make up for it where their tasks are in sync by now: surefoot runs resume ${run}${stateFlag(state)}`,
    },
  ];
}

function unlessBug(thrown: unknown): undefined {
  if (!(thrown instanceof SurefootError)) throw thrown;
}

async function lastRun(
  state: string,
  playbook: string,
  inventory: string,
): Promise<JournalHeader | undefined> {
  let seen = 0;
  for await (const header of newestHeaders(state)) {
    const same = playbookOf(header) === playbook && inventoryOf(header) === inventory;
    if (same && header.command === "run") return header;
    if (++seen >= LOOKED_AT) return undefined;
  }
  return undefined;
}
