import { z } from "zod";
import type { Family } from "./address.js";
import { canonicalAddress, canonicalDestination, familyOf, hasHostBits, parsePrefix } from "./address.js";
import { protocolName, tableName } from "./names.js";
import { firstId } from "./nexthops/ids.js";
import type { Nexthops } from "./nexthops/params.js";
import { nexthopsOption, toNexthops } from "./nexthops/params.js";
import type { NextHop, RouteKey } from "./state.js";
import { DEFAULT_METRIC, showKey } from "./state.js";

const address = z
  .string()
  .refine((text) => familyOf(text) !== null, "this is no IP address (an interface is given as dev)")
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
  .refine((p) => p.gateway !== undefined || p.dev !== undefined, "a next hop needs a gateway or a dev")
  .refine((p) => p.onlink === undefined || p.dev !== undefined, "onlink needs a dev");

type Hop = z.output<typeof hop>;

const fields = z.strictObject({
  /** `default`, a network with its length, or an address. */
  to: z
    .string()
    .refine(
      (text) => text === "default" || parsePrefix(text) !== null,
      "write default, a network like 10.0.0.0/8, or an address",
    ),
  /** The next hops; several share the flows by their weights. Their order does not matter. */
  via: z.array(hop).min(1).max(256).readonly().optional(),
  /** The only next hop, without `via`. */
  gateway: address.optional(),
  /** Interface of the only next hop, without `via`. */
  dev: device.optional(),
  /** Take that gateway to be on the link, whatever the addresses say. */
  onlink: z.literal(true).optional(),
  /** Absent: told by the destination or the first gateway; else 4. */
  family: z.union([z.literal(4), z.literal(6)]).optional(),
  /** Name or number of the table. A table has one key for each spelling, but for main, local and default. */
  table: z
    .union([
      z
        .string()
        .regex(/^[A-Za-z0-9_.-]+$/, "a table is a name or a number")
        .refine((name) => !["all", "cache", "unspec", "0"].includes(name), "this is no single table"),
      z.int().min(1).max(4294967295),
    ])
    .default("main"),
  /** Lower wins. The kernel's default is 0 for IPv4 and 1024 for IPv6. */
  metric: z.int().min(0).max(4294967295).optional(),
  /** For IPv4; the default is global with a gateway, else link. */
  scope: z.enum(["global", "site", "link", "host"]).optional(),
  /** Who it is marked to be from; a new one is marked boot, as `ip` does. */
  protocol: z
    .union([z.string().regex(/^[a-z0-9_]+$/, "a protocol is a name or a number"), z.int().min(0).max(255)])
    .transform((protocol) => protocolName(String(protocol)))
    .optional(),
  /** Source address for local packets on this route. */
  src: address.optional(),
  /** Largest packet, in bytes. */
  mtu: z.int().min(68).max(65535).optional(),
  /** Largest TCP segment to announce, in bytes. */
  advmss: z.int().min(1).max(65535).optional(),
  /**
   * Where the next hops stand. `route`: in the route itself; `group`: in nexthop objects and a group of them, Linux 5.3; `resilient`: in a
   * resilient group, Linux 5.13. Absent: not asked about, and what is there is left alone as long as its next hops are as wanted.
   */
  nexthops: nexthopsOption.optional(),
  state: z.enum(["present", "absent"]).default("present"),
});

type Fields = z.output<typeof fields>;

function hopsOf(p: Fields): readonly Hop[] {
  if (p.via !== undefined) return p.via;
  if (p.gateway === undefined && p.dev === undefined) return [];
  const { gateway, dev, onlink } = p;
  return [{ gateway, dev, onlink, weight: 1 }];
}

/** Whether the next hops are to stand in objects. */
function hasObjects({ nexthops, state }: Fields): boolean {
  return state === "present" && nexthops !== undefined && nexthops !== "route";
}

/** What tells a next hop's object from others: all but its weight. */
function showObject({ gateway, dev, onlink }: Hop): string {
  return JSON.stringify([gateway, dev, onlink]);
}

/** The families that a route's words tell, one after the other. */
function familiesOf(p: Fields): readonly Family[] {
  const told = [
    p.family,
    familyOf(p.to.split("/", 1)[0] ?? ""),
    ...hopsOf(p).map((one) => familyOf(one.gateway ?? "")),
  ];
  return [...told, p.src === undefined ? null : familyOf(p.src)].filter(
    (one) => one !== null && one !== undefined,
  );
}

/** Whether the families fit: an IPv4 route may lead over an IPv6 gateway (RFC 5549), nothing else may be mixed. */
function familiesFit(p: Fields): boolean {
  const [family = 4] = familiesOf(p);
  const destination = familyOf(p.to.split("/", 1)[0] ?? "");
  const source = p.src === undefined ? family : familyOf(p.src);
  const gateways = hopsOf(p).flatMap(({ gateway }) => (gateway === undefined ? [] : [familyOf(gateway)]));
  return (
    (destination ?? family) === family &&
    source === family &&
    (family === 4 || gateways.every((one) => one === 6))
  );
}

/** The parameters of a route. */
export const routeParams = fields
  .refine(
    (p) => p.via === undefined || (p.gateway ?? p.dev ?? p.onlink) === undefined,
    "give via, or gateway and dev",
  )
  .refine((p) => p.via !== undefined || p.onlink === undefined || p.dev !== undefined, "onlink needs a dev")
  .refine(
    (p) => p.state === "absent" || hopsOf(p).length > 0,
    "a route needs a next hop: gateway or dev, or via",
  )
  .refine((p) => {
    const prefix = parsePrefix(p.to);
    return prefix === null || !hasHostBits(prefix);
  }, "the destination has bits set behind its length, which the kernel refuses")
  .refine(familiesFit, "destination, gateways and src mix IPv4 and IPv6")
  .refine(
    (p) => p.scope === undefined || p.scope === "global" || familiesOf(p)[0] !== 6,
    "IPv6 routes have no scope but global",
  )
  .refine(
    (p) => !hasObjects(p) || hopsOf(p).every(({ dev }) => dev !== undefined),
    "a nexthop object needs a dev: name it for every next hop",
  )
  .refine(
    (p) => !hasObjects(p) || new Set(hopsOf(p).map(showObject)).size === hopsOf(p).length,
    "a group can't hold the same next hop twice",
  )
  .refine(({ nexthops, ...p }) => {
    const weights = hopsOf(p).reduce((sum, { weight }) => sum + weight, 0);
    return nexthops === undefined || (toNexthops(nexthops, 0).resilient?.buckets ?? weights) >= weights;
  }, "the group has fewer buckets than the weights come to, which may leave a next hop without any")
  .transform((p) => {
    const family = familiesOf(p)[0] ?? 4;
    const key: RouteKey = {
      family,
      table: tableName(String(p.table)),
      to: canonicalDestination(p.to),
      // The kernel takes 0 for 1024 in IPv6.
      metric: p.metric || DEFAULT_METRIC[family],
    };
    const nexthops: Nexthops | undefined =
      p.nexthops === undefined ? undefined : toNexthops(p.nexthops, firstId(showKey(key)));
    return { ...p, key, via: hopsOf(p).map(toHop), nexthops };
  });

/** A route's parameters after validation. */
export type RouteParams = z.output<typeof routeParams>;

function toHop({ gateway, dev, weight, onlink }: Hop): NextHop {
  return {
    ...(gateway === undefined ? {} : { gateway }),
    ...(dev === undefined ? {} : { dev }),
    weight,
    ...(onlink === undefined ? {} : { onlink }),
  };
}
