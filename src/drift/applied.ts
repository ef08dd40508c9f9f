import { journalFile, listRuns } from "../journal/folder.js";
import type { JournalHeader } from "../journal/header.js";
import { isLook, isLookFile } from "../journal/look.js";
import { inventoryOf } from "../journal/paths.js";
import { readJournal } from "../journal/read.js";
import { SurefootError } from "../model/error.js";
import type { TaskPlan } from "../model/plan.js";

/** What runs on record did to one thing on one host. */
export interface Applied {
  /** The newest run that changed it, when that began, and what it left there. */
  readonly changed?: { readonly run: string; readonly at: string; readonly state: object | null };
  /** When the newest run began that changed it or found it in sync. */
  readonly inSync: string;
}

/** Things by task. */
type ByTask = ReadonlyMap<string, Applied>;

/** What the journals say was applied. */
export interface AppliedRecord {
  readonly of: (host: string, task: string) => Applied | undefined;
  /** Journals that could not be read, with the reason. */
  readonly unreadable: readonly string[];
}

/**
 * Gathers from the journals what was last applied to hosts of one inventory, by whatever playbook: the same host and the same thing. Journals
 * are read newest first, one line at a time; looks, which apply nothing, are known by their first line.
 * @param inventory Its absolute path: hosts of the same name in another environment are others.
 */
export async function gatherApplied(
  state: string,
  inventory: string,
  hosts: ReadonlySet<string>,
): Promise<AppliedRecord> {
  const known = new Map<string, Map<string, Applied>>();
  const unreadable: string[] = [];
  for (const run of (await listRuns(state)).toReversed()) {
    if (isLookFile(journalFile(state, run))) continue;
    try {
      const own = (header: JournalHeader): boolean => inventoryOf(header) === inventory;
      for (const [host, tasks] of await appliedIn(journalFile(state, run), own, (host) => hosts.has(host))) {
        const older = known.get(host) ?? new Map<string, Applied>();
        known.set(host, older);
        for (const [task, applied] of tasks) older.set(task, merge(older.get(task), applied));
      }
    } catch (thrown) {
      if (!(thrown instanceof SurefootError)) throw thrown;
      unreadable.push(`run ${run}: ${thrown.message}`);
    }
  }
  return { of: (host, task) => known.get(host)?.get(task), unreadable };
}

/** Two records of a thing, the newer one first. */
function merge(newer: Applied | undefined, older: Applied): Applied {
  if (newer === undefined) return older;
  return newer.changed === undefined && older.changed !== undefined
    ? { ...newer, changed: older.changed }
    : newer;
}

/**
 * What one run left on hosts that ended well; nothing where it was a look.
 * @throws SurefootError as readJournal does.
 */
export async function appliedIn(
  file: string,
  runs: (header: JournalHeader) => boolean,
  hosts: (host: string) => boolean,
): Promise<ReadonlyMap<string, ByTask>> {
  const plans = new Map<string, readonly TaskPlan[]>();
  const left = new Map<string, Map<string, Applied>>();
  let at = "";
  let run = "";
  for await (const entry of readJournal(file)) {
    if ("header" in entry) {
      const { header } = entry;
      ({ at, run } = header);
      if (isLook(header) || !runs(header)) break;
      continue;
    }
    const { event } = entry;
    if (event.type === "host-planned" && hosts(event.host)) plans.set(event.host, event.plan.tasks);
    else if (event.type === "host-finished") {
      const tasks = plans.get(event.host) ?? [];
      plans.delete(event.host);
      if (event.outcome !== "ok" && event.outcome !== "changed") continue;
      const known = left.get(event.host) ?? new Map<string, Applied>();
      left.set(event.host, known);
      for (const { id, status, desired } of tasks) {
        if (status === "change") known.set(id, { changed: { run, at, state: desired }, inSync: at });
        else if (status === "in-sync") known.set(id, merge({ inSync: at }, known.get(id) ?? { inSync: at }));
      }
    }
  }
  return left;
}
