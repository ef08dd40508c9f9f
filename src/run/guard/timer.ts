import type { Sh } from "../../model/sh.js";
import { sh } from "../../model/sh.js";
import type { UndoStep } from "./undo.js";
import { FORGET_BOOT, undoScript } from "./undo.js";
import { UPTIME } from "./where.js";

/** Exit status of the gate where the timer could not be armed; nothing was changed then. */
export const NOT_ARMED = 77;

/** A dead-man's timer as it is armed. */
export interface Timer {
  /** The lease's token, which names its unit too. */
  readonly token: string;
  readonly dir: string | undefined;
  /** From arming to firing, in whole seconds of monotonic time; it pauses while the host sleeps (systemd.timer(5)). */
  readonly seconds: number;
  readonly undo: readonly UndoStep[];
}

/** The timer's unit, without its type. */
const unitOf = (token: string): string => `surefoot-undo-${token}`;

/**
 * Arms the timer: writes the script that takes everything back, reads it by `sh -n`, and starts the timer by systemd, or by a process of its own
 * where systemd does not run. The default accuracy of a systemd timer is a minute (systemd.timer(5), AccuracySec). Needs `d` and `l`.
 */
export function armGate({ token, dir, seconds, undo }: Timer): Sh {
  const unit = unitOf(token);
  const end = { sh: `UNDO-${token}` };
  // In a folder of a test, nothing of the machine itself is asked for.
  const bySystemd = dir === undefined ? sh`[ -d /run/systemd/system ] && [ -w /run/systemd ]` : sh`false`;
  return sh`cat >"$l/undo.sh" <<'${end}'
${undoScript(undo, { token, unit, dir })}${end}
sh -n "$l/undo.sh" || exit ${NOT_ARMED}
${UPTIME}
[ ! -e "$l/disarmed" ] || rm -f "$l/disarmed"
echo $((up+${seconds})) >"$l/armed"
if ${bySystemd}; then
systemd-run --quiet --collect --unit=${unit} --on-active=${seconds}s --timer-property=AccuracySec=100ms -- /bin/sh "$l/undo.sh" && [ -e /run/systemd/transient/${unit}.timer ]
else
setsid sh -c 'sleep "$1"; exec sh "$2"' sh ${seconds} "$l/undo.sh" </dev/null >/dev/null 2>&1 &
echo $! >"$l/sleeper"
kill -0 $!
fi || { rm -f "$l/armed"; exit ${NOT_ARMED}; }`;
}

/** Disarms the timer, unless it has fired: by the same rename that firing needs. Then takes away what it left. Needs `l`. */
export function disarm(token: string): Sh {
  const unit = unitOf(token);
  return sh`[ -e "$l/disarmed" ] || mv "$l/armed" "$l/disarmed"
if [ -e "$l/sleeper" ]; then read -r s <"$l/sleeper"; kill "$s" 2>/dev/null || :
else systemctl stop ${unit}.timer 2>/dev/null || :
fi
${FORGET_BOOT}`;
}

/**
 * Takes everything back now, by the host itself: it goes on when the connection dies. What the change still runs is ended as when the timer fires, so
 * this is for a shell that has passed no gate since. Does nothing where it is done already. Needs `l`.
 */
export function fire(token: string): Sh {
  const unit = unitOf(token);
  return sh`[ -e "$l/armed" ] || exit 0
if [ -e "$l/sleeper" ] || [ ! -d /run/systemd/system ]; then setsid sh "$l/undo.sh" </dev/null >/dev/null 2>&1 &
else systemctl start --no-block ${unit}.service
fi`;
}

/**
 * Waits until a guard has done its work, and prints what it left: `key=value` lines, then its log behind an empty line. Prints nothing where
 * it is still at work. Needs `d`.
 */
export function awaitFired(token: string, seconds: number): Sh {
  return sh`i=0
until { read -r t; } 2>/dev/null <"$d/last/owner" && [ "$t" = token=${token} ]; do
i=$((i+1))
[ $i -le ${seconds * 5} ] || exit 0
sleep 0.2 2>/dev/null || sleep 1
done
cat "$d/last/owner"
echo
tail -n 20 "$d/last/log" 2>/dev/null || :
rm -rf "$d/last"`;
}

/** Prints how a guard stands: `armed`, `disarmed`, `fired` (at work) or `done` (all was taken back), or `none`. Needs `d` and `l`. */
export function standing(token: string): Sh {
  return sh`t=
{ read -r t; } 2>/dev/null <"$l/owner" || :
if [ "$t" = token=${token} ]; then
for s in armed disarmed fired; do [ ! -e "$l/$s" ] || { echo $s; exit 0; }; done
fi
{ read -r t; } 2>/dev/null <"$d/last/owner" || :
if [ "$t" = token=${token} ]; then echo done; else echo none; fi`;
}
