import { canonical } from "../../../model/json.js";
import type { NextHop } from "../state.js";
import { inBlock } from "./ids.js";
import type { Nexthops } from "./params.js";
import type { Group, Member, NexthopObject } from "./types.js";
import { isGroup } from "./types.js";

/** A route's objects, and the one that it leads to. */
export interface Objects {
  readonly objects: readonly NexthopObject[];
  readonly nhid: number;
}

/**
 * The objects for a route's next hops. Those that are there are kept under their numbers: a group only where the route leads to it and its
 * kind and size are as wanted, for the kernel changes neither. New ones take the lowest numbers that no object of ours has, so
 * that old and new are there at once.
 * @param via All different, each with its interface.
 */
export function objectsFor(
  { type, first, resilient }: Nexthops,
  via: readonly NextHop[],
  actual: { readonly objects: readonly NexthopObject[]; readonly nhid: number | undefined },
): Objects {
  const have = actual.objects.filter(({ id }) => inBlock(id, first));
  const taken = new Set(have.map(({ id }) => id));
  const fresh = (): number => {
    let id = first;
    while (taken.has(id)) id++;
    taken.add(id);
    return id;
  };
  const fits = (group: Group): boolean =>
    group.id === actual.nhid &&
    group.resilient?.buckets === (type === "resilient" ? resilient?.buckets : undefined);
  const nhid = have.filter(isGroup).find(fits)?.id ?? fresh();
  const members = via.map((hop) => have.find((object) => isHop(object, hop)) ?? toMember(fresh(), hop));
  const group: Group = {
    id: nhid,
    members: members.map(({ id }, i) => ({ id, weight: via[i]?.weight ?? 1 })),
    ...(resilient === undefined ? {} : { resilient }),
  };
  return { nhid, objects: [group, ...members].toSorted((a, b) => a.id - b.id) };
}

function isHop(object: NexthopObject, hop: NextHop): boolean {
  return !isGroup(object) && canonical(object) === canonical(toMember(object.id, hop));
}

function toMember(id: number, { gateway, dev = "", onlink }: NextHop): Member {
  return {
    id,
    ...(gateway === undefined ? {} : { gateway }),
    dev,
    ...(onlink === undefined ? {} : { onlink }),
  };
}
