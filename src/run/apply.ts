import type { ErrorData } from "../model/error.js";
import { SurefootError } from "../model/error.js";
import type { TaskPlan } from "../model/plan.js";
import type { Task } from "../model/resource.js";
import { readAndCheck } from "./checks.js";
import type { HostSession } from "./context.js";
import { timerFor } from "./guard/build.js";
import { askWay, askWays, proveReachable, whileTimerTicks } from "./guard/confirm.js";
import { disarmed, nowDisarmed } from "./guard/disarm.js";
import { timerFired } from "./guard/gate.js";
import { gatesOf, unhealthy } from "./guard/healthy.js";
import { selfDisarming } from "./guard/self-disarm.js";
import type { Split } from "./guard/split.js";
import { splitAtConfirmation } from "./guard/split.js";
import { keepForBoot, touchesStartup } from "./guard/undo.js";
import { notConverged } from "./judge.js";
import { readTasks, runAs } from "./read.js";
import type { PlannedStep } from "./steps.js";
import { runAndRead, runInOrder, stepsOf } from "./steps.js";

/** What is to be done on a host in one go. */
export interface Changes {
  /** Plans that hold steps. */
  readonly plans: readonly TaskPlan[];
  /** Tasks that are read again behind the steps. */
  readonly tasks: readonly Task[];
  /** All plans that must be taken back if this goes wrong, in their order, those of earlier turns among them. */
  readonly touched: readonly TaskPlan[];
}

/**
 * What came of applying. `failed`: what was done must be taken back, unless none of it began; where the session is `armed`, the host does so by itself. `rehearsed`:
 * the host could be confirmed, but the timer shall be let fire.
 */
export type Applied = { readonly failed: ErrorData; readonly began?: false } | "done" | "rehearsed";

const outcomeOf = (failed: ErrorData | undefined): Applied => (failed === undefined ? "done" : { failed });

/**
 * Carries plans out and proves by reading that they hold. What could cut the host off runs under a timer on the host that takes everything
 * back unless the host proves over new connections that it can be reached.
 */
export async function applyChanges(session: HostSession, changes: Changes): Promise<Applied> {
  const steps = stepsOf(changes.plans);
  if (steps.some(({ step }) => step.cuts)) return guarded(session, changes, steps);
  const ran = await runAndRead(session, steps, changes.tasks);
  return "failed" in ran ? ran : outcomeOf(notConverged(session, changes.tasks, ran.readings));
}

async function guarded(
  session: HostSession,
  changes: Changes,
  steps: readonly PlannedStep[],
): Promise<Applied> {
  try {
    const applied = await underTimer(session, changes, steps);
    return typeof applied === "string" ? applied : { failed: judgeLate(session, applied.failed) };
  } catch (thrown) {
    // From arming on, whatever goes wrong is taken back by the host.
    if (session.armed === undefined || !(thrown instanceof SurefootError)) throw thrown;
    return { failed: judgeLate(session, thrown.data) };
  }
}

/** A timer that fires ends what runs under it: then the time was over, whatever the connection that died looks like. */
function judgeLate({ armed, job }: HostSession, error: ErrorData): ErrorData {
  if (error.code !== "connection-lost" || armed === undefined || performance.now() < armed.deadline)
    return error;
  const { detail } = error;
  return { ...timerFired(job.target.host), ...(detail === undefined ? {} : { detail }) };
}

async function underTimer(
  session: HostSession,
  { plans, tasks, touched }: Changes,
  steps: readonly PlannedStep[],
): Promise<Applied> {
  const { context, job } = session;
  const { host } = job.target;
  const { unconfirmed, confirmed } = split(tasks, steps);
  const timer = timerFor(session, touched);
  const boot =
    timer.dir === undefined && touchesStartup(timer.undo) ? [keepForBoot(timer.undo, timer.token)] : [];
  const again = (): Promise<ErrorData | undefined> => readsAsPlanned(session, tasks);
  const early = unconfirmed.some(({ step }) => step.layer === "startup");

  const earlier = touched.filter((plan) => !plans.includes(plan));
  const way = askWay(session, [...earlier, ...unconfirmed.map(({ task }) => task)]);
  session.arming = timer;
  session.answered = undefined;
  session.ahead = [...(early ? boot : []), ...(way === undefined ? [] : [way])];
  const failed = await whileTimerTicks(session, runBehindGate(session, unconfirmed));
  if (failed !== undefined) return { failed };

  context.emit({ type: "host-phase", host, phase: "confirm" });
  const unreachable = await proveReachable(session);
  if (unreachable !== undefined) return { failed: unreachable };
  const refused = await holds(session, tasks, { unconfirmed, confirmed });
  if (refused !== undefined) return { failed: refused };
  if (context.rehearses?.(host) === true && !session.rehearsed) return "rehearsed";

  if (confirmed.length > 0) {
    session.ahead = early ? [] : boot;
    if (session.ahead.length > 0 && confirmed[0]?.task.become !== session.leaseBecomes)
      await openGate(session);
    const confirm = selfDisarming(session, tasks, confirmed);
    session.mayDisarm = confirm !== undefined;
    const ran = await runAndRead(session, confirmed, tasks, confirm).catch((thrown: unknown) => {
      if (confirm === undefined || !(thrown instanceof SurefootError) || context.kill.aborted) throw thrown;
      return { unheard: thrown };
    });
    if ("unheard" in ran) return outcomeOf(await disarmed(session, again, ran.unheard));
    session.mayDisarm = false;
    if ("confirmed" in ran && ran.confirmed) nowDisarmed(session);
    const stuck = "failed" in ran ? ran.failed : notConverged(session, tasks, ran.readings);
    if (stuck !== undefined) return { failed: stuck };
  }
  return outcomeOf(await disarmed(session, again));
}

function split(tasks: readonly Task[], steps: readonly PlannedStep[]): Split<PlannedStep> {
  const kernelOnly = new Set(
    tasks.filter((task) => task.resource.kernelOnly === true).map((task) => task.id),
  );
  return splitAtConfirmation(steps, ({ id }) => kernelOnly.has(id));
}

/** Runs steps of whichever user behind the gate of the one who holds the lease. */
async function runBehindGate(
  session: HostSession,
  steps: readonly PlannedStep[],
): Promise<ErrorData | undefined> {
  if (steps[0]?.task.become !== session.leaseBecomes) await openGate(session);
  return runInOrder(session, steps, askWays(session));
}

async function openGate(session: HostSession): Promise<void> {
  await runAs(session, session.leaseBecomes, {});
}

/**
 * Reads the host over its new connection, and looks whether it is well: all that is not to come yet must be as planned. Where more is to come, what
 * nothing was done to so far is read behind that: it was read a moment ago.
 */
async function holds(
  session: HostSession,
  tasks: readonly Task[],
  { unconfirmed, confirmed }: Split<PlannedStep>,
): Promise<ErrorData | undefined> {
  const begun = (id: string): boolean => unconfirmed.some(({ task }) => task.id === id);
  const read = tasks.filter(({ id }) => confirmed.length === 0 || begun(id));
  const { readings, findings } = await readAndCheck(session, read, gatesOf(session));
  const steps = confirmed.map(({ step }) => step);
  return notConverged(session, read, readings, steps) ?? unhealthy(session, findings);
}

async function readsAsPlanned(session: HostSession, tasks: readonly Task[]): Promise<ErrorData | undefined> {
  return notConverged(session, tasks, await readTasks(session, tasks));
}
