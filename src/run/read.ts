import type { Task } from "../model/resource.js";
import type { Become } from "../model/target.js";
import type { Frame } from "../plan/frames.js";
import type { ProbeBatch, Readings } from "../plan/probe.js";
import { batchProbes } from "../plan/probe.js";
import type { ScriptParts } from "../plan/script.js";
import type { HostSession } from "./context.js";
import type { ScriptResult } from "./host-shell.js";
import { HostShell } from "./host-shell.js";

/** root by sudo, for a task that asks for `become` where the inventory says nothing of it. */
const ROOT: Become = { user: "root" };

/** Whether a task runs by `become`. */
export function becomes(session: HostSession, task: Task): boolean {
  return task.options.become ?? session.job.target.become !== null;
}

/** What a script may be given besides its parts. */
interface RunOptions {
  /** Longest wait for the shell and for each probe, in milliseconds; the run's own applies where this is absent. */
  readonly probeTimeoutMs?: number;
  readonly stepTimeoutMs?: (step: number) => number;
  readonly onFrame?: (frame: Frame) => void;
  readonly onStopped?: (errors: ReadonlyMap<number, string>) => void;
  /** Ends the script, as the run's own signal to kill does. */
  readonly signal?: AbortSignal;
}

/** Runs one script on the session's host, as the login user or by `become`, in the shell that the last one ran in. */
export async function runAs(
  session: HostSession,
  become: boolean,
  parts: ScriptParts,
  more: RunOptions = {},
): Promise<ScriptResult> {
  const { timeouts, kill } = session.context;
  const shell = await shellFor(session, become);
  return shell.run({
    parts,
    probeTimeoutMs: more.probeTimeoutMs ?? timeouts.probeMs,
    stepTimeoutMs: more.stepTimeoutMs ?? (() => timeouts.stepMs),
    ...(more.onFrame === undefined ? {} : { onFrame: more.onFrame }),
    ...(more.onStopped === undefined ? {} : { onStopped: more.onStopped }),
    signal: more.signal === undefined ? kill : AbortSignal.any([kill, more.signal]),
  });
}

async function shellFor(
  { context, connection, job, shells }: HostSession,
  become: boolean,
): Promise<HostShell> {
  const known = shells.get(become);
  if (known?.alive === true) return known;
  const identity = become ? (job.target.become ?? ROOT) : null;
  const password = (): Promise<string> => context.password(identity ?? ROOT, job.target.host);
  const shell = await HostShell.open({ connection, become: identity, password });
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
      return readingsOf(batch, await runAs(session, become, { probes: batch.scripts }));
    }),
  );
  return new Map(parts.flatMap((part) => [...part]));
}

/** What a script that carried a batch's probes says of its tasks. */
export function readingsOf(batch: ProbeBatch, result: ScriptResult): Readings {
  return batch.read(result.frames, result.errors);
}
