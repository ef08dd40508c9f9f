import type { FoundRoute } from "../resources/route/read.js";
import { mergeSiblings } from "../resources/route/read.js";
import type { NextHop } from "../resources/route/state.js";
import { showHop, showHops } from "../resources/route/state.js";
import type { Readings } from "./readings.js";
import { known } from "./readings.js";

/** 4 or 6. */
export type Family = 4 | 6;

/** Routes of a family, undefined where they are not known. */
export function routesOf(readings: Readings, family: Family): readonly FoundRoute[] | undefined {
  return known(family === 4 ? readings.routes4 : readings.routes6);
}

/** Linux IP6_RT_PRIO of the entry that stands for "no route": not one that anybody has set. */
const NO_ROUTE = 4294967295;

/** Default routes of a table for any type of service, the one that wins first: the lowest metric, of several the first that is listed. */
export function defaultsOf(
  routes: readonly FoundRoute[],
  family: Family,
  table = "main",
): readonly FoundRoute[] {
  const found = routes.filter(
    ({ to, tos, metric, table: of = "main" }) =>
      to === "default" && tos === undefined && of === table && metric !== NO_ROUTE,
  );
  const metrics = [...new Set(found.map(({ metric }) => metric))].sort((a, b) => a - b);
  return metrics.flatMap((metric) => {
    const same = found.filter((route) => route.metric === metric);
    return family === 6 ? mergeSiblings(same) : same;
  });
}

/** The main table's defaults of a host, the one that wins first; undefined where they are not known. */
export function mainDefaults(readings: Readings, family: Family): readonly FoundRoute[] | undefined {
  const routes = routesOf(readings, family);
  return routes === undefined ? undefined : defaultsOf(routes, family);
}

/** Whether a route shares flows between next hops. */
export function isMultipath(route: FoundRoute | undefined): boolean {
  return route !== undefined && route.via.length > 1;
}

/** A route for people: `default metric 100 via 192.168.1.1 dev eth1 (dhcp)`. */
export function showRoute(route: FoundRoute): string {
  const metric = route.metric === 0 ? "" : ` metric ${route.metric}`;
  return `${route.to}${metric} ${showHops(route)} (${route.protocol})`;
}

/** A next hop with what the kernel says of it. */
export interface Hop extends NextHop {
  readonly flags: readonly string[];
  /** For people: `via 192.168.1.1 dev eth1`. */
  readonly text: string;
}

/** The next hops of a route with their flags. */
export function hopsOf(route: FoundRoute): readonly Hop[] {
  return route.via.map((hop, i) => ({ ...hop, flags: route.flags?.[i] ?? [], text: showHop(hop, false) }));
}

/** Interfaces that a route leads over. */
export function devicesOf(route: Pick<FoundRoute, "via"> | null | undefined): readonly string[] {
  return [...new Set((route?.via ?? []).flatMap(({ dev }) => (dev === undefined ? [] : [dev])))];
}
