import { contains, parsePrefix } from "./address.js";
import type { FoundRoute } from "./read.js";
import type { RouteKey } from "./state.js";
import { showHops } from "./state.js";

/** How a route is named in notes: `the default of metric 100 (via 10.0.0.1 dev eth0, dhcp)`. */
function name(route: FoundRoute): string {
  return `the ${route.to === "default" ? "default" : route.to} of metric ${route.metric} (${showHops(route)}, ${route.protocol})`;
}

/**
 * What the reader should know of the table around a route: which of several defaults wins, what shadows it, next hops that are dead, gateways
 * that no connected network holds.
 */
export function routeNotes(
  key: RouteKey,
  routes: readonly FoundRoute[],
  wanted: FoundRoute["via"],
): readonly string[] {
  const notes: string[] = [];
  const own = (route: FoundRoute): boolean => route.to === key.to && route.metric === key.metric;
  const others = routes.filter((route) => route.to === key.to && !own(route));
  const [best] = [...others].sort((a, b) => a.metric - b.metric);
  if (best !== undefined && best.metric < key.metric) {
    notes.push(`${name(best)} wins over this one: its metric is lower`);
  } else if (best !== undefined) {
    notes.push(`this route wins over ${name(best)}: its metric is lower`);
  }
  const twins = routes.filter(own).length;
  if (key.family === 4 && twins > 1)
    notes.push(`there are ${twins} routes of this metric; the kernel uses the first`);
  if (key.to === "default") notes.push(...splitDefaults(key, routes));
  for (const flag of new Set(routes.filter(own).flatMap((route) => route.trouble))) {
    notes.push(`a next hop of this route is ${flag}`);
  }
  for (const hop of wanted) {
    if (hop.gateway === undefined || hop.onlink === true) continue;
    if (!isOnLink(key, routes, hop.gateway, hop.dev)) {
      const dev = hop.dev === undefined ? "" : ` by ${hop.dev}`;
      notes.push(`no connected network${dev} holds the gateway ${hop.gateway}: the kernel may refuse it`);
    }
  }
  return notes;
}

/** Two halves of the address space, as VPN clients install them, are more specific than any default. */
function splitDefaults(key: RouteKey, routes: readonly FoundRoute[]): readonly string[] {
  const halves = key.family === 4 ? ["0.0.0.0/1", "128.0.0.0/1"] : ["::/1", "8000::/1"];
  const found = routes.filter((route) => halves.includes(route.to));
  if (found.length === 0) return [];
  return [`${found.map(name).join(" and ")} take traffic before any default does: a VPN's, most likely`];
}

function isOnLink(
  key: RouteKey,
  routes: readonly FoundRoute[],
  gateway: string,
  dev: string | undefined,
): boolean {
  // Link-local gateways are on any IPv6 link; other tables hold no connected networks to judge by.
  if (gateway.toLowerCase().startsWith("fe80:") || key.table !== "main") return true;
  return routes.some((route) => {
    const [hop] = route.via;
    if (hop === undefined || hop.gateway !== undefined || (dev !== undefined && hop.dev !== dev))
      return false;
    const prefix = parsePrefix(route.to, key.family);
    return prefix !== null && contains(prefix, gateway);
  });
}
