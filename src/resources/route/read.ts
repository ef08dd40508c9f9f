import { z } from "zod";
import { ProbeError } from "../../model/resource.js";
import { canonicalAddress, canonicalDestination } from "./address.js";
import type { Attributes } from "./attributes.js";
import { readAttributes } from "./attributes.js";
import { protocolName, tableName } from "./names.js";
import type { FoundObject } from "./nexthops/read.js";
import { parseObjects } from "./nexthops/read.js";
import { isGroup } from "./nexthops/types.js";
import { NOT_IPROUTE2 } from "./probe.js";
import type { NextHop, RouteState } from "./state.js";
import { showHop } from "./state.js";

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
  to: z.string(),
  protocol: z.string().default("boot"),
  scope: z.string().default("global"),
  metric: z.number().default(0),
  tos: z.string().optional(),
  table: z.string().optional(),
  prefsrc: z.string().optional(),
  pref: z.string().optional(),
  expires: z.number().optional(),
  nhid: z.number().optional(),
  nexthops: z.array(nextHop).optional(),
});

/** A route of the host, wherever it leads. */
export interface FoundRoute extends RouteState {
  readonly to: string;
  readonly metric: number;
  /** Type of service that it is for; absent: any. */
  readonly tos?: string;
  /** Seconds until the kernel removes it, for a route learnt from router advertisements. */
  readonly expires?: number;
  /** What it carries that can't be put back from here: `encap`. */
  readonly foreign?: string;
  /** Its table, where those of all tables were asked for. */
  readonly table?: string;
  /** What the kernel says of each next hop, in their order: `dead`, `linkdown`, `pervasive`, `onlink`; absent where it says nothing. */
  readonly flags?: readonly (readonly string[])[];
  /** Next hops that the kernel does not use or will soon stop using: `via 10.0.0.1 dev eth1 is linkdown`. */
  readonly trouble: readonly string[];
}

/**
 * Reads the output of `routesProbe`.
 * @throws ProbeError where it is not from iproute2, is broken JSON (iproute2 before 5.5 prints that for multipath routes), or where the table
 *   changed while it was read.
 */
export function parseRoutes(output: string): readonly FoundRoute[] {
  const [first = "", ...rest] = output.trimEnd().split("\n");
  if (first === NOT_IPROUTE2) {
    throw new ProbeError(
      "the host's `ip` is not iproute2's, and tells too little",
      "Install the package iproute2 there.",
    );
  }
  if (output.includes("Dump was interrupted")) throw changing();
  const result = z.array(entry).safeParse(parseJson(first));
  if (!result.success) {
    const [issue] = result.error.issues;
    throw new ProbeError(
      "`ip -j route` printed what Surefoot does not know",
      `Please report it: ${issue?.path.map(String).join(".")}: ${issue?.message}`,
    );
  }
  const [objects = "", ...texts] = rest[0]?.startsWith("[") === true ? rest : ["", ...rest];
  const attributes = readAttributes(texts);
  if (attributes.length > 0 && attributes.length !== result.data.length) throw changing();
  const read = parseObjects(objects);
  const told = "found" in read ? read.found : [];
  return result.data.map((found, i) => toRoute(found, attributes[i] ?? {}, told));
}

function changing(): ProbeError {
  return new ProbeError("the routing table changed while it was read", "Run the command again.");
}

function parseJson(text: string): unknown {
  try {
    // An encapsulation has a `dst` of its own, in the same object: the route's is the first.
    return JSON.parse(text === "" ? "[]" : text.replace(/(\{(?:"type":"[^"]*",)?)"dst":/g, '$1"to":'));
  } catch {
    throw new ProbeError(
      "`ip -j route` printed broken JSON",
      "iproute2 before 5.5 does for routes with several next hops; update it there.",
    );
  }
}

/** Types of routes that lead nowhere, for which IPv6 names the device lo. */
const NOWHERE = ["blackhole", "unreachable", "prohibit", "throw"];

interface FoundHop {
  readonly hop: NextHop;
  readonly flags: readonly string[];
}

function hopsIn(found: z.output<typeof entry>, objects: readonly FoundObject[]): readonly FoundHop[] {
  if (NOWHERE.includes(found.type)) return [];
  const { nhid, nexthops, gateway, via, dev } = found;
  if (nhid !== undefined && (nexthops ?? gateway ?? via ?? dev) === undefined) return hopsOf(objects, nhid);
  return (nexthops ?? [found]).map((hop) => ({ hop: toHop(hop), flags: hop.flags }));
}

/** The next hops that a nexthop object holds; none where it is one of a kind that this program does not know. */
function hopsOf(objects: readonly FoundObject[], nhid: number, weight = 1): readonly FoundHop[] {
  const { object, flags = [] } = objects.find(({ id }) => id === nhid) ?? {};
  if (object === undefined) return [];
  if (isGroup(object)) return object.members.flatMap((member) => hopsOf(objects, member.id, member.weight));
  const { id: _id, ...hop } = object;
  return [{ hop: { ...hop, weight }, flags }];
}

function toRoute(
  found: z.output<typeof entry>,
  { metrics, realm, foreign }: Attributes,
  objects: readonly FoundObject[],
): FoundRoute {
  const hops = hopsIn(found, objects);
  const { prefsrc, expires, pref, tos, nhid, table } = found;
  return {
    to: canonicalDestination(found.to),
    metric: found.metric,
    via: hops.map(({ hop }) => hop),
    type: found.type,
    scope: found.scope,
    protocol: protocolName(found.protocol),
    ...(prefsrc === undefined ? {} : { src: canonicalAddress(prefsrc) }),
    ...(metrics === undefined ? {} : { metrics }),
    ...(realm === undefined ? {} : { realm }),
    ...(pref === undefined || pref === "medium" ? {} : { pref }),
    ...(nhid === undefined ? {} : { nhid }),
    ...(tos === undefined ? {} : { tos }),
    ...(expires === undefined ? {} : { expires }),
    ...(foreign === undefined ? {} : { foreign }),
    ...(table === undefined ? {} : { table: tableName(table) }),
    ...(hops.some(({ flags }) => flags.length > 0) ? { flags: hops.map(({ flags }) => flags) } : {}),
    trouble: hops.flatMap(({ hop, flags }) =>
      ["dead", "linkdown"]
        .filter((flag) => flags.includes(flag))
        .map((flag) => `${showHop(hop, false)} is ${flag}`),
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

/** The state in a route that was found: what does not identify it and can be put back. */
export function stateOf(found: FoundRoute): RouteState {
  const {
    to: _to,
    metric: _metric,
    tos: _tos,
    expires: _expires,
    foreign: _foreign,
    table: _table,
    flags: _flags,
    trouble: _trouble,
    ...state
  } = found;
  return state;
}

/**
 * Old kernels and tools list the next hops of an IPv6 route as so many routes of the same destination and metric: makes them one route
 * with several next hops.
 */
export function mergeSiblings(routes: readonly FoundRoute[]): readonly FoundRoute[] {
  const [first] = routes;
  if (first === undefined || !routes.every((route) => route.via.length === 1 && route.via[0]?.gateway))
    return routes;
  return [
    {
      ...first,
      via: routes.flatMap(({ via }) => via),
      ...(routes.some(({ flags }) => flags !== undefined)
        ? { flags: routes.map(({ flags }) => flags?.[0] ?? []) }
        : {}),
      trouble: routes.flatMap(({ trouble }) => trouble),
    },
  ];
}
