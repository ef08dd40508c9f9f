import { once } from "node:events";
import { journalFile, listRuns } from "../journal/folder.js";
import type { HistoryRow } from "../journal/history.js";
import { rowsOf } from "../journal/history.js";
import { readJournal } from "../journal/read.js";
import { SurefootError } from "../model/error.js";
import { EXIT } from "../model/exit.js";
import { oneLine } from "../report/text.js";
import type { HistoryFlags } from "./history.js";
import { DEFAULT_STATE } from "./options.js";

const UNITS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 24 * 3_600_000 };

/** Prints what the journals say, oldest first, as they are read; gives the exit code. */
export async function tellHistory(host: string | undefined, flags: HistoryFlags): Promise<number> {
  const from = flags.since === undefined ? "" : beginning(flags.since, new Date());
  let [told, quiet] = [0, 0];
  for (const run of await listRuns(flags.state)) {
    // An id begins with the time at which its run began.
    if (run < from) continue;
    try {
      for await (const row of rowsOf(readJournal(journalFile(flags.state, run)), host)) {
        if (isQuiet(row) && flags.verbose === 0) quiet++;
        else {
          told++;
          await print(flags.json === true ? JSON.stringify(row) : line(row, flags.state));
        }
      }
    } catch (thrown) {
      // Said, so that one bad file does not hide the others.
      if (!(thrown instanceof SurefootError)) throw thrown;
      process.stderr.write(`run ${run}: ${thrown.message}\n`);
    }
  }
  if (flags.json !== true) process.stderr.write(footer(told, quiet, host));
  return EXIT.converged;
}

/** Nothing was done, and nothing was to be done. */
function isQuiet({ outcome }: HistoryRow): boolean {
  return outcome === "ok" || outcome === "in-sync" || outcome === "skipped";
}

/**
 * The beginning of ids of runs that began so long ago.
 * @throws SurefootError `flag-invalid`.
 */
function beginning(text: string, now: Date): string {
  const [, count = "", unit = ""] = /^([1-9]\d*)([mhd])$/.exec(text) ?? [];
  const ago = new Date(now.getTime() - Number(count) * (UNITS[unit] ?? 0));
  if (count !== "" && !Number.isNaN(ago.getTime()) && ago.getTime() > 0)
    return ago.toISOString().replace(/[-:]|\.\d+/g, "");
  throw new SurefootError({
    code: "flag-invalid",
    message: `--since: "${text}" is no time`,
    hint: "Write a number with m, h or d: --since 7d",
  });
}

function line({ run, at, host, command, outcome, what, error }: HistoryRow, state: string): string {
  const why = error === undefined ? "" : ` (${error})`;
  const things = what.length === 0 ? "" : `: ${what.map(oneLine).join("; ")}`;
  const where = state === DEFAULT_STATE ? "" : ` --state ${state}`;
  return `${at.replace("T", " ").slice(0, 19)}  ${host}  ${command}  ${word(command, outcome)}${why}${things}  [surefoot runs show ${run}${where}]`;
}

function word(command: string, outcome: string): string {
  return command === "drift" && outcome === "changed" ? "corrected" : (WORDS.get(outcome) ?? outcome);
}

/** How outcomes are told, where not by their own names. */
const WORDS: ReadonlyMap<string, string> = new Map([
  ["ok", "in sync"],
  ["in-sync", "in sync"],
  ["would-change", "would change"],
  ["rolled-back", "rolled back"],
  ["skipped", "not started"],
]);

function footer(told: number, quiet: number, host: string | undefined): string {
  if (told === 0 && quiet === 0) return `Nothing is recorded${host === undefined ? "" : ` of ${host}`}.\n`;
  return quiet === 0 ? "" : `${quiet} more in sync or not started; -v tells them.\n`;
}

async function print(text: string): Promise<void> {
  // A reader that is slower than the journals are read holds the reading up, not the memory.
  if (!process.stdout.write(`${text}\n`)) await once(process.stdout, "drain");
}
