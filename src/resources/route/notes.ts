import { contains, parsePrefix } from "./address.js";
import type { FoundRoute } from "./read.js";
import type { NextHop, RouteKey } from "./state.js";
import { showHop, showHops } from "./state.js";

/** What is known of a route and the table around it. */
export interface Around {
  readonly key: RouteKey;
  /** All routes of the table and family. */
  readonly routes: readonly FoundRoute[];
  /** Those of the key, the one that the kernel uses first. */
  readonly own: readonly FoundRoute[];
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
    ...(around.key.to === "default" ? splitDefaults(around) : []),
    ...twins(around),
    ...owner(around),
    ...around.hops.flatMap((hop) => offLink(around, hop)),
    ...around.own.flatMap(({ trouble }) => trouble),
  ];
}

function rivals({ key, routes, own }: Around): readonly string[] {
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
function splitDefaults({ key, routes }: Around): readonly string[] {
  const halves = key.family === 4 ? ["0.0.0.0/1", "128.0.0.0/1"] : ["::/1", "8000::/1"];
  const found = routes.filter((route) => halves.includes(route.to));
  if (found.length === 0) return [];
  return [
    `${found.map(name).join(" and ")}: more specific than any default, most likely a VPN's; it takes the traffic`,
  ];
}

function twins({ key, own }: Around): readonly string[] {
  if (own.length < 2) return [];
  const others = own.slice(1).map(showHops).join("; ");
  return [`there are ${own.length} routes of metric ${key.metric}: the kernel uses the first, not ${others}`];
}

/** Those who manage routes put theirs back: at a renewal, a link's flap, a reload. */
function owner({ replaced }: Around): readonly string[] {
  if (replaced === undefined) return [];
  const { protocol, nhid } = replaced;
  const object =
    nhid === undefined ? [] : [`leads to the nexthop object ${nhid}, which something else manages`];
  if (protocol === "boot" || protocol === "static") return object;
  return [`was installed by ${protocol}, which may bring it back`, ...object];
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

function isOnLink({ key, routes }: Around, gateway: string, dev: string | undefined): boolean {
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
