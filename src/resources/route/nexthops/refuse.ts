import { ProbeError } from "../../../model/resource.js";
import type { FoundRoute } from "../read.js";
import type { FoundObject } from "./read.js";
import type { NexthopObject } from "./types.js";
import { isGroup } from "./types.js";

const HINT =
  "Give the route other numbers: nexthops: { type, id }, with an id of which 1024 in a row are free for it.";

/**
 * Refuses to change objects that others use: they would be changed, too, and a route goes with the object that it leads to.
 * @param routes Other routes.
 * @param found All objects of the host.
 * @param own Those of the route in question.
 * @throws ProbeError with who uses them.
 */
export function refuseShared(
  routes: readonly FoundRoute[],
  found: readonly FoundObject[],
  own: readonly NexthopObject[],
): void {
  const ids = new Set(own.map(({ id }) => id));
  const route = routes.find(({ nhid }) => nhid !== undefined && ids.has(nhid));
  if (route !== undefined) {
    throw new ProbeError(
      `its nexthop object ${route.nhid} is what another route leads to: ${route.to} metric ${route.metric}`,
      HINT,
    );
  }
  for (const { id, object } of found) {
    if (ids.has(id) || object === undefined || !isGroup(object)) continue;
    const shared = object.members.find((member) => ids.has(member.id));
    if (shared === undefined) continue;
    throw new ProbeError(`its nexthop object ${shared.id} is in a group of somebody else's: ${id}`, HINT);
  }
}

/**
 * Refuses to make objects whose numbers somebody else's have.
 * @throws ProbeError with the number.
 */
export function refuseTaken(
  found: readonly FoundObject[],
  own: readonly NexthopObject[],
  wanted: readonly NexthopObject[],
): void {
  const ids = new Set(own.map(({ id }) => id));
  const others = new Set(found.map(({ id }) => id).filter((id) => !ids.has(id)));
  const taken = wanted.find(({ id }) => others.has(id));
  if (taken === undefined) return;
  throw new ProbeError(`the nexthop object ${taken.id}, which it would make, is somebody else's`, HINT);
}
