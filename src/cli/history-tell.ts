import { once } from "node:events";
import type { Entry, GroupEntry } from "../history/entries.js";
import { gatherEntries, timeOf } from "../history/entries.js";
import { hostMatcher } from "../history/match.js";
import { readHistory, readJournals } from "../history/read.js";
import { showEntries } from "../history/show.js";
import { parseSince } from "../history/since.js";
import { idAt } from "../journal/folder.js";
import { goesOn } from "../journal/who.js";
import { EXIT } from "../model/exit.js";
import { stateFlag } from "../model/state-folder.js";
import { painter, textColumns } from "../report/text.js";
import { useColor } from "./failure.js";
import { fromHere } from "./from-here.js";
import type { HistoryFlags } from "./history.js";
import { requireRecords } from "./records.js";

/** Entries that are told where nothing else is asked for. */
const LIMIT = 30;
/** Journals that are read so quickly that nothing needs to be said. */
const SOON = 500;
/** How long before `--since` a run may have begun that is looked at, in milliseconds: its hosts may have been done later. */
const BEFORE_MS = 24 * 3_600_000;

/** Prints what the journals say, newest first; gives the exit code. */
export async function tellHistory(pattern: string | undefined, flags: HistoryFlags): Promise<number> {
  await requireRecords(flags.state);
  const hosts = pattern === undefined ? undefined : hostMatcher(pattern);
  const since = flags.since === undefined ? undefined : parseSince(flags.since, new Date());
  const json = flags.json === true;
  const limit = flags.limit ?? (json || since !== undefined ? undefined : LIMIT);
  const read = flags.verbose > 0 ? readJournals : readHistory;
  const records = (skipQuiet: () => boolean) =>
    read(flags.state, {
      skipQuiet,
      ...(since === undefined ? {} : { from: idAt(new Date(since.getTime() - BEFORE_MS)) }),
      reading: (journals) => {
        if (journals >= SOON)
          process.stderr.write(`Reading ${journals} journals that the index does not have yet ...\n`);
      },
      warn: (message) => process.stderr.write(`warning: ${message}\n`),
    });
  const question = { hosts, since: since?.toISOString(), limit, each: json };
  const { entries, more } = await gatherEntries(records, question);
  if (json) await printRows(entries);
  else await print(text(entries, more, pattern, flags));
  return EXIT.converged;
}

function text(
  entries: readonly Entry[],
  more: boolean,
  pattern: string | undefined,
  { state, since, limit }: HistoryFlags,
): string {
  if (entries.length === 0) {
    const of = pattern === undefined ? "" : ` of ${pattern}`;
    return `Nothing is recorded${of}${since === undefined ? "" : ` since ${since}`} that changed, drifted or failed.\n`;
  }
  const out = process.stdout;
  const paint = painter(useColor(out));
  const columns = textColumns(out);
  const told = showEntries(entries, { paint, columns, path: fromHere, runs: goesOn });
  const older = more ? `older: --limit ${(limit ?? LIMIT) * 2}, or --since 30d\n` : "";
  return `${told}\n${paint("dim", `details: surefoot runs show RUN${stateFlag(state)}`)}\n${older === "" ? "" : paint("dim", older)}`;
}

/** An object a line for each host and run. */
async function printRows(entries: readonly Entry[]): Promise<void> {
  for (const entry of entries) {
    if (entry.type === "unreadable") process.stderr.write(`run ${entry.run}: ${entry.why}\n`);
    else for (const row of rowsOf(entry)) await print(`${JSON.stringify(row)}\n`);
  }
}

function rowsOf({ record, group }: GroupEntry): readonly object[] {
  const { run, of, schedule, who, playbook, inventory } = record;
  const { command, end, things, error, since } = group;
  return group.hosts.map(([host, seconds]) => ({
    run,
    at: timeOf(record, seconds),
    host,
    command,
    ...(of === undefined ? {} : { of }),
    ...(schedule === undefined ? {} : { schedule }),
    user: who.user,
    playbook,
    inventory,
    outcome: end,
    what: things.map(({ title }) => title),
    things,
    ...(since === undefined ? {} : { since }),
    ...(error === undefined ? {} : { error: error.code, message: error.message }),
  }));
}

async function print(text: string): Promise<void> {
  // A reader that is slower than the journals are read holds the reading up, not the memory.
  if (!process.stdout.write(text)) await once(process.stdout, "drain");
}
