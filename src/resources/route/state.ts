import { canonical } from "../../model/json.js";
import type { NexthopObject } from "./nexthops/types.js";

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
  /** `unicast`, `blackhole` and so on (ip-route(8)); `none`: there is no route, only objects that are left of one. */
  readonly type: string;
  readonly scope: string;
  /** Who installed it: `boot`, `static`, `dhcp`, `ra`. */
  readonly protocol: string;
  /** Source address that the kernel prefers on this route. */
  readonly src?: string;
  /** `mtu`, `advmss` and the like, as `ip` takes them: `lock 1400`, `10ms`. */
  readonly metrics?: Readonly<Record<string, string>>;
  /** Realm of its only next hop (ip-route(8)); only read and put back. */
  readonly realm?: string;
  /** Router preference of IPv6 routes; absent: medium. */
  readonly pref?: string;
  /** Nexthop object that it leads to, by number; `via` is then what that one holds. */
  readonly nhid?: number;
  /** Nexthop objects of ours, by number; absent where the task does not ask about them. */
  readonly objects?: readonly NexthopObject[];
}

/** What identifies a route on a host, among those without a TOS. */
export interface RouteKey {
  readonly family: 4 | 6;
  readonly table: string;
  readonly to: string;
  readonly metric: number;
}

/** The state where no route is, but objects that are left of one. */
export function remains(objects: readonly NexthopObject[]): RouteState {
  return { via: [], type: "none", scope: "global", protocol: "boot", objects };
}

/** The route in a state, null where there is none. */
export function routeIn(state: RouteState | null): RouteState | null {
  return state === null || state.type === "none" ? null : state;
}

/** Metric of a route that is given none: Linux IP6_RT_PRIO_USER for IPv6. */
export const DEFAULT_METRIC = { 4: 0, 6: 1024 } as const;

/** Next hops in an order of their own: another order is the same set. */
export function sameHops(a: readonly NextHop[], b: readonly NextHop[]): boolean {
  const sorted = (hops: readonly NextHop[]): readonly string[] => hops.map(canonical).sort();
  // A single next hop has nothing to be weighed against.
  const plain = (hops: readonly NextHop[]): readonly NextHop[] =>
    hops.length === 1 ? hops.map((hop) => ({ ...hop, weight: 1 })) : hops;
  return canonical(sorted(plain(a))) === canonical(sorted(plain(b)));
}

/** Whether two states are the same route to the kernel. */
export function sameRoute(a: RouteState, b: RouteState): boolean {
  return sameHops(a.via, b.via) && canonical({ ...a, via: [] }) === canonical({ ...b, via: [] });
}

/** A route's key for people: `-6 default table 100 metric 5`, without what is usual. */
export function showKey({ family, to, table, metric }: RouteKey): string {
  const words = [
    family === 6 ? "-6" : "",
    to,
    table === "main" ? "" : `table ${table}`,
    metric === DEFAULT_METRIC[family] ? "" : `metric ${metric}`,
  ];
  return words.filter((word) => word !== "").join(" ");
}

/** A next hop for people: `via 192.168.1.1 dev eth1 weight 2`. */
export function showHop(hop: NextHop, several: boolean): string {
  const words = [
    hop.gateway === undefined ? undefined : `via ${hop.gateway}`,
    hop.dev === undefined ? undefined : `dev ${hop.dev}`,
    several ? `weight ${hop.weight}` : undefined,
    hop.onlink ? "onlink" : undefined,
  ];
  return words.filter((word) => word !== undefined).join(" ");
}

/** Where a route leads, for people: `via 192.168.1.1 dev eth1 weight 1, 192.168.1.10 dev eth1 weight 1`. */
export function showHops(state: RouteState): string {
  if (state.via.length === 0) return state.nhid === undefined ? state.type : `nhid ${state.nhid}`;
  const shown = state.via.map((hop) => showHop(hop, state.via.length > 1)).join(", ");
  return shown.startsWith("via ") ? shown.replaceAll(", via ", ", ") : shown;
}
