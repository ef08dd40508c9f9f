import type { ErrorData } from "../model/error.js";
import { classOf, SurefootError, toErrorData } from "../model/error.js";
import type { Outcome } from "../model/event.js";
import { sameJson } from "../model/json.js";
import type { HostPlan, TaskPlan } from "../model/plan.js";
import { hasChanges, publicPlan } from "../model/plan.js";
import type { Task } from "../model/resource.js";
import { differences, fingerprint, planHost, splitAtBarrier } from "../plan/plan.js";
import type { Readings } from "../plan/probe.js";
import { applyTasks, undoTasks } from "./apply.js";
import type { HostJob, HostSession, RunContext } from "./context.js";
import { withFacts } from "./gather.js";
import { readTasks } from "./read.js";

/** How a host ended, with the error if it ended badly. */
export interface HostResult {
  readonly outcome: Outcome;
  readonly error?: ErrorData;
}

/** Takes one host through all stages: log in, probe, plan, apply, verify. Never rejects: what goes wrong is its result. */
export async function runHost(context: RunContext, job: HostJob): Promise<HostResult> {
  const host = job.target.host;
  let contacted = false;
  try {
    context.emit({ type: "host-phase", host, phase: "connect" });
    const connection = await context.transport.connect(job.target, context.kill);
    contacted = true;
    const session: HostSession = { context, job, connection, shells: new Map() };
    try {
      return await converge(await withFacts(session));
    } finally {
      for (const shell of session.shells.values()) shell.close();
      await connection.close();
    }
  } catch (thrown) {
    const error = withHost(toErrorData(thrown), host);
    const unreachable = !contacted && classOf(error.code) === "unreachable";
    return { outcome: unreachable ? "unreachable" : "failed", error };
  }
}

function withHost(error: ErrorData, host: string): ErrorData {
  return error.place === undefined ? { ...error, place: { host } } : error;
}

/** Plans and applies until nothing is pending; each turn ends at a barrier or at the end. */
async function converge(session: HostSession): Promise<HostResult> {
  const { context, job } = session;
  const host = job.target.host;
  const done: TaskPlan[] = [];
  let tasks = job.tasks;
  let first = true;
  context.emit({ type: "host-phase", host, phase: "probe" });
  for (;;) {
    const plan = planTasks(session, tasks, await readTasks(session, tasks));
    const shown: HostPlan = { host, tasks: [...done, ...plan.tasks] };
    if (first) context.planned?.(host, fingerprint(plan));
    context.emit({ type: "host-planned", host, plan: publicPlan(shown) });
    const unknown = plan.tasks.find((task) => task.status === "unknown");
    if (unknown !== undefined) return failedAndUndone(session, done, unknownError(host, unknown));
    if (context.mode === "plan") return { outcome: hasChanges(plan) ? "would-change" : "ok" };
    if (first && !isApproved(context, plan)) return { outcome: "failed", error: staleError(host) };
    const { now, later } = splitAtBarrier(plan.tasks);
    const reached = tasks.slice(0, now.length);
    const changes = now.filter((task) => task.steps.length > 0);
    if (changes.length > 0) {
      context.emit({ type: "host-phase", host, phase: "apply" });
      const applied = await applyTasks(session, changes, reached);
      if ("failed" in applied) return failedAndUndone(session, [...done, ...now], applied.failed);
      const stuck = notConverged(session, reached, applied.readings);
      if (stuck !== undefined) return failedAndUndone(session, [...done, ...now], stuck);
    }
    done.push(...now);
    if (later.length === 0) {
      return { outcome: done.some((task) => task.steps.length > 0) ? "changed" : "ok" };
    }
    tasks = tasks.slice(now.length);
    first = false;
  }
}

function planTasks(session: HostSession, tasks: readonly Task[], readings: Readings): HostPlan {
  const { host, become } = session.job.target;
  return planHost(host, tasks, readings, become !== null);
}

function isApproved(context: RunContext, plan: HostPlan): boolean {
  return context.approved === undefined || context.approved.get(plan.host) === fingerprint(plan);
}

/** The error if a second plan, made from what was read after the steps, is not empty. */
function notConverged(
  session: HostSession,
  tasks: readonly Task[],
  readings: Readings,
): ErrorData | undefined {
  const host = session.job.target.host;
  const repeats = new Set(
    tasks.filter((task) => task.resource.repeats?.(task.params) === true).map((task) => task.id),
  );
  const plan = planTasks(session, tasks, readings);
  const stuck = plan.tasks.find((task) => task.status !== "in-sync" && !repeats.has(task.id));
  if (stuck === undefined) return undefined;
  if (stuck.status === "unknown") return unknownError(host, stuck);
  // A guard is pending only because something before it would change, which then is what did not stick.
  const show = (value: unknown): string => JSON.stringify(value)?.slice(0, 200) ?? "nothing";
  const fields = stuck.sensitive ? [] : differences(stuck.desired, stuck.actual);
  return {
    code: "not-converged",
    message: `the change of ${stuck.title} did not stick`,
    place: { host, at: stuck.title },
    hint: "Something else on the host sets it too (another tool, another task of this playbook); find out what.",
    ...(fields.length === 0
      ? {}
      : {
          detail: fields
            .map(({ field, wanted, found }) => `${field}: wanted ${show(wanted)}, found ${show(found)}`)
            .join("\n"),
        }),
  };
}

/** Takes back what was done so far and proves it by reading; the error says what came of that. */
async function failedAndUndone(
  session: HostSession,
  touched: readonly TaskPlan[],
  error: ErrorData,
): Promise<HostResult> {
  const changed = touched.filter((task) => task.steps.length > 0);
  if (changed.length === 0) return { outcome: "failed", error };
  const left = await undo(session, changed);
  const said =
    left.length === 0
      ? "what had been done on the host was taken back"
      : `taking back failed for ${left.join(", ")}: the host is partly changed`;
  return { outcome: "failed", error: { ...error, message: `${error.message}; ${said}` } };
}

/** Undoes tasks and reads them again. Gives the titles of those that are not as they were. */
async function undo(session: HostSession, changed: readonly TaskPlan[]): Promise<readonly string[]> {
  const ids = new Set(changed.map((task) => task.id));
  try {
    await undoTasks(session, changed);
    const tasks = session.job.tasks.filter((task) => ids.has(task.id));
    const readings = await readTasks(session, tasks);
    return firstPlans(changed)
      .filter((task) => {
        const reading = readings.get(task.id);
        return reading === undefined || "unknown" in reading || !sameJson(reading.state, task.actual);
      })
      .map((task) => task.title);
  } catch (thrown) {
    if (thrown instanceof SurefootError) return changed.map((task) => task.title);
    throw thrown;
  }
}

/** Of several plans for one thing, the first: it knows the original state. */
function firstPlans(plans: readonly TaskPlan[]): readonly TaskPlan[] {
  return plans.filter((task, i) => plans.findIndex((other) => other.id === task.id) === i);
}

function unknownError(host: string, task: TaskPlan): ErrorData {
  return {
    code: task.code ?? "probe-failed",
    message: `${task.title} ${task.reason ?? "could not be read"}`,
    place: { host, at: task.title },
    hint: "Nothing is changed on a host whose state is not known; mend what the message says and run again.",
  };
}

function staleError(host: string): ErrorData {
  return {
    code: "plan-stale",
    message: "the host has changed since the plan was approved; nothing was done there",
    place: { host },
    hint: "Make a new plan and look at it again.",
  };
}
