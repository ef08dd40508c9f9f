import type { Sh } from "../../model/sh.js";
import { sh } from "../../model/sh.js";

/** Local ports whose flows are predicted for each endpoint at most. One in 512 is found for any weight of a common ratio. */
export const CANDIDATES = 512;

/**
 * Predicted in one go; more only where some gateway has too few of them. So few that the shell can hand them over without a process of its own
 * (a pipe takes 4096 bytes at once, POSIX.1-2017 PIPE_BUF on Linux), and enough for two gateways of one weight.
 */
const CHUNK = 48;

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
pids=
first=$((20000 + $$ * 211 % 12000))
while [ $# -gt 1 ]; do
[ -n "$1" ] || { echo 'route -'; return; }
policy "$1"
look "$1"
echo "policy $1 $policy"
echo "route $1 $route"
ways=
asked_for=0
case $1 in *:*) to="[$1]" ;; *) to=$1 ;; esac
for g in $gateways; do
ports_by "$g"
while [ $n -lt $((probes * ${SPARE})) ] && [ $asked_for -lt ${CANDIDATES} ]; do
more "$1" "$2"
ports_by "$g"
done
i=0
while [ $i -lt $probes ] && [ $i -lt $n ]; do
one $i "$g" "$1" "$2" $ports &
pids="$pids $!"
i=$((i+1))
done
done
shift 2
done
for pid in $pids; do
wait $pid || [ $? -ne 127 ] || exit 127
done
}
more() {
c=$((${CANDIDATES} - asked_for))
[ $c -le ${CHUNK} ] || c=${CHUNK}
ask "$1" "$2" $((first+asked_for)) $c
ways=$ways$(lookup <<ASK
$asked
ASK
)$newline
asked_for=$((asked_for+c))
}
ports_by() {
ports=
n=0
p=$first
IFS=$newline
for way in $ways; do
case "$way " in *" via $1 "*|*" via inet6 $1 "*) ports="$ports $p"; n=$((n+1)) ;; esac
p=$((p+1))
[ $n -lt $((probes * ${SPARE})) ] || break
done
unset IFS
}
one() {
skip=$1 gateway=$2 address=$3 port=$4
shift $((4 + skip))
while [ $# -gt 0 ]; do
connect "$to" $port $wait $1
echo "try $gateway $address $1 $result"
[ $result = busy ] && [ $# -gt $probes ] || return 0
shift $probes
done
}`;
