import type { Sh } from "../../model/sh.js";
import { sh } from "../../model/sh.js";
import { canonicalAddress } from "./params.js";

/** Fails where `ip` is missing, and defines `policy ADDRESS`, which prints the hash policy of the address's family. */
export const IP: Sh = sh`command -v ip >/dev/null 2>&1 || { echo 'ip is not on the host' >&2; exit 127; }
policy() { case $1 in *:*) f=6 ;; *) f=4 ;; esac; cat /proc/sys/net/ipv$f/fib_multipath_hash_policy 2>/dev/null || echo 0; }`;

/**
 * Defines `predict DESTINATION PORT FIRST COUNT`: which way each flow from so many local ports would take, one line a flow, by one process
 * and without any packet. Prints nothing where there is no route. The source address must be named, for it is part of the hash
 * (Linux ip-sysctl, fib_multipath_hash_policy); without it the kernel answers for another flow. Where the next hops are on several interfaces, each flow
 * gets its source by a first look-up, as connect(2) does: one source for all would be that of one interface, which newer kernels stay
 * with. TCP is written as 6 because a small system has no /etc/protocols.
 */
export const PREDICT: Sh = sh`source_of() { set -- $(ip -o route get "$1" 2>/dev/null); while [ $# -gt 1 ]; do [ "$1" != src ] || { echo "$2"; return; }; shift; done; }
several() { d=; set -- $(ip -o route get fibmatch "$1" 2>/dev/null); while [ $# -gt 1 ]; do if [ "$1" = dev ]; then [ -z "$d" ] || [ "$d" = "$2" ] || return 0; d=$2; fi; shift; done; return 1; }
sources() {
if several "$1"; then
i=0
while [ $i -lt $4 ]; do
echo "route get $1 ipproto 6 sport $(($3+i)) dport $2"
i=$((i+1))
done | ip -o -force -batch - 2>/dev/null | sed -n 's/.* src \\([^ ]*\\).*/\\1/p'
else
s=$(source_of "$1")
i=0
while [ -n "$s" ] && [ $i -lt $4 ]; do
echo "$s"
i=$((i+1))
done
fi
}
predict() {
sources "$@" | {
i=0
while read -r s; do
echo "route get $1 from $s ipproto 6 sport $(($3+i)) dport $2"
i=$((i+1))
done
} | ip -o -force -batch - 2>/dev/null
}`;

/** A next hop of a route and its weight. */
export interface NextHop {
  readonly gateway: string;
  readonly weight: number;
}

/** Next hops of a route as `ip -o route get fibmatch` prints it: `... nexthop via A dev D weight 1 \ nexthop ...`, or one `via`. */
export function nextHops(route: string): readonly NextHop[] {
  return [...route.matchAll(/ via (?:inet6 )?(\S+)(?: dev \S+)?(?: weight (\d+))?/g)].map((match) => ({
    gateway: canonicalAddress(match[1] ?? ""),
    weight: Number(match[2] ?? 1),
  }));
}

/** What a hash policy looks at for a TCP flow (Linux ip-sysctl, fib_multipath_hash_policy). */
export function isPerFlow(policy: string): boolean {
  return policy === "1" || policy === "3";
}
