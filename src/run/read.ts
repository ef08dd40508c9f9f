import type { ErrorData } from "../model/error.js";
import { SurefootError } from "../model/error.js";
import type { Task } from "../model/resource.js";
import { BECOME_ROOT, becomeOn } from "../model/target.js";
import type { Frame } from "../plan/frames.js";
import type { ProbeBatch, Readings } from "../plan/probe.js";
import { batchProbes } from "../plan/probe.js";
import type { ScriptParts } from "../plan/script.js";
import { CONFIRM, GATE } from "../plan/script.js";
import type { HostSession } from "./context.js";
import type { ArmedByAnother } from "./guard/gate.js";
import { armedByAnother, gateError, gateOf, tidings } from "./guard/gate.js";
import { readPairs } from "./guard/lease.js";
import { readWay } from "./guard/ways.js";
import type { ScriptRequest, ScriptResult } from "./host-shell.js";
import { HostShell } from "./host-shell.js";

/** Whether a task runs by `become`. */
export function becomes(session: HostSession, task: Task): boolean {
  return task.options.become ?? session.job.target.become !== null;
}

/** What a script may need besides its parts. */
export interface RunMore {
  /** Longest wait for the shell and for each probe, in milliseconds; the run's own applies where this is absent. */
  readonly probeTimeoutMs?: number;
  readonly stepTimeoutMs?: (step: number) => number;
  readonly onFrame?: (frame: Frame) => void;
  readonly onStopped?: (errors: ReadonlyMap<number, string>) => void;
  /** Takes what the one probe writes, as {@link ScriptRequest} says. */
  readonly onOutput?: ScriptRequest["onOutput"];
  /** Ends the script, as the run's own signal to kill does. */
  readonly signal?: AbortSignal;
  /** Do not ask for the lease: what is asked is where the lease is. */
  readonly ungated?: true;
}

/**
 * Runs one script on the session's host, as the login user or by `become`, in the shell that the last one ran in. Where the run changes
 * hosts, the one shell that holds the lease makes sure of it first, and arms the timer that the session asks for.
 * @throws SurefootError `lease-held`, `guard-not-armed`, and what {@link HostShell.run} throws.
 */
export async function runAs(
  session: HostSession,
  become: boolean,
  parts: ScriptParts,
  more: RunMore = {},
): Promise<ScriptResult> {
  const { timeouts, kill, mode } = session.context;
  const stepTimeoutMs = more.stepTimeoutMs ?? (() => timeouts.stepMs);
  const holds = mode === "apply" && become === session.leaseBecomes;
  const gated = holds && more.ungated !== true;
  const probeTimeoutMs = more.probeTimeoutMs ?? timeouts.probeMs;
  const { setup, gate, rest } = gateOf(session, scriptSeconds(parts, stepTimeoutMs, probeTimeoutMs));
  const shell = await shellFor(session, become);
  const { arming } = session;
  if (gated) useGate(session);
  const result = await shell.run({
    parts: {
      ...parts,
      ...(holds ? { setup } : {}),
      ...(holds && isAlone(session) ? { rest } : {}),
      ...(gated ? { gate } : {}),
    },
    probeTimeoutMs,
    stepTimeoutMs: (step) => (step === GATE || step === CONFIRM ? timeouts.probeMs : stepTimeoutMs(step)),
    ...(more.onFrame === undefined ? {} : { onFrame: more.onFrame }),
    ...(more.onStopped === undefined ? {} : { onStopped: more.onStopped }),
    ...(more.onOutput === undefined ? {} : { onOutput: more.onOutput }),
    signal: more.signal === undefined ? kill : AbortSignal.any([kill, more.signal]),
  });
  if (gated) passGate(session, result, arming !== undefined);
  return result;
}

/** Whether the shell that holds the lease runs all: where another user's may run for long, the lease has to last meanwhile. */
function isAlone(session: HostSession): boolean {
  const { tasks, handlers = [] } = session.job;
  return [...tasks, ...handlers].every((task) => becomes(session, task) === session.leaseBecomes);
}

/**
 * What the gate does is asked for once, whether its answer comes or not. Should the connection die under it, the timer may be armed or
 * not: then it counts as armed.
 */
function useGate(session: HostSession): void {
  const { arming, context, job } = session;
  session.arming = undefined;
  session.ahead = [];
  if (arming === undefined) return;
  session.armed = { timer: arming, deadline: performance.now() + arming.seconds * 1000 };
  context.emit({ type: "timer-armed", host: job.target.host, seconds: arming.seconds });
}

/** Longest time that a script may take, in seconds. */
function scriptSeconds(
  { steps = [], probes = [] }: ScriptParts,
  stepMs: (step: number) => number,
  probeMs: number,
): number {
  const all = steps.reduce((sum, _step, i) => sum + stepMs(i), (probes.length + 1) * probeMs);
  return Math.ceil(all / 1000);
}

/** Another's timer that no run waits for any more. */
export class ForeignTimer extends SurefootError {
  readonly armed: ArmedByAnother;
  constructor(data: ErrorData, armed: ArmedByAnother) {
    super(data);
    this.armed = armed;
  }
}

function passGate(session: HostSession, { frames }: ScriptResult, arming: boolean): void {
  const { host } = session.job.target;
  const gate = frames.find((frame) => frame.type === "end" && frame.step === GATE);
  if (gate?.type !== "end") return;
  if (gate.exit === 0) {
    const said = readPairs(gate.output);
    if (arming) session.answered = readWay(said);
    const told = tidings(said);
    if (told !== undefined) session.context.emit({ type: "warning", host, message: `${host}: ${told}` });
    return;
  }
  const guarded = session.armed !== undefined && !arming;
  if (arming) {
    session.armed = undefined;
    session.context.emit({ type: "timer-disarmed", host });
  }
  const error = gateError(host, gate.exit, gate.output, guarded);
  const armed = armedByAnother(gate.exit, gate.output);
  throw armed === undefined ? new SurefootError(error) : new ForeignTimer(error, armed);
}

async function shellFor(
  { context, connection, job, shells }: HostSession,
  become: boolean,
): Promise<HostShell> {
  const known = shells.get(become);
  if (known?.alive === true) return known;
  // root by sudo, for a task that asks for `become` where the inventory says nothing of it.
  const identity = become ? becomeOn(job.target) : null;
  const password = (): Promise<string> => context.password(identity ?? BECOME_ROOT, job.target.host);
  const shell = await HostShell.open({ connection, become: identity, password, signal: context.kill });
  shells.set(become, shell);
  return shell;
}

/** Reads all tasks' things: one script, one round trip, for each user that tasks run as. */
export async function readTasks(session: HostSession, tasks: readonly Task[]): Promise<Readings> {
  const parts = await Promise.all(
    [true, false].map(async (become): Promise<Readings> => {
      const mine = tasks.filter((task) => becomes(session, task) === become);
      if (mine.length === 0) return new Map();
      const batch = batchProbes(mine);
      return readingsOf(session, become, batch, await runAs(session, become, { probes: batch.scripts }));
    }),
  );
  return new Map(parts.flatMap((part) => [...part]));
}

/** What a script that carried a batch's probes, run as the login user or by `become`, says of its tasks. */
export function readingsOf(
  { leaseBecomes, printed }: HostSession,
  become: boolean,
  batch: ProbeBatch,
  result: ScriptResult,
): Readings {
  for (const frame of become === leaseBecomes ? result.frames : []) {
    const script = frame.type === "probe" && frame.exit === 0 ? batch.scripts[frame.probe] : undefined;
    if (script !== undefined && frame.type === "probe") printed.set(script.sh, frame.output);
  }
  return batch.read(result.frames, result.errors);
}
