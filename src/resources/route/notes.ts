import type { Found } from "./actual.js";
import { contains, parsePrefix } from "./address.js";
import { firstId, inBlock } from "./nexthops/ids.js";
import type { RouteParams } from "./params.js";
import type { FoundRoute } from "./read.js";
import type { NextHop } from "./state.js";
import { showHop, showHops, showKey } from "./state.js";

/** What is known of a route and the table around it. */
export interface Around extends Found {
  readonly p: Pick<RouteParams, "key" | "nexthops">;
  /** Wanted next hops. */
  readonly hops: readonly NextHop[];
  /** The route that will be changed or removed, if any. */
  readonly replaced: FoundRoute | undefined;
}

/** How a route is named in notes: `default metric 100 via 10.0.0.1 dev eth0 (dhcp)`. */
function name(route: FoundRoute): string {
  return `${route.to} metric ${route.metric} ${showHops(route)} (${route.protocol})`;
}

/**
 * What the reader should know of the table around a route: which of several metrics wins, what is more specific, next hops that are
 * dead, gateways that no connected network holds, who may bring back what is replaced.
 */
export function routeNotes(around: Around): readonly string[] {
  return [
    ...rivals(around),
    ...(around.p.key.to === "default" ? splitDefaults(around) : []),
    ...twins(around),
    ...owner(around),
    ...objects(around),
    ...around.hops.flatMap((hop) => offLink(around, hop)),
    ...around.own.flatMap(({ trouble }) => trouble),
  ];
}

function rivals({ p: { key }, routes, own }: Around): readonly string[] {
  return routes
    .filter((route) => route.to === key.to && !own.includes(route) && route.metric !== key.metric)
    .toSorted((a, b) => a.metric - b.metric)
    .map((other) =>
      other.metric < key.metric
        ? `${name(other)} wins over this one: its metric is lower`
        : `this one wins over ${name(other)}: its metric is lower`,
    );
}

/** Two halves of the address space, as VPN clients install them, are more specific than any default. */
function splitDefaults({ p: { key }, routes }: Around): readonly string[] {
  const halves = key.family === 4 ? ["0.0.0.0/1", "128.0.0.0/1"] : ["::/1", "8000::/1"];
  const found = routes.filter((route) => halves.includes(route.to));
  if (found.length === 0) return [];
  return [
    `${found.map(name).join(" and ")}: more specific than any default, most likely a VPN's; it takes the traffic`,
  ];
}

function twins({ p: { key }, own }: Around): readonly string[] {
  if (own.length < 2) return [];
  const others = own.slice(1).map(showHops).join("; ");
  return [`there are ${own.length} routes of metric ${key.metric}: the kernel uses the first, not ${others}`];
}

/** Those who manage routes put theirs back: at a renewal, a link's flap, a reload. */
function owner({ replaced }: Around): readonly string[] {
  if (replaced === undefined) return [];
  const { protocol } = replaced;
  if (protocol === "boot" || protocol === "static") return [];
  return [`was installed by ${protocol}, which may bring it back`];
}

/** Objects of others may change under the route; those of ours stay behind where nobody asks about them any more. */
function objects({
  own: [first],
  objects: found,
  p: { key, nexthops },
  replaced,
}: Around): readonly string[] {
  const { nhid } = first ?? {};
  if (nhid === undefined) return [];
  if (nexthops === undefined && inBlock(nhid, firstId(showKey(key)))) {
    return [
      `leads to the nexthop object ${nhid}, made for it before: nexthops: "route" takes such objects away`,
    ];
  }
  const ours = found?.some(({ id, marked }) => id === nhid && marked) === true;
  return replaced === undefined || ours
    ? []
    : [`leads to the nexthop object ${nhid}, which something else manages`];
}

function offLink(around: Around, hop: NextHop): readonly string[] {
  if (hop.gateway === undefined || isOnLink(around, hop.gateway, hop.dev)) return [];
  const where = hop.dev === undefined ? "no connected network" : `no connected network of ${hop.dev}`;
  return [
    hop.onlink
      ? `${where} holds the gateway ${hop.gateway}, which onlink hides`
      : `${where} holds the gateway ${hop.gateway}: the kernel will refuse ${showHop(hop, false)}`,
  ];
}

function isOnLink({ p: { key }, routes }: Around, gateway: string, dev: string | undefined): boolean {
  // Link-local gateways are on any IPv6 link; other tables and families hold no connected networks to judge by.
  if (/^fe[89ab]/i.test(gateway) || key.table !== "main" || gateway.includes(":") !== (key.family === 6))
    return true;
  return routes.some(({ to, via, type }) => {
    const [hop] = via;
    if (hop === undefined || hop.gateway !== undefined || type !== "unicast") return false;
    if (dev !== undefined && hop.dev !== dev) return false;
    const prefix = parsePrefix(to, key.family);
    return prefix !== null && contains(prefix, gateway);
  });
}
