import type { Group, HostEntry } from "../tree.js";
import { ALL } from "../tree.js";
import type { Draft } from "./draft.js";
import { UNGROUPED } from "./draft.js";

/** Groups and hosts of an inventory once all of it is read. */
export interface Reconciled {
  readonly groups: ReadonlyMap<string, Group>;
  readonly hosts: ReadonlyMap<string, HostEntry>;
}

/**
 * Sets the tree right as Ansible does at the end: a group that is in no other is in `all`; a host that is in no group but `all` is in
 * `ungrouped`, and no other is. Complains of groups within themselves.
 */
export function reconcile(draft: Draft): Reconciled {
  findCycles(draft);
  const below = new Set([...draft.groups.values()].flatMap((group) => [...group.children.keys()]));
  const grouped = new Set(
    [...draft.groups.values()].flatMap(({ name, hosts }) =>
      name === ALL || name === UNGROUPED ? [] : [...hosts],
    ),
  );
  const groups = new Map<string, Group>();
  for (const { name, place, children, hosts, sources, priority } of draft.groups.values()) {
    const orphans =
      name === ALL ? [...draft.groups.keys()].filter((one) => one !== ALL && !below.has(one)) : [];
    const alone = [...draft.hosts.keys()].filter((host) => name === UNGROUPED && !grouped.has(host));
    groups.set(name, {
      name,
      place,
      children: [...children.keys(), ...orphans],
      hosts: name === UNGROUPED ? alone : [...hosts],
      sources,
      ...(priority === 1 ? {} : { priority }),
    });
  }
  return { groups, hosts: draft.hosts };
}

function findCycles({ groups, complaints }: Draft): void {
  const done = new Set<string>();
  const visit = (name: string, path: readonly string[]): void => {
    if (done.has(name)) return;
    const within = [...path, name];
    for (const [child, place] of groups.get(name)?.children ?? []) {
      const from = within.indexOf(child);
      if (from < 0) {
        visit(child, within);
        continue;
      }
      const cycle = [...within.slice(from), child].join(" -> ");
      const hint = "A group can't be inside itself; remove one of these.";
      complaints.add("inventory-cycle", `groups form a cycle: ${cycle}`, place, hint);
    }
    done.add(name);
  };
  for (const name of groups.keys()) visit(name, []);
}
