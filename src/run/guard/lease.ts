import type { Sh } from "../../model/sh.js";
import { sh } from "../../model/sh.js";
import { UPTIME, whereSh } from "./where.js";

/** What one run writes into the leases that it takes. */
export interface Lease {
  /** Tells this run's lease on this host from all others. */
  readonly token: string;
  readonly run: string;
  /** Who runs it and from where: `ops@bastion (pid 4711)`. */
  readonly who: string;
  /** ISO 8601 in UTC, by the controller's clock. */
  readonly since: string;
  /** Folder on the host; see {@link whereSh}. */
  readonly dir: string | undefined;
}

/** Exit statuses by which the gate says why it stays shut. */
export const HELD = 75;
export const ARMED = 76;
export const FOREIGN = 74;

/** Longest time that a shell may be silent and still hold its lease, beyond what its script may take, in seconds. */
const SLACK_S = 120;

/**
 * Run in the shell that holds the lease: defines `hold SECONDS`, and gives it back when the shell ends, however the connection ends. While a timer is armed the lease
 * stays, for what the timer will do. A signal that kills passes by what is to be done at the end: so does SIGPIPE, for what is said to nobody any more. GNU rm takes files and empty folders in one go; where it can't, the lease is ours still.
 */
export function leaseSetup(lease: Lease): Sh {
  return sh`${whereSh(lease.dir)}
hold() {
${UPTIME}
read -r x <"/proc/$$/stat"
set -- "$1" \${x##*") "}
printf '%s=%s\\n' token ${lease.token} pid $$ start "\${21}" until $((up+$1)) who ${lease.who} run ${lease.run} since ${lease.since} >"$l/owner"
group=\${4}
}
ours() { [ ! -e "$l/armed" ] && [ ! -e "$l/fired" ] && { read -r a; read -r b; } 2>/dev/null <"$l/owner" && [ "$a $b" = "token=${lease.token} pid=$$" ]; }
trap 'exit 141' PIPE
trap 'if ours; then rm -df "$l"/* "$l" "$d" || ! ours || { rm -rf "$l"; rmdir "$d"; }; fi 2>/dev/null' EXIT`;
}

/** Behind a script: from now on the lease is held for as long as a shell may be silent, and not for what the script might have taken. */
export const LEASE_REST = sh`! ours || hold ${SLACK_S}`;

/**
 * Takes the lease, or makes sure that it is still ours: mkdir(2) lets one alone succeed. A lease is another's as long as the shell that
 * took it runs, told by its number and start time (proc_pid_stat(5), field 22), and its time is not over; while a timer is armed, or the host takes
 * a change back, it is nobody else's. Prints `key=value` lines: who holds it, or what a timer took back before.
 * @param seconds Longest time that this script may take.
 */
export function leaseGate(lease: Lease, seconds: number): Sh {
  return sh`umask 077
${UPTIME}
runs() {
s=$2
[ -n "$1" ] && read -r x 2>/dev/null <"/proc/$1/stat" || return 1
set -- \${x##*") "}
[ "\${20}" = "$s" ]
}
tries=0
while
[ -d "$d" ] || mkdir -p "$d"
[ -O "$d" ] && [ ! -h "$d" ] || { echo "folder=$d"; exit ${FOREIGN}; }
[ -d "$l" ] || ! mkdir "$l" 2>/dev/null
do
token= pid= start= until=0 who= run= since=
while IFS== read -r k v; do
case $k in token) token=$v ;; pid) pid=$v ;; start) start=$v ;; until) until=$v ;; who) who=$v ;; run) run=$v ;; since) since=$v ;; esac
done 2>/dev/null <"$l/owner" || :
[ "$token" != ${lease.token} ] || break
alive=
! runs "$pid" "$start" || alive=yes
if [ -e "$l/armed" ]; then
read -r end <"$l/armed" || end=$up
printf '%s=%s\\n' who "$who" run "$run" since "$since" alive "$alive" left $((end-up))
exit ${ARMED}
fi
if [ -e "$l/fired" ] && read -r pid start 2>/dev/null <"$l/undoing" && runs "$pid" "$start"; then
printf '%s=%s\\n' who "$who" run "$run" since "$since" alive '' left 0
exit ${ARMED}
fi
if [ -n "$alive" ] && [ "$up" -lt "$until" ]; then
printf '%s=%s\\n' who "$who" run "$run" since "$since" left $((until-up))
exit ${HELD}
fi
tries=$((tries+1))
if [ -z "$token" ] && [ $tries -le 2 ]; then sleep 1; continue; fi
mv "$l" "$d/stale.$$" 2>/dev/null && rm -rf "$d/stale.$$" || :
[ $tries -le 9 ] || exit ${HELD}
done
hold ${seconds + SLACK_S}
echo "$group" >"$l/group"
if [ -d "$d/last" ]; then sed 's/^/last-/' "$d/last/owner"; rm -rf "$d/last"; fi`;
}

/** `key=value` lines as a record. */
export function readPairs(text: string): ReadonlyMap<string, string> {
  return new Map(
    text.split("\n").flatMap((line): (readonly [string, string])[] => {
      const at = line.indexOf("=");
      return at < 0 ? [] : [[line.slice(0, at), line.slice(at + 1)]];
    }),
  );
}
