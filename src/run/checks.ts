import type { Check, CheckOutput, CheckResult } from "../model/check.js";
import { SurefootError } from "../model/error.js";
import type { Task } from "../model/resource.js";
import type { Sh } from "../model/sh.js";
import type { Frame } from "../plan/frames.js";
import type { ProbeBatch, Readings } from "../plan/probe.js";
import { batchProbes } from "../plan/probe.js";
import type { HostSession } from "./context.js";
import { becomes, readingsOf, runAs } from "./read.js";

/** A check with what it found. */
export interface CheckFinding {
  readonly check: Check;
  readonly result: CheckResult;
}

/** How much longer than a check's own time the shell is waited for: the check's time is what shall be said to be over. */
const GRACE_MS = 5_000;

/**
 * Makes checks on the session's host: one script, one round trip, for each user that checks run as. A check that does not end in its own time
 * is unknown; it is killed, and the ones behind it go on in another script.
 * @returns the findings in the order of the checks.
 * @throws SurefootError where the host's shell can't be had, the connection dies, or it is interrupted.
 */
export async function runChecks(
  session: HostSession,
  checks: readonly Check[],
): Promise<readonly CheckFinding[]> {
  return (await readAndCheck(session, [], checks)).findings;
}

/**
 * Reads tasks' things, then makes checks, in the same scripts: no round trip more than one of the two would cost.
 * @throws SurefootError as {@link runChecks} does.
 */
export async function readAndCheck(
  session: HostSession,
  tasks: readonly Task[],
  checks: readonly Check[],
): Promise<{ readonly readings: Readings; readonly findings: readonly CheckFinding[] }> {
  const results = new Map<Check, CheckResult>();
  const parts = await Promise.all(
    [true, false].map(async (become): Promise<Readings> => {
      const mine = checks.filter((check) => checksAs(session, check) === become);
      const batch = batchProbes(tasks.filter((task) => becomes(session, task) === become));
      const outputs = await runScripts(session, become, collect(session, batch.scripts, mine));
      for (const check of mine) results.set(check, judge(check, outputs));
      return readingsFrom(session, become, batch, outputs);
    }),
  );
  const findings = checks.flatMap((check) => {
    const result = results.get(check);
    return result === undefined ? [] : [{ check, result }];
  });
  return { readings: new Map(parts.flatMap((part) => [...part])), findings };
}

function checksAs({ job }: HostSession, check: Check): boolean {
  return check.options.become ?? job.target.become !== null;
}

/** What the outputs say of a batch's tasks; a probe that was killed has none. */
function readingsFrom(
  session: HostSession,
  become: boolean,
  batch: ProbeBatch,
  outputs: ReadonlyMap<string, Ended>,
): Readings {
  const frames: Frame[] = [];
  const errors = new Map<number, string>();
  batch.scripts.forEach((script, probe) => {
    const output = outputs.get(script.sh);
    if (output === undefined || "killedAfter" in output) return;
    frames.push({ type: "probe", probe, exit: output.exit, output: output.stdout });
    errors.set(probe, output.stderr);
  });
  return readingsOf(session, become, batch, { frames, errors });
}

/** A script, by its text, and the longest time that a check gives it. */
interface Timed {
  readonly script: Sh;
  readonly ms: number;
}

/** What came of a script: its output, or the time after which it was killed, in milliseconds. */
type Ended = CheckOutput | { readonly killedAfter: number };

/** Each distinct script once: checks may share some. */
function collect(
  { context }: HostSession,
  probes: readonly Sh[],
  checks: readonly Check[],
): readonly Timed[] {
  const scripts = new Map<string, Timed>();
  for (const script of probes) scripts.set(script.sh, { script, ms: context.timeouts.probeMs });
  for (const check of checks) {
    const ms = check.timeoutSeconds === undefined ? context.timeouts.probeMs : check.timeoutSeconds * 1000;
    for (const script of check.scripts) {
      scripts.set(script.sh, { script, ms: Math.max(ms, scripts.get(script.sh)?.ms ?? 0) });
    }
  }
  return [...scripts.values()];
}

/** Runs scripts one after the other, by text; what hangs costs only itself. */
async function runScripts(
  session: HostSession,
  become: boolean,
  scripts: readonly Timed[],
): Promise<ReadonlyMap<string, Ended>> {
  const ended = new Map<string, Ended>();
  let left = scripts;
  while (left.length > 0) {
    const { outputs, hung } = await runUntilHung(session, become, left);
    outputs.forEach((output, i) => {
      const timed = left[i];
      if (timed !== undefined) ended.set(timed.script.sh, output);
    });
    const stuck = hung ? left[outputs.length] : undefined;
    if (stuck === undefined) break;
    ended.set(stuck.script.sh, { killedAfter: stuck.ms });
    left = left.slice(outputs.length + 1);
  }
  return ended;
}

/** Runs scripts until one does not end in its time, which is then killed. */
async function runUntilHung(
  session: HostSession,
  become: boolean,
  scripts: readonly Timed[],
): Promise<{ readonly outputs: readonly CheckOutput[]; readonly hung: boolean }> {
  const hung = new AbortController();
  const frames: Extract<Frame, { type: "probe" }>[] = [];
  let said: ReadonlyMap<number, string> = new Map();
  let timer: NodeJS.Timeout | undefined;
  const wind = (): void => {
    clearTimeout(timer);
    const next = scripts[frames.length];
    if (next !== undefined) timer = setTimeout(() => hung.abort(), next.ms);
  };
  const onFrame = (frame: Frame): void => {
    if (frame.type === "probe") frames.push(frame);
    // The time of the first begins when the script runs: logging in and sudo have their own.
    if (frame.type === "hello" || frame.type === "probe") wind();
  };
  const probeTimeoutMs =
    Math.max(...scripts.map(({ ms }) => ms), session.context.timeouts.probeMs) + GRACE_MS;
  const probes = scripts.map(({ script }) => script);
  try {
    const { errors } = await runAs(
      session,
      become,
      { probes },
      {
        onFrame,
        onStopped: (errors) => {
          said = errors;
        },
        probeTimeoutMs,
        signal: hung.signal,
      },
    );
    return { outputs: outputsOf(frames, errors), hung: false };
  } catch (thrown) {
    const mine = hung.signal.aborted && !session.context.kill.aborted;
    if (!mine || !(thrown instanceof SurefootError)) throw thrown;
    return { outputs: outputsOf(frames, said), hung: true };
  } finally {
    clearTimeout(timer);
  }
}

function outputsOf(
  frames: readonly Extract<Frame, { type: "probe" }>[],
  errors: ReadonlyMap<number, string>,
): readonly CheckOutput[] {
  return frames.map(({ exit, output }, i) => ({ exit, stdout: output, stderr: errors.get(i) ?? "" }));
}

function judge(check: Check, ended: ReadonlyMap<string, Ended>): CheckResult {
  const outputs: CheckOutput[] = [];
  for (const script of check.scripts) {
    const output = ended.get(script.sh);
    if (output === undefined) {
      const hint = "Run the command again; if it stays, look at the host's shell and its limits.";
      return { verdict: "unknown", summary: "the host's shell ended before this was looked at", hint };
    }
    if ("killedAfter" in output) {
      const summary = `did not end within ${output.killedAfter / 1000} s and was killed`;
      return {
        verdict: "unknown",
        summary,
        hint: "Look whether the host hangs, or give the check more time.",
      };
    }
    outputs.push(output);
  }
  return check.judge(outputs);
}
