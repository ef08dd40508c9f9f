/**
 * A kernel parameter's name as sysctl.d(5) reads it: where the first separator is a dot, dots separate and slashes stand for dots inside
 * a part; where it is a slash, slashes separate and dots are just dots.
 * @returns the path below /proc/sys: `net/ipv4/conf/eth1.100/rp_filter`.
 */
export function sysctlPath(key: string): string {
  const first = /[./]/.exec(key)?.[0];
  const path = first === "." ? key.replace(/[./]/g, (char) => (char === "." ? "/" : ".")) : key;
  return path.replace(/\/{2,}/g, "/").replace(/^\//, "");
}

/** The dotted spelling of a path: `net.ipv4.conf.eth1/100.rp_filter`. */
export function dottedKey(path: string): string {
  return path.replace(/[./]/g, (char) => (char === "/" ? "." : "/"));
}

/** A value as the kernel means it: numbers apart by any white space are the same. */
export function normalValue(value: string): string {
  return value.trim().replace(/\s+/g, " ");
}

/**
 * Parameters that decide whether packets are forwarded, answered, dropped or sent another way (Linux ip-sysctl): changing one can cut
 * the connection that the change travels on. The hash policy and its like are among them: flows that are spread over gateways
 * choose anew.
 */
const CUTTING = new RegExp(
  `^net/(${[
    "ipv4/ip_forward",
    "ipv4/conf/[^/]+/(rp_filter|forwarding|src_valid_mark|accept_local|route_localnet|ignore_routes_with_linkdown)",
    "ipv4/conf/[^/]+/(arp_\\w+|drop_\\w+|disable_policy|disable_xfrm|promote_secondaries)",
    "ipv6/conf/[^/]+/(forwarding|force_forwarding|disable_ipv6|accept_ra\\w*|ignore_routes_with_linkdown|drop_\\w+)",
    "ipv[46]/fib_multipath_\\w+",
    "bridge/bridge-nf-\\w+(-\\w+)*",
  ].join("|")})$`,
);

/** Whether changing a parameter can cut the connection that the change travels on. */
export function canCut(path: string): boolean {
  return CUTTING.test(path);
}

/**
 * Whether a parameter works on all ways alike by which a host answers: how flows are shared by them, whether it forwards, and what may come in by which
 * interface (Linux ip-sysctl). Others of an interface can break the ways through it alone, and leave the routes as they read.
 */
export function sharedByWays(path: string): boolean {
  return /^net\/(ipv[46]\/fib_multipath_\w+|ipv4\/ip_forward|ipv4\/conf\/[^/]+\/rp_filter)$/.test(path);
}

/** A parameter of an interface of which the kernel uses the larger of `all` and the interface's own. */
export interface LargerOf {
  /** Path with the interface's name left open, as a shell pattern: `net/ipv4/conf/STAR/rp_filter`. */
  readonly before: string;
  readonly after: string;
  readonly interface: string;
}

/**
 * Takes the path of a parameter apart of which the kernel uses the larger of `conf/all` and `conf/INTERFACE` (Linux ip-sysctl:
 * rp_filter, arp_ignore, arp_announce); null for any other.
 */
export function largerOf(path: string): LargerOf | null {
  const [, before, name, after] =
    /^(net\/ipv4\/conf\/)([^/]+)(\/(?:rp_filter|arp_ignore|arp_announce))$/.exec(path) ?? [];
  if (before === undefined || name === undefined || after === undefined) return null;
  return { before, after, interface: name };
}
