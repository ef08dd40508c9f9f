import type { RunRecord } from "../history/record.js";
import { isLook } from "../journal/look.js";
import type { HostWord } from "../report/html/outcome.js";
import type { ReadRun, Runs } from "./runs.js";

/** Runs of one fleet that are read at most to tell how its hosts stand. */
const READ = 12;

/** Hosts that stand alike, as one run left or saw them. */
export interface StandingGroup extends HostWord {
  readonly run: string;
  /** Of the groups on the run's page. */
  readonly n: number;
  readonly hosts: string[];
}

/** A playbook on an inventory, by absolute paths, and how its hosts stand by the newest of its runs. */
export interface Fleet {
  readonly playbook: string;
  readonly inventory: string;
  /** The newest run. */
  readonly newest: RunRecord;
  readonly groups: readonly StandingGroup[];
  /** Runs that go on. */
  readonly goingOn: readonly string[];
}

/** Runs of each fleet, both in the order in which they come. */
export function byFleet(records: Iterable<RunRecord>): ReadonlyMap<string, readonly RunRecord[]> {
  const fleets = new Map<string, RunRecord[]>();
  for (const record of records) {
    const key = `${record.playbook}\0${record.inventory}`;
    const known = fleets.get(key);
    if (known === undefined) fleets.set(key, [record]);
    else known.push(record);
  }
  return fleets;
}

/**
 * How the hosts of a fleet stand: each by the newest run that says so. Read are runs back to one that was for all hosts.
 * @param records Of the fleet, the newest first.
 */
export async function tellFleet(records: readonly RunRecord[], runs: Runs): Promise<Fleet | undefined> {
  const [newest] = records;
  if (newest === undefined) return undefined;
  const { playbook, inventory } = newest;
  const told = new Set<string>();
  const groups = new Map<string, StandingGroup>();
  const goingOn: string[] = [];
  for (const { run } of records.slice(0, READ)) {
    const read = await runs.read(run);
    if (read?.facts === undefined) continue;
    if (read.goesOn) goingOn.push(run);
    for (const { n, hosts, ...how } of read.facts.groups) {
      // What was not started stands as it did.
      if (how.word === "not started") continue;
      const { tone, word } = nowWord(how);
      for (const host of hosts) {
        if (told.has(host)) continue;
        told.add(host);
        const key = `${run} ${n}`;
        const group = groups.get(key) ?? { tone, word, run, n, hosts: [] };
        groups.set(key, group);
        group.hosts.push(host);
      }
    }
    if (isOfAll(read)) break;
  }
  return { playbook, inventory, newest, groups: [...groups.values()], goingOn };
}

/** How a host stands after what a run says of it: what was changed was read again as desired. */
function nowWord({ tone, word }: HostWord): HostWord {
  return word === "changed" || word === "corrected" ? { tone: "good", word: "in sync" } : { tone, word };
}

/** Whether a run was for all hosts and tasks, and came to each of them. */
function isOfAll({ header, facts }: ReadRun): boolean {
  const { of, flags } = header;
  const all = of === undefined && flags.limit === undefined && flags.tags === undefined;
  return all && facts?.finished !== undefined && facts.groups.every(({ word }) => word !== "not started");
}

/** The newest look of a fleet that has ended, and its correction, where one has ended. */
export function newestLook(
  records: readonly RunRecord[],
): { readonly look: string; readonly correction: string | undefined } | undefined {
  const look = records.find(
    (record) => isLook(record) && record.ended !== undefined && record.ended.exit !== 130,
  );
  if (look === undefined) return undefined;
  const correction = records.find(
    ({ command, of, ended }) => command === "drift" && of === look.run && ended !== undefined,
  );
  return { look: look.run, correction: correction?.run };
}
