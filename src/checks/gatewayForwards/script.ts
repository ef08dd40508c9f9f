import type { Sh } from "../../model/sh.js";
import { sh } from "../../model/sh.js";

/** Local ports whose flows are predicted for each endpoint at most. One in 512 is found for any weight of a common ratio. */
export const CANDIDATES = 512;

/** Predicted in one go; more only where some gateway has too few of them. */
const CHUNK = 64;

/** Ports kept for each connection: some may be taken, for a minute also by what was closed just now (TIME_WAIT). */
const SPARE = 4;

/**
 * Puts the address that the SSH connection comes from in `$c`. sudo takes SSH_CONNECTION away, but its own process, the parent of this
 * shell, was started with it, and root may look.
 */
export const CONTROLLER: Sh = sh`c=\${SSH_CONNECTION:-$(tr '\\0' '\\n' 2>/dev/null </proc/$PPID/environ | sed -n 's/^SSH_CONNECTION=//p')}
c=\${c%% *}`;

/**
 * Defines `try_all "GATEWAYS" PROBES SECONDS ADDRESS PORT [ADDRESS PORT...]`: connects through each gateway from local ports that are predicted
 * to go by it. Prints, behind a word that says what it is:
 *
 *   policy ADDRESS N                  the hash policy of the endpoint's family
 *   route ADDRESS ROUTE               the route that holds for it, all next hops
 *   try GATEWAY ADDRESS PORT RESULT   a connection and how it went, as `connect` says; after `busy` comes another port
 *
 * Ports start at one that differs from run to run, below those that the kernel gives out by itself (Linux ip-sysctl, ip_local_port_range).
 */
export const TRY: Sh = sh`try_all() {
gateways=$1 probes=$2 wait=$3
shift 3
first=$((20000 + $$ * 211 % 12000))
newline='
'
while [ $# -gt 1 ]; do
[ -n "$1" ] || { echo 'route -'; return; }
echo "policy $1 $(policy "$1")"
echo "route $1 $(ip -o route get fibmatch "$1" 2>&1)"
ways=
k=0
while [ $k -lt ${CANDIDATES} ] && ! enough; do
ways=$ways$(predict "$1" "$2" $((first+k)) ${CHUNK})$newline
k=$((k+${CHUNK}))
done
case $1 in *:*) to="[$1]" ;; *) to=$1 ;; esac
for g in $gateways; do
ports=
n=0
p=$first
IFS=$newline
for way in $ways; do
case "$way " in *" via $g "*|*" via inet6 $g "*) ports="$ports $p"; n=$((n+1)) ;; esac
p=$((p+1))
[ $n -lt $((probes * ${SPARE})) ] || break
done
unset IFS
i=0
while [ $i -lt $probes ] && [ $i -lt $n ]; do
one $i "$g" "$1" "$2" $ports &
i=$((i+1))
done
done
shift 2
done
wait
}
enough() {
[ -n "$ways" ] || return 1
for g in $gateways; do
n=0
IFS=$newline
for way in $ways; do
case "$way " in *" via $g "*|*" via inet6 $g "*) n=$((n+1)) ;; esac
[ $n -lt $((probes * ${SPARE})) ] || break
done
unset IFS
[ $n -ge $((probes * ${SPARE})) ] || return 1
done
}
one() {
skip=$1 gateway=$2 address=$3 port=$4
shift $((4 + skip))
while [ $# -gt 0 ]; do
r=$(connect "$to" $port $wait $1)
echo "try $gateway $address $1 $r"
[ $r = busy ] && [ $# -gt $probes ] || return 0
shift $probes
done
}`;
