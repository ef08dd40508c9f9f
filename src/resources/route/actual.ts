import { ProbeError } from "../../model/resource.js";
import type { Sh } from "../../model/sh.js";
import { BUCKETS, NEXTHOPS } from "./nexthops/probe.js";
import type { FoundObject } from "./nexthops/read.js";
import { lackingIn, ownObjects, parseObjects } from "./nexthops/read.js";
import { refuseShared, refuseTaken } from "./nexthops/refuse.js";
import type { RouteParams } from "./params.js";
import { routesProbe } from "./probe.js";
import type { FoundRoute } from "./read.js";
import { mergeSiblings, parseRoutes, stateOf } from "./read.js";
import type { NextHop, RouteKey, RouteState } from "./state.js";
import { remains, sameRoute, showHops, showKey } from "./state.js";
import { wanted } from "./wanted.js";

/** What a host has of a route and around it. */
export interface Found {
  /** All routes of the table and family. */
  readonly routes: readonly FoundRoute[];
  /** Those of the key, the one that the kernel uses first. */
  readonly own: readonly FoundRoute[];
  /** All nexthop objects; absent where the task does not ask about them. */
  readonly objects?: readonly FoundObject[];
}

/** The scripts that read a route: its table, and nexthop objects where the task asks about them. */
export function routeProbes({ key, nexthops }: RouteParams): readonly Sh[] {
  const routes = routesProbe(key.family, key.table);
  if (nexthops === undefined) return [routes];
  return nexthops.type === "resilient" ? [routes, NEXTHOPS, BUCKETS] : [routes, NEXTHOPS];
}

/**
 * Reads the outputs of {@link routeProbes}.
 * @throws ProbeError where they can't be understood, and where the host lacks what is wanted.
 */
export function readFound(
  [output = "", objects = "", buckets = ""]: readonly string[],
  p: RouteParams,
): Found {
  const routes = parseRoutes(output);
  const own = ownRoutes(routes, p.key);
  if (p.nexthops === undefined) return { routes, own };
  const read = parseObjects(objects);
  const needed = p.state === "present" && p.nexthops.type !== "route";
  if (needed && "lacking" in read) throw lacks("nexthop objects", read.lacking, "5.3");
  const none = lackingIn(buckets);
  if (needed && none !== undefined) throw lacks("resilient nexthop groups", none, "5.13");
  return { routes, own, objects: "found" in read ? read.found : [] };
}

function lacks(what: string, words: string, version: string): ProbeError {
  return new ProbeError(
    `the host has no ${what}: ${words}`,
    `They need Linux ${version} and iproute2 of that time or later; leave nexthops out, or say nexthops: "route".`,
  );
}

/** The routes of a key, the one that the kernel uses first. */
function ownRoutes(routes: readonly FoundRoute[], key: RouteKey): readonly FoundRoute[] {
  const own = routes.filter((route) => isOfKey(route, key));
  return key.family === 6 ? mergeSiblings(own) : own;
}

function isOfKey({ to, metric, tos }: FoundRoute, key: RouteKey): boolean {
  return to === key.to && metric === key.metric && tos === undefined;
}

/**
 * The state of the route that the kernel uses.
 * @throws ProbeError where the route is not as wanted and can't be changed so that it could be put back.
 */
export function readRoute(found: Found, p: RouteParams): RouteState | null {
  const [first, ...others] = found.own;
  if (first?.expires !== undefined) {
    throw new ProbeError(
      `is one that expires by itself (${first.protocol}): router advertisements would bring it back`,
      `Give this route a lower metric (metric: ${Math.floor(p.key.metric / 2)}), or switch off accept_ra_defrtr on the interface.`,
    );
  }
  if (first !== undefined && isWanted(p, first, found)) return asAsked(p, first, found);
  if (first !== undefined) refuse(p, first, others, found);
  const state = first === undefined ? left(p, found) : asAsked(p, first, found);
  const target = wanted(p, state);
  if (found.objects !== undefined) {
    const elsewhere = [...found.routes.filter((route) => !isOfKey(route, p.key)), ...others];
    refuseShared(elsewhere, found.objects, state?.objects ?? []);
    refuseTaken(found.objects, state?.objects ?? [], target?.objects ?? []);
  }
  return state;
}

/** Refuses to change a route that could not be put back, or whose change would not be seen. */
function refuse(p: RouteParams, first: FoundRoute, others: readonly FoundRoute[], found: Found): void {
  if (first.foreign !== undefined) {
    throw new ProbeError(`carries ${first.foreign}, which could not be put back`, "Change it by hand.");
  }
  if (p.state === "absent" && others.length > 0) {
    throw new ProbeError(
      `is there ${found.own.length} times`,
      "Remove those that are not wanted by hand: ip route del.",
    );
  }
  if (others.some((other) => isWanted(p, other, found))) {
    throw new ProbeError(
      "is there as wanted, but behind another of the same metric, which the kernel uses",
      `Remove the first by hand: ip route del ${showKey(p.key)} ${showHops(first)}`,
    );
  }
}

/** What is left where there is no route: nothing, or objects of ours. */
function left({ nexthops }: RouteParams, { objects = [] }: Found): RouteState | null {
  const own = nexthops === undefined ? [] : ownObjects(objects, nexthops.first, undefined);
  return own.length === 0 ? null : remains(own);
}

/** A found route's state; interfaces that the task leaves to the kernel are left out. */
function asAsked(p: RouteParams, route: FoundRoute, { objects }: Found): RouteState {
  const open = new Set(p.via.filter(({ dev }) => dev === undefined).map(({ gateway }) => gateway));
  const hop = ({ dev, ...rest }: NextHop): NextHop =>
    dev === undefined || (open.has(rest.gateway) && !rest.onlink) ? rest : { ...rest, dev };
  const state = stateOf(route);
  return {
    ...state,
    via: state.via.map(hop),
    ...(p.nexthops === undefined || objects === undefined
      ? {}
      : { objects: ownObjects(objects, p.nexthops.first, state.nhid) }),
  };
}

/** Whether a route is as the task wants it. */
export function isWanted(p: RouteParams, route: FoundRoute, found: Found): boolean {
  const state = asAsked(p, route, found);
  const target = wanted(p, state);
  return target !== null && sameRoute(state, target);
}
