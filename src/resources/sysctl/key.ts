/**
 * A kernel parameter's name as sysctl.d(5) reads it: where the first separator is a dot, dots separate and slashes stand for dots inside
 * a part; where it is a slash, it is the other way round.
 * @returns the path below /proc/sys: `net/ipv4/conf/eth1.100/rp_filter`.
 */
export function sysctlPath(key: string): string {
  const first = /[./]/.exec(key)?.[0];
  if (first !== ".") return key;
  return key.replace(/[./]/g, (char) => (char === "." ? "/" : "."));
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
 * Parameters that decide whether packets are forwarded, answered or dropped (Linux ip-sysctl): a wrong value can cut the connection.
 */
const CUTTING =
  /^net\/ipv[46]\/(ip_forward|conf\/[^/]+\/(rp_filter|forwarding|mc_forwarding|accept_local|route_localnet|arp_\w+|disable_ipv6|disable_policy|accept_ra\w*|src_valid_mark|force_forwarding))$/;

/** Whether changing a parameter can cut the connection that the change travels on. */
export function canCut(path: string): boolean {
  return CUTTING.test(path);
}
