import { statSync } from "node:fs";
import { BEFORE_MS, readable, stream } from "../history/before.js";
import type { Entry } from "../history/entries.js";
import { gatherEntries } from "../history/entries.js";
import type { Told } from "../history/read.js";
import { readHistory } from "../history/read.js";
import type { RunRecord } from "../history/record.js";
import type { Timeline } from "../history/timeline.js";
import { tellTimeline } from "../history/timeline.js";
import { idAt, journalFile, listRuns } from "../journal/folder.js";
import { goesOn } from "../journal/who.js";
import { SurefootError } from "../model/error.js";
import type { Fleet } from "./fleets.js";
import { byFleet, tellFleet } from "./fleets.js";
import type { Runs } from "./runs.js";

/** How far back fleets are looked for, in milliseconds, where no longer time is asked for. */
const FLEETS_MS = 31 * 24 * 3_600_000;
/** Entries that are told. */
const ENTRIES = 20;

/** All that is told of all fleets. */
export interface Overview {
  readonly fleets: readonly Fleet[];
  readonly timeline: Timeline;
  readonly entries: readonly Entry[];
  /** Whether there are older ones within the time that is asked for. */
  readonly more: boolean;
  /** Runs that go on. */
  readonly open: readonly RunRecord[];
  /** Runs that could not be read, with the reason. */
  readonly unreadable: readonly string[];
}

/**
 * The runs on record since then, the newest first, by way of the index.
 * @throws SurefootError `run-unknown` where the folder of the journals can't be read.
 */
export async function recordsSince(state: string, since: Date): Promise<readonly Told[]> {
  const told: Told[] = [];
  for await (const record of readHistory(state, { from: idAt(since) })) told.push(record);
  return told;
}

/** The earlier of the time that is asked for and that in which fleets are looked for, and some time before. */
export function lookBack(since: Date, now: Date): Date {
  return new Date(Math.min(since.getTime() - BEFORE_MS, now.getTime() - FLEETS_MS));
}

/**
 * Gathers what is told of all fleets.
 * @throws SurefootError `run-unknown` where the folder of the journals can't be read.
 */
export async function gatherOverview(state: string, runs: Runs, since: Date, now: Date): Promise<Overview> {
  const told = await recordsSince(state, lookBack(since, now));
  const records = told.flatMap(readable);
  const unreadable = told.flatMap((one) =>
    "unreadable" in one ? [`run ${one.run}: ${one.unreadable}`] : [],
  );
  const fleets: Fleet[] = [];
  for (const of of byFleet(records).values()) {
    try {
      const fleet = await tellFleet(of, runs);
      if (fleet !== undefined) fleets.push(fleet);
    } catch (thrown) {
      // It was gone, or damaged, since the index was read: the next look finds it so.
      if (!(thrown instanceof SurefootError)) throw thrown;
      unreadable.push(thrown.message);
    }
  }
  const asked = { since: since.toISOString(), limit: ENTRIES };
  const { entries, more } = await gatherEntries(() => stream(told), asked);
  return {
    fleets,
    timeline: tellTimeline(records, { from: since, to: now }, goesOn),
    entries,
    more,
    open: records.filter((record) => record.ended === undefined && goesOn(record) === true),
    unreadable,
  };
}

/** What changes when any of that does: journals that come, go or grow. */
export async function stampOf(state: string, from: Date): Promise<string> {
  const since = idAt(from);
  const runs = (await listRuns(state)).filter((run) => run >= since);
  const sizes = runs.map((run) => statSync(journalFile(state, run), { throwIfNoEntry: false })?.size ?? 0);
  return `${runs.length} ${runs.at(-1)} ${sizes.reduce((sum, size) => sum + size, 0)}`;
}
