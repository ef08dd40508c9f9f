import { objectsFor } from "./nexthops/objects.js";
import type { RouteParams } from "./params.js";
import type { NextHop, RouteState } from "./state.js";
import { routeIn, sameHops } from "./state.js";

/**
 * What is wanted: the route as it is where its next hops agree, with what the task names; else a fresh one, which keeps the old one's source
 * and metrics (a DHCP client may have set them with reason). Nexthop objects are as the task says, or left alone where it says nothing.
 */
export function wanted(p: RouteParams, actual: RouteState | null): RouteState | null {
  if (p.state === "absent") return null;
  const route = wantedRoute(p, routeIn(actual));
  if (p.nexthops === undefined) return route;
  const { nhid: _nhid, ...plain } = route;
  if (p.nexthops.type === "route") return { ...plain, objects: [] };
  // Realms belong to next hops, and the kernel leaves them out where those are objects.
  const { realm: _realm, ...shared } = plain;
  const via = shared.via.length === 1 ? shared.via.map((hop) => ({ ...hop, weight: 1 })) : shared.via;
  const there = { objects: actual?.objects ?? [], nhid: actual?.nhid };
  return { ...shared, via, ...objectsFor(p.nexthops, via, there) };
}

function wantedRoute(p: RouteParams, actual: RouteState | null): RouteState {
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
