import type { Step } from "../model/resource.js";
import { defineResource, ProbeError } from "../model/resource.js";
import { deleteCommand, replaceCommand } from "./route/commands.js";
import { routeNotes } from "./route/notes.js";
import type { RouteParams } from "./route/params.js";
import { routeParams } from "./route/params.js";
import { routesProbe } from "./route/probe.js";
import type { FoundRoute } from "./route/read.js";
import { mergeSiblings, parseRoutes, stateOf } from "./route/read.js";
import type { NextHop, RouteKey, RouteState } from "./route/state.js";
import { DEFAULT_METRIC, sameHops, sameRoute, showHops } from "./route/state.js";

export type { RouteState } from "./route/state.js";

/**
 * A route of the running kernel, with one next hop or several that share the flows by their weights. Compared as the kernel means it:
 * next hops in another order are the same set (writing them anew would move flows), addresses in another spelling are the same. What is already so is not
 * written: any change of a table makes sockets choose anew. A route of another metric or table is another route; which one wins is
 * told.
 *
 * @example route({ to: "default", via: [{ gateway: "192.168.1.1", dev: "eth1" }, { gateway: "192.168.1.10", dev: "eth1" }] })
 * @example route({ to: "10.0.0.0/8", gateway: "192.168.1.1", dev: "eth1" })
 */
export const route = defineResource(routeParams, {
  kind: "route",
  key: ({ key }) => showKey(key),
  probe: ({ key }) => [routesProbe(key.family, key.table)],
  parse: ([output = ""], p) => readRoute(ownRoutes(parseRoutes(output), p.key), p),
  target: wanted,
  steps: routeSteps,
  kernelOnly: true,
  notes: ([output = ""], p) => {
    const routes = parseRoutes(output);
    const own = ownRoutes(routes, p.key);
    const { state, via } = p;
    const change = own[0] === undefined || isWanted(p, own[0]) ? undefined : own[0];
    return routeNotes({ key: p.key, routes, own, hops: state === "absent" ? [] : via, replaced: change });
  },
});

function showKey({ family, to, table, metric }: RouteKey): string {
  const words = [
    family === 6 ? "-6" : "",
    to,
    table === "main" ? "" : `table ${table}`,
    metric === DEFAULT_METRIC[family] ? "" : `metric ${metric}`,
  ];
  return words.filter((word) => word !== "").join(" ");
}

/** The routes of a key, the one that the kernel uses first. */
function ownRoutes(routes: readonly FoundRoute[], key: RouteKey): readonly FoundRoute[] {
  const own = routes.filter(
    ({ to, metric, tos }) => to === key.to && metric === key.metric && tos === undefined,
  );
  return key.family === 6 ? mergeSiblings(own) : own;
}

/**
 * The state of the route that the kernel uses.
 * @throws ProbeError where the route is not as wanted and can't be changed so that it could be put back.
 */
function readRoute(own: readonly FoundRoute[], p: RouteParams): RouteState | null {
  const [first, ...others] = own;
  if (first === undefined) return null;
  if (first.expires !== undefined) {
    throw new ProbeError(
      `is one that expires by itself (${first.protocol}): router advertisements would bring it back`,
      `Give this route a lower metric (metric: ${Math.floor(p.key.metric / 2)}), or switch off accept_ra_defrtr on the interface.`,
    );
  }
  const state = asAsked(p, first);
  if (isWanted(p, first)) return state;
  if (first.foreign !== undefined) {
    throw new ProbeError(`carries ${first.foreign}, which could not be put back`, "Change it by hand.");
  }
  if (p.state === "absent" && others.length > 0) {
    throw new ProbeError(
      `is there ${own.length} times`,
      "Remove those that are not wanted by hand: ip route del.",
    );
  }
  if (others.some((other) => isWanted(p, other))) {
    throw new ProbeError(
      "is there as wanted, but behind another of the same metric, which the kernel uses",
      `Remove the first by hand: ip route del ${showKey(p.key)} ${showHops(first)}`,
    );
  }
  return state;
}

/** A found route's state; interfaces that the task leaves to the kernel are left out. */
function asAsked(p: RouteParams, found: FoundRoute): RouteState {
  const left = new Set(p.via.filter(({ dev }) => dev === undefined).map(({ gateway }) => gateway));
  const hop = ({ dev, ...rest }: NextHop): NextHop =>
    dev === undefined || (left.has(rest.gateway) && !rest.onlink) ? rest : { ...rest, dev };
  const state = stateOf(found);
  return { ...state, via: state.via.map(hop) };
}

function isWanted(p: RouteParams, found: FoundRoute): boolean {
  const state = asAsked(p, found);
  const target = wanted(p, state);
  return target !== null && sameRoute(state, target);
}

/**
 * What is wanted: the route as it is where its next hops agree, with what the task names; else a fresh one, which keeps the old one's source
 * and metrics (a DHCP client may have set them with reason).
 */
function wanted(p: RouteParams, actual: RouteState | null): RouteState | null {
  if (p.state === "absent") return null;
  const metrics = {
    ...actual?.metrics,
    ...(p.mtu === undefined ? {} : { mtu: String(p.mtu) }),
    ...(p.advmss === undefined ? {} : { advmss: String(p.advmss) }),
  };
  const named = {
    ...(p.scope === undefined ? {} : { scope: p.scope }),
    ...(p.protocol === undefined ? {} : { protocol: p.protocol }),
    ...(p.src === undefined ? {} : { src: p.src }),
    ...(Object.keys(metrics).length === 0 ? {} : { metrics }),
  };
  if (actual !== null && actual.type === "unicast" && sameHops(hopsAs(p.via, actual), actual.via)) {
    return { ...actual, ...named };
  }
  const global = p.key.family === 6 || p.via.some(({ gateway }) => gateway !== undefined);
  return {
    via: p.via,
    type: "unicast",
    scope: global ? "global" : "link",
    protocol: "boot",
    ...(actual?.src === undefined ? {} : { src: actual.src }),
    ...(actual?.pref === undefined ? {} : { pref: actual.pref }),
    ...named,
  };
}

/** The wanted next hops, each taking over an `onlink` that is there and not asked about. */
function hopsAs(hops: readonly NextHop[], actual: RouteState): readonly NextHop[] {
  return hops.map((hop) => {
    const same = actual.via.some(
      ({ gateway, dev, onlink }) => gateway === hop.gateway && dev === hop.dev && onlink,
    );
    return same ? { ...hop, onlink: true } : hop;
  });
}

function routeSteps(from: RouteState | null, to: RouteState | null, { key }: RouteParams): readonly Step[] {
  const running = { layer: "running", cuts: true } as const;
  const name = showKey(key);
  if (to === null) {
    if (from === null) return [];
    return [{ title: `remove ${name} (was ${showHops(from)})`, run: deleteCommand(key, from), ...running }];
  }
  if (from !== null && sameRoute(from, to)) return [];
  const title =
    from === null ? `add ${name} ${showHops(to)}` : `set ${name} ${showHops(to)} (was ${showHops(from)})`;
  return [{ title, run: replaceCommand(key, to), ...running }];
}
