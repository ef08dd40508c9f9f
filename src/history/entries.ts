import { isLook } from "../journal/look.js";
import type { HostMatcher } from "./match.js";
import type { Told } from "./read.js";
import type { HostGroup, RunRecord } from "./record.js";

/** Hosts of a run for which the same is to be told. */
export interface GroupEntry {
  readonly type: "hosts";
  readonly record: RunRecord;
  readonly group: HostGroup;
  /** When the last of them was done, ISO 8601 in UTC. */
  readonly at: string;
  /** Of a look: how many looks on end saw the same, this one counted, and when the first of them did. */
  readonly seen: { times: number; first: string };
}

/** A run whose journal can't be read. */
export interface UnreadableEntry {
  readonly type: "unreadable";
  readonly run: string;
  readonly why: string;
}

/** What is told at a time. */
export type Entry = GroupEntry | UnreadableEntry;

/** What is asked for. */
export interface Question {
  readonly hosts?: HostMatcher | undefined;
  /** Only what was done since then, ISO 8601 in UTC. */
  readonly since?: string | undefined;
  /** How many entries at most. */
  readonly limit?: number | undefined;
  /** Each look's own, though the one before saw the same. */
  readonly each?: boolean | undefined;
}

/** Looks at one fleet that saw the same, by what they saw. */
type Open = Map<string, GroupEntry>;

/**
 * The entries that answer a question, the newest first. What many looks on end saw alike is one entry, under the time of the last of them; a run
 * that changed something on the same inventory begins anew.
 * @param read Gives the records, the newest run first; may pass over looks that found nothing while `skipQuiet` says so: they end what nobody follows.
 */
export async function gatherEntries(
  read: (skipQuiet: () => boolean) => AsyncIterable<Told>,
  { hosts, since, limit, each = false }: Question,
): Promise<{ readonly entries: readonly Entry[]; readonly more: boolean }> {
  const entries: Entry[] = [];
  const open = new Map<string, Open>();
  let more = false;
  const add = (entry: Entry): boolean => {
    if (limit !== undefined && entries.length >= limit) {
      more = true;
      return false;
    }
    entries.push(entry);
    return true;
  };
  for await (const record of read(() => open.size === 0)) {
    // What is told already may have been seen by older looks, too.
    if (more && open.size === 0) break;
    if ("unreadable" in record) {
      add({ type: "unreadable", run: record.run, why: record.unreadable });
      continue;
    }
    const groups = groupsOf(record, hosts).filter(({ at }) => since === undefined || at >= since);
    if (each || !isLook(record)) {
      for (const key of open.keys()) if (key.startsWith(`${record.inventory}\0`)) open.delete(key);
      for (const { group, at } of groups) add(entry(record, group, at));
      continue;
    }
    const stream = `${record.inventory}\0${record.playbook}`;
    const before = open.get(stream);
    const now: Open = new Map();
    for (const { group, at } of groups) {
      const key = keyOf(group);
      const same = before?.get(key);
      if (same !== undefined) {
        same.seen.times++;
        same.seen.first = at;
      }
      const fresh = same ?? entry(record, group, at);
      if (same !== undefined || add(fresh)) now.set(key, fresh);
    }
    if (now.size > 0) open.set(stream, now);
    else open.delete(stream);
  }
  return { entries, more };
}

function entry(record: RunRecord, group: HostGroup, at: string): GroupEntry {
  return { type: "hosts", record, group, at, seen: { times: 1, first: at } };
}

/** A record's groups, of them only the hosts that are meant, with the time of the last host. */
function groupsOf(
  record: RunRecord,
  hosts: HostMatcher | undefined,
): readonly { readonly group: HostGroup; readonly at: string }[] {
  return record.groups.flatMap((whole) => {
    const meant = hosts === undefined ? whole.hosts : whole.hosts.filter(([name]) => hosts(name));
    if (meant.length === 0) return [];
    const seconds = meant.reduce((most, [, s]) => Math.max(most, s), 0);
    return [{ group: { ...whole, hosts: meant }, at: timeOf(record, seconds) }];
  });
}

/** When a host of a run was done, ISO 8601 in UTC. */
export function timeOf({ at }: RunRecord, seconds: number): string {
  return new Date(Date.parse(at) + seconds * 1000).toISOString();
}

function keyOf({ end, things, error, hosts }: HostGroup): string {
  return JSON.stringify([end, things, error?.code, hosts.map(([name]) => name).toSorted()]);
}
