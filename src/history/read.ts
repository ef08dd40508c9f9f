import { statSync } from "node:fs";
import { journalFile, listRuns } from "../journal/folder.js";
import type { IndexLine, Unreadable } from "./line.js";
import { isQuietLine, recordIn } from "./line.js";
import type { RunRecord } from "./record.js";
import { readSegment, removeOthers, replaceSegment, segmentOf } from "./segment.js";

/** Which runs are read. */
export interface Wanted {
  /** Beginning of the ids of the oldest runs that are wanted. */
  readonly from?: string;
  /** Whether runs in which nothing changed or differed may be passed over now: the most of them, and never parsed then. */
  readonly skipQuiet?: () => boolean;
  /** Hears how many journals have to be read, month by month, because the index does not have them. */
  readonly reading?: (journals: number) => void;
  /** Hears of what could not be kept; what is told is right nevertheless. */
  readonly warn?: (message: string) => void;
}

/** A run that is on record: what its journal says, or why that is not known. */
export type Told = RunRecord | (Unreadable & { readonly run: string });

/**
 * What the journals say, the newest run first, by way of the index: only journals that it does not have yet, or that have grown, are read. The
 * index is brought up to date month by month as it is read; it only ever repeats what journals say, so any part of it may be lost.
 * @throws SurefootError `run-unknown` where the folder of the journals can't be read.
 */
export async function* readHistory(state: string, wanted: Wanted): AsyncGenerator<Told> {
  const { from = "" } = wanted;
  const runs = await listRuns(state);
  const segments = new Map<string, string[]>();
  for (const run of runs) {
    const segment = segmentOf(run);
    const known = segments.get(segment);
    if (known === undefined) segments.set(segment, [run]);
    else known.push(run);
  }
  await removeOthers(state, new Set(segments.keys())).catch(() => undefined);
  for (const segment of [...segments.keys()].sort().toReversed()) {
    if (segmentOf(from) !== "other" && segment < segmentOf(from)) continue;
    const lines = await upToDate(state, segment, segments.get(segment) ?? [], wanted);
    for (const line of lines.toReversed()) {
      if (line.run < from || (isQuietLine(line) && wanted.skipQuiet?.() === true)) continue;
      const record = recordIn(line) ?? (await maker()).recordOf(state, line.run, "changes");
      yield told(line.run, await record);
    }
  }
}

/**
 * The same without the index, and with hosts that were in sync or not started: every journal is read.
 * @throws SurefootError `run-unknown` where the folder of the journals can't be read.
 */
export async function* readJournals(state: string, { from = "" }: Wanted): AsyncGenerator<Told> {
  for (const run of (await listRuns(state)).toReversed()) {
    if (run < from) continue;
    yield told(run, await (await maker()).recordOf(state, run, "all"));
  }
}

/** Lines of all these runs, in their order, as their journals are now. */
async function upToDate(
  state: string,
  segment: string,
  runs: readonly string[],
  { reading, warn }: Wanted,
): Promise<readonly IndexLine[]> {
  const known = await readSegment(state, segment);
  const sizes = runs.flatMap((run) => {
    const line = known.get(run);
    if (line?.fixed === true) return [{ run, size: line.size }];
    const size = statSync(journalFile(state, run), { throwIfNoEntry: false })?.size;
    return size === undefined ? [] : [{ run, size }];
  });
  const stale = sizes.filter(({ run, size }) => known.get(run)?.size !== size);
  if (stale.length > 0) reading?.(stale.length);
  for (const { run, size } of stale) known.set(run, await (await maker()).lineOf(state, run, size));
  const lines = sizes.flatMap(({ run }) => known.get(run) ?? []);
  if (stale.length === 0 && lines.length === known.size) return lines;
  try {
    await replaceSegment(state, segment, lines);
  } catch (thrown) {
    warn?.(`the index of the journals can't be kept, and is made anew each time: ${String(thrown)}`);
  }
  return lines;
}

/** Loaded only when a journal has to be read, to answer quickly where none has. */
function maker(): Promise<typeof import("./make.js")> {
  return import("./make.js");
}

function told(run: string, record: RunRecord | Unreadable): Told {
  return "unreadable" in record ? { ...record, run } : record;
}
