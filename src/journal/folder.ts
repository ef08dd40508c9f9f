import { randomInt } from "node:crypto";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { SurefootError } from "../model/error.js";

const SUFFIX = ".jsonl";

/** The beginning of ids of runs that begin then. */
export function idAt(time: Date): string {
  return time.toISOString().replace(/[-:]|\.\d+/g, "");
}

/** Random values that an id can have in each millisecond: with its 1,000, six hexadecimal digits. */
const RANDOM = 0x4000;

let newest: { readonly second: string; readonly digits: number } | undefined;

/**
 * A new run's id: the time in UTC down to the second, then six digits, which begin with its milliseconds and end at random. So ids sort by time, and two
 * at once differ. Of those that one process makes the later one sorts behind: a correction behind the look that it belongs to.
 */
export function newRunId(now = new Date()): string {
  const second = idAt(now);
  const fresh = now.getUTCMilliseconds() * RANDOM + randomInt(RANDOM);
  const digits = newest?.second === second ? Math.max(newest.digits + 1, fresh) : fresh;
  newest = { second, digits };
  return `${second}-${digits.toString(16).padStart(6, "0")}`;
}

/** The folder of the journals below a state folder. */
export function runsFolder(state: string): string {
  return join(state, "runs");
}

/** The journal of a run. */
export function journalFile(state: string, run: string): string {
  return join(runsFolder(state), `${run}${SUFFIX}`);
}

/** Ids of all runs that have a journal, oldest first. */
export async function listRuns(state: string): Promise<readonly string[]> {
  let names: readonly string[];
  try {
    names = await readdir(runsFolder(state));
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "ENOENT") return [];
    const message = `the journals in ${runsFolder(state)} can't be read`;
    throw new SurefootError({ code: "run-unknown", message, hint: String(cause) }, { cause });
  }
  return names
    .filter((name) => name.endsWith(SUFFIX))
    .map((name) => name.slice(0, -SUFFIX.length))
    .sort();
}

/**
 * The run that a person means: an id, a beginning or an end of one that only one run has, or `last`.
 * @throws SurefootError `run-unknown`.
 */
export async function findRun(state: string, wanted: string): Promise<string> {
  const runs = await listRuns(state);
  const last = runs.at(-1);
  if (wanted === "last" && last !== undefined) return last;
  const exact = runs.find((run) => run === wanted);
  const matches = exact === undefined ? runs.filter((run) => isPart(run, wanted)) : [exact];
  const [only] = matches;
  if (matches.length === 1 && only !== undefined) return only;
  throw new SurefootError({
    code: "run-unknown",
    message:
      matches.length === 0
        ? `there is no run ${wanted} in ${runsFolder(state)}`
        : `${matches.length} runs are meant by ${wanted}`,
    hint:
      matches.length === 0
        ? "See what there is: surefoot runs list (with the same --state)."
        : `Write more of its id: ${matches.slice(-3).join(", ")}.`,
  });
}

function isPart(run: string, wanted: string): boolean {
  return wanted !== "" && (run.startsWith(wanted) || run.endsWith(wanted));
}
