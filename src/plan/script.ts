import type { Sh } from "../model/sh.js";
import { joinSh, quote, sh, trustedSh } from "../model/sh.js";

/*
 * One script carries everything that a host is asked in one go. What comes back on stdout is a sequence of frames; a
 * frame starts with a line that begins with the script's random token, so that a banner, an echo in a .bashrc or the
 * output of a step can't be taken for one.
 *
 *   TOKEN hello PID PGID                 the script runs
 *   TOKEN read N                         probe N begins; its stdout follows as it comes
 *   TOKEN probe N EXIT                   probe N ended (a newline is put before, so that the token starts a line)
 *   TOKEN begin N                        step N begins; its output follows as it comes, stdout and stderr together
 *   TOKEN end N EXIT                     step N ended (a newline is put before, as above)
 *   TOKEN begin -2, TOKEN end -2 EXIT    the step that waits for all probes to print what was foreseen
 *   TOKEN bye                            the script came to its end, or to a step that failed
 *
 * A probe's stderr goes to stderr, behind a line `TOKEN probe N`; the script ends there too with `TOKEN bye`.
 */

/** A script ready to be sent, with the token that its frames bear. */
export interface FramedScript {
  readonly script: Sh;
  readonly token: string;
}

/** Probes by number, steps by number: what a script shall do, in this order. */
export interface ScriptParts {
  readonly steps?: readonly Sh[];
  readonly probes?: readonly Sh[];
  /** Run in the shell itself, before all else; must not fail or end it. */
  readonly setup?: Sh;
  /** Run in the shell itself, behind all else and whatever came of it. */
  readonly rest?: Sh;
  /** A step before all others, numbered {@link GATE}: where it fails nothing else is done, whatever `keepGoing` says. */
  readonly gate?: Sh;
  /**
   * A step behind the probes, numbered {@link CONFIRM}, that runs only where each of them ended well and printed, but for newlines at the end, the
   * text given here, or any where that is null; their frames have one newline at the end.
   */
  readonly confirm?: { readonly outputs: readonly (string | null)[]; readonly step: Sh };
  /** Go on with the next step after one that failed (for undo); by default the script ends there. */
  readonly keepGoing?: boolean;
}

/** The number of the gate's frames. */
export const GATE = -1;

/** The number of the frames of what waits for the probes. */
export const CONFIRM = -2;

/**
 * Each body is handed to `eval` as one quoted word inside a subshell of its own: a syntax error, an `exit` or an
 * unbalanced bracket in one can't reach another, nor the framing.
 */
const body = (text: Sh): Sh => trustedSh(`eval ${quote(text.sh)}`);

function probeFrame(probe: Sh, index: number): Sh {
  return sh`printf '%s probe %s\\n' "$T" ${index} >&2
printf '%s read %s\\n' "$T" ${index}
(${body(probe)}) </dev/null
printf '\\n%s probe %s %s\\n' "$T" ${index} $?`;
}

/** A probe whose output is compared with what was foreseen, by the shell itself: no process more, and nothing in the arguments of one. */
function comparedFrame(probe: Sh, index: number, foreseen: string | null): Sh {
  const same = foreseen === null ? sh`` : sh` && [ "$o" = ${foreseen.replace(/\n$/, "")} ]`;
  return sh`printf '%s probe %s\\n' "$T" ${index} >&2
printf '%s read %s\\n' "$T" ${index}
o=$(${body(probe)} </dev/null)
x=$?
[ -z "$o" ] || printf '%s\\n' "$o"
[ $x -eq 0 ]${same} || same=no
printf '\\n%s probe %s %s\\n' "$T" ${index} $x`;
}

function stepFrame(step: Sh, index: number, keepGoing: boolean): Sh {
  const stop = keepGoing ? sh`` : sh`[ $x -eq 0 ] || return 0`;
  return sh`printf '%s begin %s\\n' "$T" ${index}
(set -e; ${body(step)}) </dev/null 2>&1
x=$?
printf '\\n%s end %s %s\\n' "$T" ${index} $x
${stop}`;
}

/**
 * Builds the script of all steps and probes, in a function that is called behind its end: a script that was cut off on its way
 * can't run in part. Locale and PATH are set so that output is not translated and tools in /sbin are found by
 * ordinary users too.
 */
export function framedScript(parts: ScriptParts, token: string): FramedScript {
  const { steps = [], probes = [], keepGoing = false, setup = sh``, rest = sh``, gate, confirm } = parts;
  const reading =
    confirm === undefined
      ? joinSh(probes.map(probeFrame))
      : sh`same=yes
${joinSh(probes.map((probe, i) => comparedFrame(probe, i, confirm.outputs[i] === undefined ? "" : confirm.outputs[i])))}
[ $same = yes ] || return 0
${stepFrame(confirm.step, CONFIRM, true)}`;
  const script = sh`surefoot_main() {
T=${token}
LC_ALL=C
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
export LC_ALL PATH
unset LANGUAGE
umask 022
read -r x x x x g x </proc/self/stat 2>/dev/null
printf '%s hello %s %s\\n' "$T" $$ "$g"
${setup}
${gate === undefined ? sh`` : stepFrame(gate, GATE, false)}
${joinSh(steps.map((step, i) => stepFrame(step, i, keepGoing)))}
${reading}
}
surefoot_main
${rest}
printf '%s bye\\n' "$T" >&2
printf '%s bye\\n' "$T"
`;
  return { script, token };
}
