import { z } from "zod";
import { defineResource, ProbeError } from "../model/resource.js";
import type { Family } from "./route/address.js";
import {
  canonicalAddress,
  canonicalDestination,
  familyOf,
  hasHostBits,
  parsePrefix,
} from "./route/address.js";
import { routeNotes } from "./route/notes.js";
import type { FoundRoute } from "./route/read.js";
import { mergeSiblings, parseRoutes, routesProbe } from "./route/read.js";
import type { NextHop, RouteKey, RouteState } from "./route/state.js";
import { deleteCommand, replaceCommand, sameHops, showHops } from "./route/state.js";

const address = z
  .string()
  .refine((text) => familyOf(text) !== null, "this is no IP address")
  .transform(canonicalAddress);
const device = z
  .string()
  .regex(/^[^\s/]{1,15}$/, "an interface name has 1 to 15 characters, none of them a space or /");

const hop = z
  .strictObject({
    gateway: address.optional(),
    dev: device.optional(),
    /** Share of the flows relative to the other next hops'. */
    weight: z.int().min(1).max(256).default(1),
    /** Take the gateway to be on the link, whatever the addresses say. */
    onlink: z.literal(true).optional(),
  })
  .refine((p) => p.gateway !== undefined || p.dev !== undefined, "a next hop needs a gateway or a dev");

const params = z
  .strictObject({
    /** `default`, a network with its length, or an address. */
    to: z
      .string()
      .refine(
        (text) => text === "default" || parsePrefix(text) !== null,
        "write default, 10.0.0.0/8 or an address",
      ),
    /** The next hops; several share the flows by their weights. */
    via: z.array(hop).max(256).default([]),
    /** Absent: told by the destination or the first gateway. */
    family: z.union([z.literal(4), z.literal(6)]).optional(),
    /** Name or number of the table. */
    table: z.union([z.string().regex(/^[A-Za-z0-9_.-]+$/), z.int().positive()]).default("main"),
    /** Lower wins. The kernel's default is 0 for IPv4 and 1024 for IPv6. */
    metric: z.int().min(0).max(4294967295).optional(),
    scope: z.enum(["global", "site", "link", "host"]).optional(),
    protocol: z
      .string()
      .regex(/^[a-z0-9_]+$/)
      .optional(),
    /** Source address for local packets on this route. */
    src: address.optional(),
    /** Largest packet, in bytes. */
    mtu: z.int().min(68).max(65535).optional(),
    /** Largest TCP segment to announce, in bytes. */
    advmss: z.int().min(1).max(65535).optional(),
    state: z.enum(["present", "absent"]).default("present"),
  })
  .refine(
    (p) => p.state === "absent" || p.via.length > 0,
    "a route needs a next hop: via: [{ gateway, dev }]",
  )
  .refine((p) => {
    const prefix = parsePrefix(p.to);
    return prefix === null || !hasHostBits(prefix);
  }, "the destination has bits set behind its length, which the kernel refuses")
  .transform((p) => {
    const family: Family =
      p.family ?? familyOf(p.to.split("/")[0] ?? "") ?? familyOf(p.via[0]?.gateway ?? "") ?? 4;
    const key: RouteKey = {
      family,
      table: String(p.table),
      to: canonicalDestination(p.to),
      // The kernel takes 0 for 1024 in IPv6 (IP6_RT_PRIO_USER).
      metric: family === 6 ? p.metric || 1024 : (p.metric ?? 0),
    };
    return { ...p, key, via: p.via.map(toHop) };
  });

type Params = z.output<typeof params>;

function toHop({ gateway, dev, weight, onlink }: z.output<typeof hop>): NextHop {
  return {
    ...(gateway === undefined ? {} : { gateway }),
    ...(dev === undefined ? {} : { dev }),
    weight,
    ...(onlink === undefined ? {} : { onlink }),
  };
}

/**
 * A route of the running kernel, with one next hop or several that share the flows by their weights. Compared as the kernel means it: next
 * hops in another order are the same set, addresses in another spelling are the same. What is already so is not written: any change of a
 * table makes sockets choose anew. A route of another metric is another route; which one wins is told.
 *
 * @example route({ to: "default", via: [{ gateway: "192.168.1.1", dev: "eth1" }, { gateway: "192.168.1.10", dev: "eth1" }] })
 */
export const route = defineResource(params, {
  kind: "route",
  key: ({ key }) => {
    const words = [key.family === 6 ? "-6" : "", key.to, key.table === "main" ? "" : `table ${key.table}`];
    const metric = key.metric === (key.family === 6 ? 1024 : 0) ? "" : `metric ${key.metric}`;
    return [...words, metric].filter((word) => word !== "").join(" ");
  },
  probe: ({ key }) => [routesProbe(key.family, key.table)],
  parse: ([output = ""], p) => readRoute(parseRoutes(output), p),
  target: (p, actual) => (p.state === "absent" ? null : wanted(p, actual)),
  steps: (from, to, { key }) => {
    if (to === null) {
      if (from === null) return [];
      return [
        {
          title: `remove ${key.to} (was ${showHops(from)})`,
          run: deleteCommand(key),
          layer: "running",
          cuts: true,
        },
      ];
    }
    if (from !== null && sameRoute(from, to)) return [];
    const title =
      from === null
        ? `add ${key.to} ${showHops(to)}`
        : `set ${key.to} ${showHops(to)} (was ${showHops(from)})`;
    return [{ title, run: replaceCommand(key, to), layer: "running", cuts: true }];
  },
  notes: ([output = ""], { key, via }) => routeNotes(key, parseRoutes(output), via),
});

function readRoute(routes: readonly FoundRoute[], p: Params): RouteState | null {
  const { key } = p;
  const own = routes.filter((one) => one.to === key.to && one.metric === key.metric);
  const found = key.family === 6 ? mergeSiblings(own) : (own[0] ?? null);
  if (found === null) return null;
  if (found.protocol === "ra" && found.expires !== undefined) {
    throw new ProbeError(
      "is kept by router advertisements, which would bring it back",
      "Give this route a lower metric (metric: 512), or switch off accept_ra_defrtr on the interface.",
    );
  }
  const { to: _to, metric: _metric, expires: _expires, trouble: _trouble, ...state } = found;
  return state;
}

/** What is wanted: as it is where next hops, and all else that is named, agree; else a fresh route that keeps the old one's source and metrics. */
function wanted(p: Params, actual: RouteState | null): RouteState {
  const named = {
    ...(p.scope === undefined || p.key.family === 6 ? {} : { scope: p.scope }),
    ...(p.protocol === undefined ? {} : { protocol: p.protocol }),
    ...(p.src === undefined ? {} : { src: p.src }),
  };
  const ownMetrics = {
    ...(p.mtu === undefined ? {} : { mtu: String(p.mtu) }),
    ...(p.advmss === undefined ? {} : { advmss: String(p.advmss) }),
  };
  const metrics = { ...actual?.metrics, ...ownMetrics };
  const kept = Object.keys(metrics).length === 0 ? {} : { metrics };
  const scope = p.via.some((one) => one.gateway !== undefined) || p.key.family === 6 ? "global" : "link";
  if (
    actual !== null &&
    actual.type === "unicast" &&
    actual.nhid === undefined &&
    sameHops(hopsAs(p.via, actual), actual.via)
  ) {
    return { ...actual, ...named, ...kept };
  }
  return {
    via: p.via,
    type: "unicast",
    scope,
    protocol: "boot",
    ...(actual?.src === undefined ? {} : { src: actual.src }),
    ...(actual?.pref === undefined ? {} : { pref: actual.pref }),
    ...named,
    ...kept,
  };
}

/** The wanted next hops, each taking over an `onlink` that is there and not asked about. */
function hopsAs(hops: readonly NextHop[], actual: RouteState): readonly NextHop[] {
  return hops.map((one) => {
    const same = actual.via.find((other) => other.gateway === one.gateway && other.dev === one.dev);
    return same?.onlink === true ? { ...one, onlink: true } : one;
  });
}

function sameRoute(a: RouteState, b: RouteState): boolean {
  const { via: viaA, ...restA } = a;
  const { via: viaB, ...restB } = b;
  return (
    sameHops(viaA, viaB) &&
    JSON.stringify(Object.entries(restA).sort()) === JSON.stringify(Object.entries(restB).sort())
  );
}
