import type { ErrorData } from "../model/error.js";
import type { HostPlan, TaskPlan } from "../model/plan.js";
import type { Step, Task } from "../model/resource.js";
import { differences, planHost } from "../plan/plan.js";
import type { Readings } from "../plan/probe.js";
import type { HostSession } from "./context.js";

/** Plans tasks from what was read on the session's host. */
export function planTasks(session: HostSession, tasks: readonly Task[], readings: Readings): HostPlan {
  const { host, become } = session.job.target;
  return planHost(host, tasks, readings, become !== null);
}

/**
 * The error if a second plan, made from what was read after steps ran, holds anything but the steps that are still to come.
 * @param toCome Steps that have not run yet; none where all have.
 */
export function notConverged(
  session: HostSession,
  tasks: readonly Task[],
  readings: Readings,
  toCome: readonly Step[] = [],
): ErrorData | undefined {
  const host = session.job.target.host;
  const later = new Set(toCome.map((step) => step.run.sh));
  const repeats = new Set(
    tasks.filter((task) => task.resource.repeats?.(task.params) === true).map((task) => task.id),
  );
  const expected = ({ status, steps }: TaskPlan): boolean =>
    status === "in-sync" ||
    (later.size > 0 && status !== "unknown" && steps.every((step) => later.has(step.run.sh)));
  const stuck = planTasks(session, tasks, readings).tasks.find(
    (task) => !expected(task) && !repeats.has(task.id),
  );
  if (stuck === undefined) return undefined;
  if (stuck.status === "unknown") return unknownError(host, stuck);
  // A guard is pending only because something before it would change, which then is what did not stick.
  const show = (value: unknown): string => JSON.stringify(value)?.slice(0, 200) ?? "nothing";
  const fields = stuck.sensitive ? [] : differences(stuck.desired, stuck.actual);
  const detail = fields
    .map(({ field, wanted, found }) => `${field}: wanted ${show(wanted)}, found ${show(found)}`)
    .join("\n");
  return {
    code: "not-converged",
    message: `the change of ${stuck.title} did not stick`,
    place: { host, at: stuck.title },
    hint: "Something else on the host sets it too (another tool, another task of this playbook); find out what.",
    ...(detail === "" ? {} : { detail }),
  };
}

/** The error for a task whose thing could not be read. */
export function unknownError(host: string, task: TaskPlan): ErrorData {
  return {
    code: task.code ?? "probe-failed",
    message: `${task.title} ${task.reason ?? "could not be read"}`,
    place: { host, at: task.title },
    hint: "Nothing is changed on a host whose state is not known; mend what the message says and run again.",
  };
}
