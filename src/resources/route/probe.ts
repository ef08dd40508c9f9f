import type { Sh } from "../../model/sh.js";
import { sh } from "../../model/sh.js";
import type { Family } from "./address.js";

/** What the probe prints where `ip` is not iproute2's. */
export const NOT_IPROUTE2 = "this ip is not iproute2's";

/**
 * Prints a table's routes of one family as JSON, one script for all tasks on that table. Where a route leads to a nexthop object and the
 * kernel does not say what that holds (Linux ip-sysctl, nexthop_compat_mode) all objects follow as JSON. Where a route carries more than
 * JSON tells in full (locks, units, realms, encapsulation) the same as text follows, a line for each. A table that no route has made yet
 * is empty.
 */
export function routesProbe(family: Family, table: string): Sh {
  const list = sh`-d -${family} route show table ${table}`;
  return sh`if o=$(ip -j ${list} 2>&1); then
printf '%s\\n' "$o"
case $o in *'"nhid":'*) [ "$(cat /proc/sys/net/ipv4/nexthop_compat_mode 2>/dev/null)" != 0 ] || ip -N -d -j nexthop show 2>&1 ;; esac
case $o in *'"metrics":'*|*'"flow":'*|*'"encap":'*) exec ip ${list} ;; esac
exit 0
fi
case $o in *'FIB table does not exist'*) echo '[]'; exit 0 ;; esac
case $(ip -V 2>&1) in
*iproute2*) printf '%s\\n' "$o" >&2; exit 1 ;;
*) echo ${NOT_IPROUTE2} ;;
esac`;
}
