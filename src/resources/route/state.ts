import { canonical } from "../../model/json.js";
import type { Sh } from "../../model/sh.js";
import { joinSh, sh } from "../../model/sh.js";

/** One way on from a route. */
export interface NextHop {
  readonly gateway?: string;
  readonly dev?: string;
  /** 1 to 256. */
  readonly weight: number;
  /** The gateway is taken to be on the link, whatever the addresses say. */
  readonly onlink?: true;
}

/** A route without what identifies it: family, table, destination, metric. */
export interface RouteState {
  readonly via: readonly NextHop[];
  /** `unicast`, `blackhole` and so on (ip-route(8)). */
  readonly type: string;
  readonly scope: string;
  /** Who installed it: `boot`, `static`, `dhcp`, `ra`. */
  readonly protocol: string;
  /** Source address that the kernel prefers on this route. */
  readonly src?: string;
  /** `mtu`, `advmss` and the like. */
  readonly metrics?: Readonly<Record<string, string>>;
  readonly pref?: string;
  readonly tos?: string;
  /** Nexthop object that it leads to, which this kind only reads. */
  readonly nhid?: number;
}

/** What identifies a route on a host. */
export interface RouteKey {
  readonly family: 4 | 6;
  readonly table: string;
  readonly to: string;
  readonly metric: number;
}

/** Next hops in an order of their own: another order is the same set. */
export function sameHops(a: readonly NextHop[], b: readonly NextHop[]): boolean {
  const sorted = (hops: readonly NextHop[]): readonly string[] => hops.map(canonical).sort();
  // A single next hop has nothing to be weighed against.
  const plain = (hops: readonly NextHop[]): readonly NextHop[] =>
    hops.length === 1 ? hops.map((hop) => ({ ...hop, weight: 1 })) : hops;
  return canonical(sorted(plain(a))) === canonical(sorted(plain(b)));
}

/** A next hop for people: `192.168.1.1 dev eth1 weight 2`. */
export function showHop(hop: NextHop, several: boolean): string {
  const words = [hop.gateway, hop.dev === undefined ? undefined : `dev ${hop.dev}`];
  if (several) words.push(`weight ${hop.weight}`);
  if (hop.onlink) words.push("onlink");
  return words.filter((word) => word !== undefined).join(" ");
}

/** Where a route leads, for people. */
export function showHops(state: RouteState): string {
  if (state.via.length === 0) return state.type;
  return `via ${state.via.map((hop) => showHop(hop, state.via.length > 1)).join(", ")}`;
}

/** The words of `ip` that identify a route. */
function selector({ family, table, to, metric }: RouteKey): Sh {
  const words: (string | number)[] = [to];
  if (table !== "main") words.push("table", table);
  if (metric !== (family === 6 ? 1024 : 0)) words.push("metric", metric);
  return sh`${words}`;
}

/** The command that makes a route what it shall be, replacing the one of the same key. */
export function replaceCommand(key: RouteKey, state: RouteState): Sh {
  const words: (string | number)[] = [];
  if (state.tos !== undefined) words.push("tos", state.tos);
  if (state.protocol !== "boot") words.push("proto", state.protocol);
  // The kernel knows no scopes for IPv6.
  if (key.family === 4) words.push("scope", state.scope);
  if (state.src !== undefined) words.push("src", state.src);
  for (const [name, value] of Object.entries(state.metrics ?? {})) words.push(...name.split(/\s+/), value);
  if (state.pref !== undefined) words.push("pref", state.pref);
  const type = state.type === "unicast" ? sh`` : sh`${state.type} `;
  const head = sh`ip -${key.family} route replace ${type}${selector(key)}`;
  const [only, ...others] = state.via;
  const hops =
    only === undefined
      ? []
      : others.length === 0
        ? [sh`${hopWords(key, only, false)}`]
        : state.via.map((hop) => sh`nexthop ${hopWords(key, hop, true)}`);
  const parts = [head, ...(words.length > 0 ? [sh`${words}`] : []), ...hops];
  return joinSh(parts, " ");
}

function hopWords(key: RouteKey, hop: NextHop, weighted: boolean): Sh {
  const words: (string | number)[] = [];
  if (hop.gateway !== undefined) {
    // A gateway of the other family is named with it (RFC 5549).
    const other = (hop.gateway.includes(":") ? 6 : 4) !== key.family;
    words.push("via", ...(other ? [key.family === 4 ? "inet6" : "inet"] : []), hop.gateway);
  }
  if (hop.dev !== undefined) words.push("dev", hop.dev);
  if (weighted) words.push("weight", hop.weight);
  if (hop.onlink) words.push("onlink");
  return sh`${words}`;
}

/** The command that removes a route. */
export function deleteCommand(key: RouteKey): Sh {
  return sh`ip -${key.family} route del ${selector(key)}`;
}
