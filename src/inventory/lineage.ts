import type { Group } from "./tree.js";
import { ALL } from "./tree.js";

/** How deep groups are and which of them a host is in. */
export interface Lineage {
  /** Longest way down from `all`, which has 0. */
  depth(group: string): number;
  /** The groups of a host, weakest first; the same list for hosts of the same groups. */
  of(host: string): readonly string[];
}

/**
 * Orders groups by depth below `all`, then by priority, then by name, as Ansible does: the later one wins. A group is
 * as deep as its longest way from the top. The groups must hold no cycle.
 */
export function lineages(groups: ReadonlyMap<string, Group>): Lineage {
  const parents = new Map<string, string[]>();
  const direct = new Map<string, string[]>();
  for (const group of groups.values()) {
    for (const child of group.children) push(parents, child, group.name);
    for (const host of group.hosts) push(direct, host, group.name);
  }
  const depths = new Map<string, number>([[ALL, 0]]);
  const depth = (name: string): number => {
    const known = depths.get(name) ?? 1 + Math.max(0, ...(parents.get(name) ?? []).map(depth));
    depths.set(name, known);
    return known;
  };
  const priority = (name: string): number => groups.get(name)?.priority ?? 1;
  const climb = (start: readonly string[]): readonly string[] => {
    const found = new Set([ALL, ...start]);
    // A set goes on to what is added while it is gone through.
    for (const name of found) for (const parent of parents.get(name) ?? []) found.add(parent);
    return [...found].sort(
      (a, b) => depth(a) - depth(b) || priority(a) - priority(b) || (a < b ? -1 : a > b ? 1 : 0),
    );
  };
  const shared = new Map<string, readonly string[]>();
  const of = (host: string): readonly string[] => {
    const start = direct.get(host) ?? [];
    const key = start.join("\0");
    const known = shared.get(key) ?? climb(start);
    shared.set(key, known);
    return known;
  };
  return { depth, of };
}

function push(map: Map<string, string[]>, key: string, value: string): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}
