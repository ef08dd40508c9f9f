import { statSync } from "node:fs";
import { rm } from "node:fs/promises";
import { appliedIn } from "../drift/applied.js";
import { idAt, journalFile, listRuns } from "../journal/folder.js";
import type { JournalHeader } from "../journal/header.js";
import { isLook, isLookFile } from "../journal/look.js";
import { inventoryOf } from "../journal/paths.js";
import { firstHeader, readJournal } from "../journal/read.js";
import { owing, tellStory } from "../journal/story.js";
import { isRunning } from "../journal/who.js";
import { SurefootError } from "../model/error.js";

/** A journal that may go. */
export interface Removable {
  readonly run: string;
  /** When it was judged, in bytes. */
  readonly bytes: number;
  /** Whether the run only looked. */
  readonly look: boolean;
}

/** A journal that is old and still needed. */
export interface Kept {
  readonly run: string;
  readonly why: string;
}

/** What may go of the journals, the oldest first. */
export interface Pruning {
  readonly remove: readonly Removable[];
  readonly keep: readonly Kept[];
}

/** Which journals are old. */
interface Wanted {
  /** Runs that began before it. */
  readonly before: Date;
  /** Only looks for drift, which are judged by their first lines. */
  readonly looksOnly?: true;
}

/**
 * Tells which journals of old runs may go. Those stay that something still rests on: runs that go on, that were cut short or owe handlers (`runs resume`), those
 * that changed a thing last (`drift` tells from them what was applied), rollbacks of runs that stay, and those that can't be read. All journals but
 * those of looks are read for it.
 * @throws SurefootError `run-unknown` where the folder of the journals can't be read.
 */
export async function prunable(state: string, { before, looksOnly }: Wanted): Promise<Pruning> {
  const end = idAt(before);
  const remove: Removable[] = [];
  const keep: Kept[] = [];
  const changed = new Set<string>();
  const rollbacks = new Map<string, string>();
  for (const run of (await listRuns(state)).toReversed()) {
    const old = run < end;
    if (!old && looksOnly === true) continue;
    // Most of all, and nothing is to be known of them.
    if (!old && isLookFile(journalFile(state, run))) continue;
    try {
      const header = await headerOf(state, run);
      const look = isLook(header);
      if (look ? !old : looksOnly === true) continue;
      const last = look ? 0 : await changedLast(state, run, changed);
      if (!old) continue;
      const why =
        isRunning(header.who) === true ? "it goes on" : look ? undefined : await needed(state, run, last);
      if (why !== undefined) keep.push({ run, why });
      else {
        remove.push({ run, bytes: statSync(journalFile(state, run)).size, look });
        if (header.command === "rollback" && header.of !== undefined) rollbacks.set(run, header.of);
      }
    } catch (thrown) {
      if (!(thrown instanceof SurefootError)) throw thrown;
      if (old && looksOnly !== true) keep.push({ run, why: `it can't be read: ${thrown.message}` });
    }
  }
  return withoutOrphans({ remove: remove.toReversed(), keep: keep.toReversed() }, rollbacks);
}

/** A rollback stays while the run does that it took back: or else that would look as if it still stood. */
function withoutOrphans({ remove, keep }: Pruning, rollbacks: ReadonlyMap<string, string>): Pruning {
  const kept = new Set(keep.map(({ run }) => run));
  const also = remove.filter(({ run }) => kept.has(rollbacks.get(run) ?? ""));
  if (also.length === 0) return { remove, keep };
  const more = also.map(({ run }) => ({ run, why: `it took back ${rollbacks.get(run) ?? ""}, which stays` }));
  return {
    remove: remove.filter((one) => !also.includes(one)),
    keep: [...keep, ...more].sort((a, b) => (a.run < b.run ? -1 : 1)),
  };
}

async function headerOf(state: string, run: string): Promise<JournalHeader> {
  const file = journalFile(state, run);
  const header = await firstHeader(file);
  if (header !== undefined) return header;
  throw new SurefootError({ code: "run-invalid", message: "it is empty", hint: `Remove ${file} by hand.` });
}

/** Why a run of old is still needed. */
async function needed(state: string, run: string, last: number): Promise<string | undefined> {
  const story = await tellStory(readJournal(journalFile(state, run)));
  if (story === undefined) return undefined;
  if (isRunning(story.latest.who) === true) return "it goes on";
  const resume = `surefoot runs resume ${run}`;
  if (owing(story).size > 0) return `it owes handlers: ${resume}`;
  if (story.finished === undefined) return `it was cut short: ${resume}`;
  return last === 0
    ? undefined
    : `nothing newer says what was applied: ${last === 1 ? "1 thing" : `${last} things`}`;
}

/** How many things on hosts a run was the last to change; they are added to those that are known. Newer runs have to be told before. */
async function changedLast(state: string, run: string, changed: Set<string>): Promise<number> {
  let inventory = "";
  const applied = await appliedIn(
    journalFile(state, run),
    (header) => {
      inventory = inventoryOf(header);
      return true;
    },
    () => true,
  );
  const before = changed.size;
  for (const [host, tasks] of applied) {
    for (const [task, { changed: by }] of tasks)
      if (by !== undefined) changed.add([inventory, host, task].join("\0"));
  }
  return changed.size - before;
}

/**
 * Removes journals that may go, the oldest first; one that has grown since it was judged stays.
 * @returns those that were removed.
 * @throws SurefootError `journal-failed` for one that can't be removed.
 */
export async function prune(state: string, remove: readonly Removable[]): Promise<readonly Removable[]> {
  const gone: Removable[] = [];
  for (const one of remove) {
    const file = journalFile(state, one.run);
    if (statSync(file, { throwIfNoEntry: false })?.size !== one.bytes) continue;
    try {
      await rm(file);
    } catch (cause) {
      const message = `the journal ${file} can't be removed: ${cause instanceof Error ? cause.message : String(cause)}`;
      const hint = "Let the user of this command write to its folder.";
      throw new SurefootError({ code: "journal-failed", message, hint }, { cause });
    }
    gone.push(one);
  }
  return gone;
}
