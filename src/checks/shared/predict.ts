import type { Sh } from "../../model/sh.js";
import { sh } from "../../model/sh.js";
import { canonicalAddress } from "./params.js";

/**
 * Fails where `ip` is missing, and defines `policy ADDRESS`, which sets `$policy` to the hash policy of the address's family. The kernel gives a
 * number to the first read(2) only, and a shell may read byte by byte: of a policy, one digit, that is the whole.
 */
export const IP: Sh = sh`command -v ip >/dev/null 2>&1 || { echo 'ip is not on the host' >&2; exit 127; }
policy() {
policy=
case $1 in *:*) f=ipv6 ;; *) f=ipv4 ;; esac
{ read -r policy </proc/sys/net/$f/fib_multipath_hash_policy; } 2>/dev/null || :
: "\${policy:=0}"
}`;

/** Flows that are asked for in one piece by `predict`. */
const BLOCK = 64;

/**
 * Defines what asks the kernel which way flows would take, without any packet:
 *
 *   look ADDRESS                      sets `$route` to the route that holds for it and `$source` to the address that the host would connect
 *                                     from, both by one process
 *   ask ADDRESS PORT FIRST COUNT      behind `look`: sets `$asked` to what `lookup` is to be asked of flows from so many local ports
 *   predict ADDRESS PORT FIRST COUNT  behind `look`: prints the way of each of them, a line each; nothing where there is no route
 *
 * The source address must be named, for it is part of the hash (Linux ip-sysctl, fib_multipath_hash_policy); without it the kernel answers
 * for another flow. Where the next hops are on several interfaces, each flow gets its source by a look-up of its own, as connect(2) does:
 * one source for all would be that of one interface, which newer kernels stay with. TCP is written as 6 because a small system has no
 * /etc/protocols.
 *
 * `lookup` takes the place of its subshell: of a pipe or a substitution.
 *
 * `look` asks for the way before and behind the route: of three lines the second is the route's; two come where ip(8) or the kernel is too
 * old for `fibmatch`.
 */
export const PREDICT: Sh = sh`newline='
'
lookup() { exec ip -o -force -batch - 2>/dev/null; }
look() {
route= source= several= dev=
looked=$(lookup <<LOOK
route get $1
route get fibmatch $1
route get $1
LOOK
)
case $looked in
*"$newline"*"$newline"*) route=\${looked#*"$newline"}; route=\${route%%"$newline"*} ;;
*"$newline"*) ;;
*) route=$looked; looked= ;;
esac
looked=\${looked%%"$newline"*}
case $looked in *' src '*) source=\${looked#*' src '}; source=\${source%% *} ;; esac
set -- $route
while [ $# -gt 1 ]; do
if [ "$1" = dev ]; then
[ -z "$dev" ] || [ "$dev" = "$2" ] || several=yes
dev=$2
fi
shift
done
[ -z "$several" ] || source=
}
ask() {
asked=
[ -n "$source$several" ] || return 0
i=0
while [ $i -lt $4 ]; do
asked="\${asked}route get $1\${source:+ from $source} ipproto 6 sport $(($3+i)) dport $2$newline"
i=$((i+1))
done
[ -n "$several" ] || return 0
sources=$(printf %s "$asked" | lookup | sed -n 's/.* src \\([^ ]*\\).*/\\1/p')
asked=
i=0
for s in $sources; do
asked="\${asked}route get $1 from $s ipproto 6 sport $(($3+i)) dport $2$newline"
i=$((i+1))
done
}
predict() {
i=0
while [ $i -lt $4 ]; do
[ $(($4-i)) -gt ${BLOCK} ] && n=${BLOCK} || n=$(($4-i))
k=$((i+n))
ask "$1" "$2" $(($3+i)) $n
printf %s "$asked"
i=$k
done | lookup
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
