import type { ErrorData } from "../../model/error.js";
import type { Sh } from "../../model/sh.js";
import { joinSh, sh } from "../../model/sh.js";
import type { HostSession } from "../context.js";
import { detailOf, failedOutput } from "../failed-output.js";
import { ARMED, FOREIGN, HELD, LEASE_REST, leaseGate, leaseSetup, readPairs } from "./lease.js";
import { armGate, disarm, NOT_ARMED } from "./timer.js";

/** Exit status of a gate that finds the timer fired. */
const FIRED = 78;

/** What stands before a script of the shell that holds the lease. */
export function gateOf(
  { lease, arming, armed, ahead }: Pick<HostSession, "lease" | "arming" | "armed" | "ahead">,
  seconds: number,
): { readonly setup: Sh; readonly gate: Sh; readonly rest: Sh } {
  // Looked at again once the group that firing would end is written down: a timer that fires in between would end another.
  const ticks = armed === undefined || arming !== undefined ? [] : [sh`[ -e "$l/armed" ] || exit ${FIRED}`];
  const prepare =
    arming === undefined
      ? ahead.map(alone)
      : [alone(armGate(arming)), ...(ahead.length === 0 ? [] : [orDisarm(ahead, arming.token)])];
  return {
    setup: leaseSetup(lease),
    gate: joinSh([...ticks, leaseGate(lease, seconds), ...ticks, ...prepare]),
    rest: LEASE_REST,
  };
}

const alone = (script: Sh): Sh => sh`(${script}\n)`;

/** Where what must follow the arming fails, nothing was changed, and no timer shall tick for it. */
function orDisarm(scripts: readonly Sh[], token: string): Sh {
  // Behind `||`, `set -e` would not hold inside either (POSIX.1-2017 XCU 2.14, set).
  return sh`set +e
(set -e
${joinSh(scripts)}
)
x=$?
if [ $x -ne 0 ]; then
${disarm(token)}
exit $x
fi
set -e`;
}

/** What a gate that opened has to tell: that the host took a change of an earlier run back by itself. */
export function tidings(said: ReadonlyMap<string, string>): string | undefined {
  const who = said.get("last-who");
  if (who === undefined) return undefined;
  const well = said.get("last-result") === "0" ? "took it back by itself" : "could not take all of it back";
  return `an earlier change by ${who} (run ${said.get("last-run") ?? "unknown"}) was never confirmed, and the host ${well}`;
}

/** A gate that stayed shut because a timer of another run is armed. */
export interface ArmedByAnother {
  /** Seconds until it fires; below 0 where it should have. */
  readonly left: number;
  /** Whether the run that armed it still holds its shell there. */
  readonly alive: boolean;
}

/** What another's timer looks like, if that is why the gate stayed shut. */
export function armedByAnother(exit: number, output: string): ArmedByAnother | undefined {
  if (exit !== ARMED) return undefined;
  const said = readPairs(output);
  return { left: Number(said.get("left")), alive: said.get("alive") === "yes" };
}

/** The error for a change whose time was over before it was confirmed. */
export function timerFired(host: string): ErrorData {
  return {
    code: "not-confirmed",
    message: "the timer fired before the change was confirmed",
    place: { host, at: "confirm" },
    hint: "The host or the way to it may be slow: give it more time with --confirm-timeout.",
  };
}

/**
 * The error for a gate that stayed shut.
 * @param guarded Whether a timer is armed already: then something was changed before.
 */
export function gateError(host: string, exit: number, output: string, guarded: boolean): ErrorData {
  const said = readPairs(output);
  const detail = detailOf(output, false);
  if (exit === HELD || exit === ARMED) {
    const who = said.get("who") || "somebody";
    const since = said.get("since") || "an unknown time";
    const armed = exit === ARMED ? `, with a timer armed that fires in ${said.get("left")} s` : "";
    return {
      code: "lease-held",
      message: `${who} is changing this host since ${since} (run ${said.get("run") || "unknown"})${armed}`,
      place: { host, at: "lease" },
      hint: `Wait for that run to end, then run again.${exit === HELD ? untilWhen(Number(said.get("left"))) : ""}`,
    };
  }
  if (exit === FIRED) return timerFired(host);
  if (exit === FOREIGN) {
    return {
      code: "guard-not-armed",
      message: `the folder ${said.get("folder") ?? "for the lease"} can't be used: it is not there, not ours, or a link`,
      place: { host, at: "lease" },
      hint: "Look who made it; it is made by Surefoot and gone after each run.",
      ...detail,
    };
  }
  const known = failedOutput({ host, at: "guard" }, output, false);
  return (
    known ?? {
      code: "guard-not-armed",
      message:
        exit === NOT_ARMED
          ? "the timer that would take the change back could not be armed; nothing was changed"
          : guarded
            ? "the host could not be made ready to write what lasts beyond a boot"
            : "the host could not be made ready for a change; nothing was changed",
      place: { host, at: "guard" },
      hint: "The detail shows what the host printed. A full disk at /run, or a systemd that does not answer, are likely.",
      ...detail,
    }
  );
}

/** When another's lease ends at the latest. */
function untilWhen(left: number): string {
  return left > 0 ? ` Should its controller be gone, the lease ends in ${left} s at the latest.` : "";
}
