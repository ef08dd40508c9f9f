import type { Sh } from "../../model/sh.js";
import { sh, trustedSh } from "../../model/sh.js";
import { RUN } from "./names.js";
import type { KernelParams } from "./params.js";

/**
 * Settings under which the kernel finds a dead neighbour in 2 to 3 seconds, as measured on Linux 6.18 (docs/failover.md): milliseconds,
 * seconds and probes (arp(7), Linux ip-sysctl). The first makes an IPv4 route with several next hops avoid those that don't answer; an IPv6 route does so
 * by itself on a host that does not forward (rt6_score_route in net/ipv6/route.c).
 */
export function kernelSettings(p: Pick<KernelParams, "gateways">): ReadonlyMap<string, number> {
  const links = new Set(p.gateways.map(({ family, dev }) => `net/ipv${family}/neigh/${dev}`));
  return new Map([
    ...(p.gateways.some(({ family }) => family === 4)
      ? [["net/ipv4/fib_multipath_use_neigh", 1] as const]
      : []),
    ...[...links].flatMap((link) => [
      [`${link}/base_reachable_time_ms`, 1000] as const,
      [`${link}/delay_first_probe_time`, 1] as const,
      [`${link}/retrans_time_ms`, 250] as const,
      [`${link}/ucast_solicit`, 2] as const,
      [`${link}/mcast_solicit`, 1] as const,
    ]),
  ]);
}

/** What is the same for all hosts. */
const BODY = trustedSh(`
# Writes what is not as it shall be, and remembers what was there before the first time. The kernel rounds times up to its clock's ticks, so
# what it made of them is what is looked for later.
settings() {
  files=
  for one in $values; do files="$files /proc/sys/\${one%%=*}"; done
  now=$(cat $files) || return 1
  [ "$now" != "$(cat "$run/settled" 2>/dev/null)" ] || return 0
  for one in $values; do
    key=\${one%%=*} value=\${one#*=}
    was=$(cat "/proc/sys/$key") || return 1
    [ "$was" != "$value" ] || continue
    grep -qs "^$key=" "$run/before" || echo "$key=$was" >> "$run/before"
    echo "$value" > "/proc/sys/$key" || return 1
    echo "$key set to $value (was $was)"
  done
  cat $files > "$run/settled"
}

# Takes a way apart: family/interface/gateway.
part() {
  family=\${1%%/*} dev=\${1#*/} gateway=\${1##*/}
  dev=\${dev%%/*}
}

forget() { ip "-$family" neigh del "$gateway" dev "$dev" 2>/dev/null; }

# Has the kernel itself look after the gateways. What was resolved before keeps its old timers until it is gone.
manage() {
  for way in $ways; do
    part "$way"
    line=$(ip "-$family" neigh show "$gateway" dev "$dev") || return 1
    case $line in
    *managed*FAILED* | *managed*INCOMPLETE*) ip "-$family" neigh replace "$gateway" dev "$dev" managed extern_learn || return 1 ;;
    *managed*) ;;
    *)
      [ -z "$line" ] || forget
      ip "-$family" neigh replace "$gateway" dev "$dev" managed extern_learn || return 1
      echo "$gateway is looked after by the kernel"
      ;;
    esac
  done
}

# Where the kernel or its tools can't (before 5.16), traffic keeps the neighbours' state fresh.
ping_all() {
  number=0
  for way in $ways; do
    part "$way"
    number=$((number + 1))
    eval "pid=\\\${ping_$number:-}"
    if [ -n "$pid" ] && kill -0 "$pid" 2>/dev/null; then continue; fi
    if [ "$family" = 4 ]; then set -- ping; else set -- ping -6 -I "$dev"; fi
    "$@" -n -q -i 1 "$gateway" > /dev/null 2>&1 &
    eval "ping_$number=$!"
  done
}

up() {
  mkdir -p "$run"
  for way in $ways; do
    part "$way"
    [ -d "/proc/sys/net/ipv$family/neigh/$dev" ] || { echo "there is no interface $dev" >&2; exit 1; }
  done
  settings || exit 1
  if said=$(manage 2>&1); then
    how=managed
  elif command -v ping > /dev/null; then
    how=ping
    for way in $ways; do part "$way"; forget; done
  else
    printf '%s\\n' "$said" "neither managed neighbours (kernel and iproute2 5.16) nor ping are there" >&2
    exit 1
  fi
  printf '%s\\n' "$said"
  echo "$how" > "$run/how"
}

watch() {
  how=$(cat "$run/how")
  while :; do
    settings
    if [ "$how" = managed ]; then manage; else ping_all; fi
    sleep 2
  done
}

down() {
  [ ! -e "$run/before" ] || while IFS== read -r key value; do
    [ ! -e "/proc/sys/$key" ] || echo "$value" > "/proc/sys/$key"
  done < "$run/before"
  for way in $ways; do part "$way"; forget; done
  rm -rf "$run"
}

case $1 in
up | watch | down) "$1" ;;
ended) ;;
esac
`);

/** The program of mode kernel. */
export function kernelScript(p: KernelParams): Sh {
  const values = [...kernelSettings(p)].map(([key, value]) => `${key}=${value}`).join(" ");
  return sh`run=${RUN}
ways=${p.gateways.map(({ family, dev, address }) => `${family}/${dev}/${address}`).join(" ")}
values=${values}
${BODY}`;
}
