import type { Sh } from "../../model/sh.js";
import { joinSh, sh, trustedSh } from "../../model/sh.js";
import { NFT_TABLE, RUN } from "./names.js";
import type { PinnedParams } from "./params.js";
import { devsOf } from "./params.js";

/** A gateway with the numbers that stand for it. */
export interface Pin {
  /** From 1. */
  readonly number: number;
  readonly address: string;
  readonly weight: number;
  /** `0x10000`: the bits of packet and connection marks that mean it. */
  readonly mark: string;
  readonly table: number;
  /** Priority of the rule that lets its packets use all routes of the main table but the default, and of the one that sends the rest to it. */
  readonly priorities: readonly [specific: number, own: number];
}

const hex = (value: number): string => `0x${value.toString(16)}`;

/** The numbers that stand for each gateway. */
export function pinsOf(p: PinnedParams): readonly Pin[] {
  return p.gateways.map(({ address, weight }, i) => ({
    number: i + 1,
    address,
    weight,
    // Multiplied, for shifts work on signed numbers of 32 bits.
    mark: hex((i + 1) * 2 ** p.markShift),
    table: p.table + i,
    priorities: [p.priority + 2 * i, p.priority + 2 * i + 1],
  }));
}

/** The interface that faces all of them. */
function devOf(p: PinnedParams): string {
  return devsOf(p)[0] ?? "";
}

/** The bits of a mark that are ours. */
export function maskOf(p: PinnedParams): string {
  return hex(0xff * 2 ** p.markShift);
}

/**
 * The table without the choice, which the service fills. New connections get a mark in `choose`, unless they have that of a gateway that is
 * in use: a repeated SYN stays where it is, one that was sent to a gateway that has died since is sent elsewhere, whatever is left of an
 * older connection from the same port. Connections that were there before carry no mark and go on by the main table's route, as do all where
 * the table is gone.
 */
function ruleset(p: PinnedParams): string {
  const pins = pinsOf(p);
  const mask = maskOf(p);
  const others = hex(0xffffffff - 0xff * 2 ** p.markShift);
  return [
    `table ip ${NFT_TABLE} {`,
    ...pins.map(
      ({ number, mark }) => `  chain gateway${number} { ct mark set ct mark & ${others} | ${mark}; }`,
    ),
    ...pins.map(
      ({ number, mark }) => `  chain mark${number} { meta mark set meta mark & ${others} | ${mark}; }`,
    ),
    "  chain choose { }",
    "  chain output {",
    "    type route hook output priority mangle; policy accept;",
    `    oifname != "${devOf(p)}" accept`,
    `    meta mark & ${mask} != 0 accept`,
    "    ip daddr 224.0.0.0/3 accept",
    "    tcp flags & (fin|syn|rst|ack) == syn jump choose",
    "    meta l4proto != tcp ct state new jump choose",
    `    ct mark & ${mask} vmap { ${pins.map(({ number, mark }) => `${mark} : goto mark${number}`).join(", ")} }`,
    "  }",
    "}",
    "",
  ].join("\n");
}

const BODY = trustedSh(`
nl='
'

# The choice among the gateways that are given by number.
choice() {
  total=0 map= marks= last=
  for n; do
    eval "weight=\\$weight$n mark=\\$mark$n"
    last=$n
    if [ "$weight" -eq 1 ]; then range=$total; else range=$total-$((total + weight - 1)); fi
    map="$map\${map:+, }$range : goto gateway$n" marks="$marks\${marks:+, }$mark"
    total=$((total + weight))
  done
  echo "flush chain ip $table choose"
  echo "add rule ip $table choose ct mark & $mask { $marks } return"
  if [ $# -eq 1 ]; then echo "add rule ip $table choose goto gateway$last"
  else echo "add rule ip $table choose numgen random mod $total vmap { $map }"; fi
}

# Gateways in use; all of them where none answers: a wrong guess costs no more than giving up.
in_use() {
  live=
  for n in $numbers; do eval "[ \\$up$n -eq 0 ] || live=\\"\\$live $n\\""; done
  echo "\${live:-$numbers}"
}

# Makes all that is missing. Nothing that is so already is written: any change of routes makes sockets choose anew.
assert() {
  rules="$nl$(ip -4 rule show)"
  for n in $numbers; do
    eval "gateway=\\$gateway$n mark=\\$mark$n tables=\\$table$n specific=\\$specific$n own=\\$own$n"
    case $(ip -4 route show table "$tables" 2>/dev/null) in
    "default via $gateway dev $dev"*) ;;
    *) ip -4 route replace default via "$gateway" dev "$dev" table "$tables" || return 1 ;;
    esac
    case $rules in
    *"$nl$specific:"*) ;;
    *) ip -4 rule add priority "$specific" fwmark "$mark/$mask" lookup main suppress_prefixlength 0 || return 1 ;;
    esac
    case $rules in
    *"$nl$own:"*) ;;
    *) ip -4 rule add priority "$own" fwmark "$mark/$mask" lookup "$tables" || return 1 ;;
    esac
  done
  present || {
    { echo "add table ip $table; delete table ip $table"; echo "$ruleset"; choice $(in_use); } | nft -f - || return 1
    echo "table $table made"
  }
}

present() {
  case $(nft list table ip "$table" 2>/dev/null) in *" return"*"jump choose"*) ;; *) return 1 ;; esac
}

up() {
  mkdir -p "$run"
  for n in $numbers; do eval "up$n=1"; done
  assert || exit 1
}

# Succeeds where any target answers through the gateway whose mark is given.
probe() {
  pids= found=1
  for target in $targets; do ping -n -q -c 1 -W "$patience" -m "$(($1))" "$target" > /dev/null 2>&1 & pids="$pids $!"; done
  for pid in $pids; do ! wait "$pid" || found=0; done
  return $found
}

# Counts what a probe came to; true where the gateway came or went by it.
count() {
  eval "state=\\$up$1 count=\\$count$1"
  if [ "$state" -eq "$2" ]; then count=0; else count=$((count + 1)); fi
  if [ "$state" -eq 1 ]; then limit=$misses; else limit=$hits; fi
  if [ "$count" -lt "$limit" ]; then eval "count$1=$count"; return 1; fi
  eval "count$1=0 up$1=$2 since$1=$(date -u +%Y-%m-%dT%H:%M:%SZ) gateway=\\$gateway$1"
  if [ "$2" -eq 1 ]; then echo "$gateway is in use again"; else echo "$gateway is out"; fi
}

choose() {
  choice $(in_use) | nft -f -
  for n in $numbers; do eval "[ \\$up$n -eq 1 ] || echo \\"\\$gateway$n \\$since$n\\""; done > "$run/out.new"
  mv "$run/out.new" "$run/out"
}

watch() {
  for n in $numbers; do eval "up$n=1 count$n=0"; done
  choose
  round=0
  while :; do
    sleep "$interval" &
    tick=$!
    for n in $numbers; do eval "probe \\$mark$n & pid$n=\\$!"; done
    changed=
    for n in $numbers; do
      eval "pid=\\$pid$n"
      if wait "$pid"; then answer=1; else answer=0; fi
      ! count "$n" "$answer" || changed=yes
    done
    [ -z "$changed" ] || choose
    round=$((round + 1))
    if [ $((round % 5)) -eq 0 ] || ! present; then assert; fi
    wait "$tick"
  done
}

# Left to itself, the choice is among all.
ended() {
  rm -f "$run/out"
  ! present || choice $numbers | nft -f -
}

down() {
  ! command -v nft > /dev/null || nft "add table ip $table; delete table ip $table" || exit 1
  for n in $numbers; do
    eval "tables=\\$table$n specific=\\$specific$n own=\\$own$n"
    ip -4 rule del priority "$specific" 2>/dev/null
    ip -4 rule del priority "$own" 2>/dev/null
    ip -4 route flush table "$tables" 2>/dev/null
  done
  rm -rf "$run"
}

case $1 in
up | watch | ended | down) "$1" ;;
esac
`);

/** Part of the interval that a probe waits for its answer: so two misses are known two and a half intervals after a death at the latest. */
const PATIENCE = 0.5;

/** The program of mode pinned. */
export function pinnedScript(p: PinnedParams): Sh {
  const pins = pinsOf(p);
  const numbers = pins.map(
    ({ number, address, weight, mark, table, priorities: [specific, own] }) =>
      sh`gateway${number}=${address} weight${number}=${weight} mark${number}=${mark} table${number}=${table} specific${number}=${specific} own${number}=${own}`,
  );
  return sh`run=${RUN}
table=${NFT_TABLE}
dev=${devOf(p)}
mask=${maskOf(p)}
numbers=${pins.map(({ number }) => number).join(" ")}
${joinSh(numbers)}
targets=${p.targets.join(" ")}
interval=${p.interval} patience=${Math.round(p.interval * PATIENCE * 1000) / 1000}
misses=${p.misses} hits=${p.hits}
ruleset=${ruleset(p)}
${BODY}`;
}
