import { canonical } from "../../model/json.js";
import type { Step } from "../../model/resource.js";
import type { Sh } from "../../model/sh.js";
import { deleteCommand, replaceCommand } from "./commands.js";
import { addCommands, removeCommands, replaceGroup } from "./nexthops/commands.js";
import type { NexthopObject } from "./nexthops/types.js";
import { isGroup } from "./nexthops/types.js";
import type { RouteKey, RouteState } from "./state.js";
import { routeIn, sameRoute, showHop, showHops, showKey } from "./state.js";

/**
 * The steps from one state to another. What the route is to lead to comes before it, in one command the route goes there, and what it
 * led to goes after it: it is there at every moment, and wherever the steps end the way back is the same in reverse.
 */
export function routeSteps(key: RouteKey, from: RouteState | null, to: RouteState | null): readonly Step[] {
  const [before, after] = [from?.objects ?? [], to?.objects ?? []];
  return [
    ...addSteps(key, before, after),
    ...groupSteps(key, before, after),
    ...ownSteps(key, routeIn(from), routeIn(to)),
    ...removeSteps(key, before, after),
  ];
}

const step = (title: string, run: Sh): Step => ({ title, run, layer: "running", cuts: true });

const without = (
  some: readonly NexthopObject[],
  others: readonly NexthopObject[],
): readonly NexthopObject[] => some.filter(({ id }) => !others.some((other) => other.id === id));

function addSteps(
  key: RouteKey,
  before: readonly NexthopObject[],
  after: readonly NexthopObject[],
): readonly Step[] {
  const added = without(after, before);
  if (added.length === 0) return [];
  // A group takes only what is there.
  const ordered = added.toSorted((a, b) => Number(isGroup(a)) - Number(isGroup(b)));
  return [step(`add ${showObjects(ordered)} for ${showKey(key)}`, addCommands(key, ordered))];
}

function groupSteps(
  key: RouteKey,
  before: readonly NexthopObject[],
  after: readonly NexthopObject[],
): readonly Step[] {
  return after.filter(isGroup).flatMap((group) => {
    const old = before.find(({ id }) => id === group.id);
    if (old === undefined || canonical(old) === canonical(group)) return [];
    const title = `set the ${showObject(group)} of ${showKey(key)} (was ${showObject(old)})`;
    return [step(title, replaceGroup(group))];
  });
}

function ownSteps(key: RouteKey, from: RouteState | null, to: RouteState | null): readonly Step[] {
  const name = showKey(key);
  if (to === null) {
    return from === null ? [] : [step(`remove ${name} (was ${showWay(from)})`, deleteCommand(key, from))];
  }
  if (from !== null && sameCommand(from, to)) return [];
  const title =
    from === null ? `add ${name} ${showWay(to)}` : `set ${name} ${showWay(to)} (was ${showWay(from)})`;
  return [step(title, replaceCommand(key, to))];
}

function removeSteps(
  key: RouteKey,
  before: readonly NexthopObject[],
  after: readonly NexthopObject[],
): readonly Step[] {
  const removed = without(before, after);
  if (removed.length === 0) return [];
  return [step(`remove ${showObjects(removed)} of ${showKey(key)}`, removeCommands(removed))];
}

/** Whether two states are the same to the route itself: one that leads to an object does not hold that object's next hops. */
function sameCommand(a: RouteState, b: RouteState): boolean {
  const own = ({ objects: _objects, via, ...rest }: RouteState): RouteState => ({
    ...rest,
    via: rest.nhid === undefined ? via : [],
  });
  return sameRoute(own(a), own(b));
}

function showWay(state: RouteState): string {
  const { nhid, objects, via } = state;
  if (nhid === undefined || objects === undefined || via.length === 0) return showHops(state);
  const object = objects.find(({ id }) => id === nhid);
  return `${showHops(state)} by the ${object === undefined ? "nexthop object" : kindOf(object)} ${nhid}`;
}

function kindOf(object: NexthopObject): string {
  if (!isGroup(object)) return "nexthop";
  return object.resilient === undefined ? "nexthop group" : "resilient nexthop group";
}

function showObject(object: NexthopObject): string {
  const name = `${kindOf(object)} ${object.id}`;
  if (!isGroup(object)) return `${name} (${showHop({ ...object, weight: 1 }, false)})`;
  const { members, resilient } = object;
  const shares = members.map(({ id, weight }) => (weight === 1 ? id : `${id} weight ${weight}`)).join(", ");
  if (resilient === undefined) return `${name} (${shares})`;
  const { buckets, idleTimer, unbalancedTimer } = resilient;
  return `${name} (${shares}; ${buckets} buckets, idle ${idleTimer} s, unbalanced ${unbalancedTimer} s)`;
}

function showObjects(objects: readonly NexthopObject[]): string {
  return objects.map(showObject).join(", ");
}
