import type { Pruning, Removable } from "../history/prune.js";
import { prunable, prune } from "../history/prune.js";
import { parseSince } from "../history/since.js";
import { EXIT } from "../model/exit.js";
import { plural, shortTime } from "../report/text.js";
import { confirm, requireSomebody } from "./ask.js";
import { requireRecords } from "./records.js";

/** `surefoot runs prune` with its flags. */
export interface PruneFlags {
  readonly state: string;
  readonly keep: string;
  readonly yes?: true;
  readonly dryRun?: true;
  readonly json?: true;
}

/** Removes journals that are old and that nothing rests on, after asking; gives the exit code. */
export async function pruneRuns({ state, keep, yes, dryRun, json }: PruneFlags): Promise<number> {
  await requireRecords(state);
  const before = parseSince(keep, new Date(), "--keep");
  const asks = yes !== true && dryRun !== true;
  if (asks) {
    requireSomebody(json, {
      whether: "remove what may go",
      hint: "Add --yes, or look first with --dry-run.",
    });
  }
  const found = await prunable(state, { before });
  if (json !== true) process.stdout.write(told(found, before));
  if (asks && found.remove.length > 0 && !(await confirm(`Remove ${runs(found.remove)}?`))) {
    process.stdout.write("Nothing was removed.\n");
    return EXIT.converged;
  }
  const removed = dryRun === true ? [] : await prune(state, found.remove);
  if (json === true)
    process.stdout.write(`${JSON.stringify({ before: before.toISOString(), ...found, removed }, null, 2)}\n`);
  else if (dryRun !== true && removed.length > 0) process.stdout.write(`removed ${runs(removed)}\n`);
  return EXIT.converged;
}

function told({ remove, keep }: Pruning, before: Date): string {
  const looks = remove.filter(({ look }) => look).length;
  const size = remove.reduce((sum, { bytes }) => sum + bytes, 0);
  const lines = [
    remove.length === 0
      ? `Of the runs before ${shortTime(before.toISOString())} none may go`
      : `Of the runs before ${shortTime(before.toISOString())} ${runs(remove)} may go (${plural(looks, "look")}, ${megabytes(size)})`,
    ...(keep.length === 0 ? [] : ["These stay:"]),
    ...keep.map(({ run, why }) => `  ${run}  ${why}`),
  ];
  return lines.map((line) => `${line}\n`).join("");
}

function runs(all: readonly Removable[]): string {
  return plural(all.length, "run");
}

function megabytes(bytes: number): string {
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}
