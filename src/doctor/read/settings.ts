import { ProbeError } from "../../model/resource.js";
import type { Sh } from "../../model/sh.js";
import { sh } from "../../model/sh.js";
import { normalValue } from "../../resources/sysctl/key.js";

/** Live values of kernel parameters by path below /proc/sys. */
export type Settings = ReadonlyMap<string, string>;

/** The parameters that decide how flows are spread and what is dropped, each behind its path. What a kernel lacks is left out. */
export const SETTINGS: Sh = sh`cd /proc/sys/net || exit
grep -s '' ipv4/fib_multipath_* ipv6/fib_multipath_hash_policy ipv4/ip_forward ipv4/conf/*/rp_filter ipv4/conf/*/ignore_routes_with_linkdown ipv4/neigh/default/gc_thresh[13] /dev/null || [ $? -eq 2 ]`;

/**
 * Reads the output of {@link SETTINGS}.
 * @throws ProbeError where one is missing that every kernel has.
 */
export function parseSettings(output: string): Settings {
  const rows = [...output.matchAll(/^(\S+):(.*)$/gm)];
  const settings = new Map(rows.map(([, path = "", value = ""]) => [`net/${path}`, normalValue(value)]));
  if (!settings.has("net/ipv4/ip_forward"))
    throw new ProbeError("/proc/sys/net/ipv4 has no ip_forward", "Is /proc mounted on the host?");
  return settings;
}

/** How often the kernel dropped a packet since boot as its reverse path was wrong. */
export const DROPS: Sh = sh`exec grep '^TcpExt:' /proc/net/netstat`;

/** Reads the output of {@link DROPS}: names on a line, numbers on the next; null where the kernel does not count it. */
export function parseDrops(output: string): number | null {
  const [names = [], numbers = []] = output.split("\n").map((line) => line.split(" "));
  const at = names.indexOf("IPReversePathFilter");
  return at < 0 ? null : Number(numbers[at] ?? Number.NaN);
}
