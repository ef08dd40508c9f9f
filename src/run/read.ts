import type { Task } from "../model/resource.js";
import { BECOME_ROOT } from "../model/target.js";
import type { Frame } from "../plan/frames.js";
import type { ProbeBatch, Readings } from "../plan/probe.js";
import { batchProbes } from "../plan/probe.js";
import type { ScriptParts } from "../plan/script.js";
import type { HostSession } from "./context.js";
import type { ScriptResult } from "./host-shell.js";
import { HostShell } from "./host-shell.js";

/** Whether a task runs by `become`. */
export function becomes(session: HostSession, task: Task): boolean {
  return task.options.become ?? session.job.target.become !== null;
}

/** Runs one script on the session's host, as the login user or by `become`, in the shell that the last one ran in. */
export async function runAs(
  session: HostSession,
  become: boolean,
  parts: ScriptParts,
  more: { readonly stepTimeoutMs?: (step: number) => number; readonly onFrame?: (frame: Frame) => void } = {},
): Promise<ScriptResult> {
  const { timeouts, kill } = session.context;
  const shell = await shellFor(session, become);
  return shell.run({
    parts,
    probeTimeoutMs: timeouts.probeMs,
    stepTimeoutMs: more.stepTimeoutMs ?? (() => timeouts.stepMs),
    ...(more.onFrame === undefined ? {} : { onFrame: more.onFrame }),
    signal: kill,
  });
}

async function shellFor(
  { context, connection, job, shells }: HostSession,
  become: boolean,
): Promise<HostShell> {
  const known = shells.get(become);
  if (known?.alive === true) return known;
  // root by sudo, for a task that asks for `become` where the inventory says nothing of it.
  const identity = become ? (job.target.become ?? BECOME_ROOT) : null;
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
      return readingsOf(batch, await runAs(session, become, { probes: batch.scripts }));
    }),
  );
  return new Map(parts.flatMap((part) => [...part]));
}

/** What a script that carried a batch's probes says of its tasks. */
export function readingsOf(batch: ProbeBatch, result: ScriptResult): Readings {
  return batch.read(result.frames, result.errors);
}
