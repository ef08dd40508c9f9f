import type { Params } from "./params.js";

/** The first version that knows weights of next hops and merges single-hop routes of one metric into one (its NEWS for 1.42). */
const FIRST = [1, 42] as const;

/** Whether a version of NetworkManager can hold a route with several next hops. */
export function knowsWeights(version: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major > FIRST[0] || (major === FIRST[0] && minor >= FIRST[1]);
}

/**
 * The profile's routes with ours: a single-hop default of metric 0 per gateway. The profile's own gateway and a DHCP server's stay: their
 * metric (100 for Ethernet) is higher, so that they serve only where ours is gone.
 */
export function withRoutes({ via }: Params, routes: readonly string[]): readonly string[] {
  const others = routes.filter((route) => !/^0\.0\.0\.0\/0 \S+ 0( |$)/.test(route));
  return [...others, ...via.map(({ gateway, weight }) => `0.0.0.0/0 ${gateway} 0 weight=${weight}`)];
}
