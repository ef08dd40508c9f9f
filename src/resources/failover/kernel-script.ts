import type { Sh } from "../../model/sh.js";
import { sh, trustedSh } from "../../model/sh.js";
import { RUN } from "./names.js";
import type { KernelParams } from "./params.js";

/**
 * Settings under which the kernel finds a dead neighbour in 2 to 3 seconds, as measured on Linux 6.18 (docs/failover.md): milliseconds,
 * seconds and probes (arp(7), Linux ip-sysctl). The first makes a route with several next hops avoid those that don't answer.
 */
export function kernelSettings(dev: string): ReadonlyMap<string, number> {
  const neighbour = `net/ipv4/neigh/${dev}`;
  return new Map([
    ["net/ipv4/fib_multipath_use_neigh", 1],
    [`${neighbour}/base_reachable_time_ms`, 1000],
    [`${neighbour}/delay_first_probe_time`, 1],
    [`${neighbour}/retrans_time_ms`, 250],
    [`${neighbour}/ucast_solicit`, 2],
    [`${neighbour}/mcast_solicit`, 1],
  ]);
}

/** What is the same for all hosts. */
const BODY = trustedSh(`
nl='
'

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

# The line of a gateway among the neighbours, empty where there is none.
line_of() {
  case "$nl$neighbours" in
  *"$nl$1 "*) line=\${neighbours#*"$1 "}; line=\${line%%"$nl"*} ;;
  *) line= ;;
  esac
}

# Has the kernel itself look after the gateways. What was resolved before keeps its old timers until it is gone.
manage() {
  neighbours=$(ip -4 neigh show dev "$dev") || return 1
  for gateway in $gateways; do
    line_of "$gateway"
    case $line in
    *managed*FAILED* | *managed*INCOMPLETE*) ip -4 neigh replace "$gateway" dev "$dev" managed extern_learn || return 1 ;;
    *managed*) ;;
    *)
      [ -z "$line" ] || ip -4 neigh del "$gateway" dev "$dev" 2>/dev/null
      ip -4 neigh replace "$gateway" dev "$dev" managed extern_learn || return 1
      echo "$gateway is looked after by the kernel"
      ;;
    esac
  done
}

# Where the kernel or its tools can't (before 5.16), traffic keeps the neighbours' state fresh.
ping_all() {
  for gateway in $gateways; do
    name=$(echo "$gateway" | tr . _)
    eval "pid=\\\${ping_$name:-}"
    if [ -n "$pid" ] && kill -0 "$pid" 2>/dev/null; then continue; fi
    ping -n -q -i 1 "$gateway" > /dev/null 2>&1 &
    eval "ping_$name=$!"
  done
}

up() {
  mkdir -p "$run"
  [ -d "/proc/sys/net/ipv4/neigh/$dev" ] || { echo "there is no interface $dev" >&2; exit 1; }
  settings || exit 1
  if said=$(manage 2>&1); then
    how=managed
  elif command -v ping > /dev/null; then
    how=ping
    for gateway in $gateways; do ip -4 neigh del "$gateway" dev "$dev" 2>/dev/null; done
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
  for gateway in $gateways; do ip -4 neigh del "$gateway" dev "$dev" 2>/dev/null; done
  rm -rf "$run"
}

case $1 in
up | watch | down) "$1" ;;
ended) ;;
esac
`);

/** The program of mode kernel. */
export function kernelScript(p: KernelParams): Sh {
  const values = [...kernelSettings(p.interface)].map(([key, value]) => `${key}=${value}`).join(" ");
  return sh`run=${RUN}
dev=${p.interface}
gateways=${p.gateways.map(({ address }) => address).join(" ")}
values=${values}
${BODY}`;
}
