import { z } from "zod";
import { ProbeError } from "../../model/resource.js";
import type { Sh } from "../../model/sh.js";
import { sh } from "../../model/sh.js";
import type { Family } from "./address.js";
import { canonicalAddress, canonicalDestination } from "./address.js";
import type { NextHop, RouteState } from "./state.js";

const nextHop = z.object({
  gateway: z.string().optional(),
  /** A gateway of another family (RTA_VIA). */
  via: z.object({ host: z.string() }).optional(),
  dev: z.string().optional(),
  weight: z.number().optional(),
  flags: z.array(z.string()).default([]),
});

/** A route as `ip -j -d route show` prints it; fields that are absent have their defaults (ip-route(8)). */
const entry = nextHop.extend({
  type: z.string().default("unicast"),
  dst: z.string(),
  protocol: z.string().default("boot"),
  scope: z.string().default("global"),
  metric: z.number().default(0),
  tos: z.string().optional(),
  prefsrc: z.string().optional(),
  pref: z.string().optional(),
  expires: z.number().optional(),
  nhid: z.number().optional(),
  metrics: z.array(z.record(z.string(), z.unknown())).default([]),
  nexthops: z.array(nextHop).optional(),
});

/** A route of the host, wherever it leads. */
export interface FoundRoute extends RouteState {
  readonly to: string;
  readonly metric: number;
  /** Seconds until the kernel removes it, for a route learnt from router advertisements. */
  readonly expires?: number;
  /** Flags of its next hops that tell of trouble: `dead`, `linkdown`. */
  readonly trouble: readonly string[];
}

/**
 * Prints a table's routes of one family as JSON. One script for all tasks on that table. A table that no route has made yet is empty.
 */
export function routesProbe(family: Family, table: string): Sh {
  return sh`o=$(ip -j -d -${family} route show table ${table} 2>&1) && { printf '%s\\n' "$o"; exit 0; }
case $o in *'FIB table does not exist'*) echo '[]'; exit 0 ;; esac
printf '%s\\n' "$o" >&2
case $(ip -V 2>&1) in *iproute2*) ;; *) echo 'this ip is not iproute2: it has no JSON output' >&2 ;; esac
exit 1`;
}

/**
 * Reads the output of {@link routesProbe}.
 * @throws ProbeError for JSON that is broken, as iproute2 before 5.5 prints it for multipath routes.
 */
export function parseRoutes(output: string): readonly FoundRoute[] {
  const text = output.trim();
  let data: unknown;
  try {
    data = text === "" ? [] : JSON.parse(text);
  } catch {
    throw new ProbeError(
      "`ip -j route` printed broken JSON",
      "iproute2 before 5.5 does for multipath routes; update it there.",
    );
  }
  const result = z.array(entry).safeParse(data);
  if (!result.success) {
    throw new ProbeError(
      "`ip -j route` printed what Surefoot does not know",
      `Please report it: ${result.error.issues[0]?.message ?? ""}`,
    );
  }
  return result.data.map(toRoute);
}

function toRoute(found: z.output<typeof entry>): FoundRoute {
  const hops = found.nexthops ?? [found];
  const { prefsrc, expires, pref, tos, nhid } = found;
  const metrics = Object.fromEntries(
    found.metrics.flatMap((group) => Object.entries(group)).map(([k, v]) => [k, String(v)]),
  );
  return {
    to: canonicalDestination(found.dst),
    metric: found.metric,
    via: hops.map(toHop).filter((hop) => hop.gateway !== undefined || hop.dev !== undefined),
    type: found.type,
    scope: found.scope,
    protocol: found.protocol,
    ...(prefsrc === undefined ? {} : { src: canonicalAddress(prefsrc) }),
    ...(Object.keys(metrics).length === 0 ? {} : { metrics }),
    ...(pref === undefined || pref === "medium" ? {} : { pref }),
    ...(tos === undefined ? {} : { tos }),
    ...(nhid === undefined ? {} : { nhid }),
    ...(expires === undefined ? {} : { expires }),
    trouble: [...new Set([...found.flags, ...hops.flatMap((hop) => hop.flags)])].filter((flag) =>
      /^(dead|linkdown)$/.test(flag),
    ),
  };
}

function toHop(hop: z.output<typeof nextHop>): NextHop {
  const gateway = hop.gateway ?? hop.via?.host;
  return {
    ...(gateway === undefined ? {} : { gateway: canonicalAddress(gateway) }),
    ...(hop.dev === undefined ? {} : { dev: hop.dev }),
    weight: hop.weight ?? 1,
    ...(hop.flags.includes("onlink") ? { onlink: true as const } : {}),
  };
}

/**
 * IPv6 multipath routes that the kernel keeps as siblings come as several entries of the same destination and metric: one route with
 * several next hops.
 */
export function mergeSiblings(routes: readonly FoundRoute[]): FoundRoute | null {
  const [first] = routes;
  if (first === undefined) return null;
  return {
    ...first,
    via: routes.flatMap((route) => route.via),
    trouble: routes.flatMap((route) => route.trouble),
  };
}
