import { createHash } from "node:crypto";
import { canonical, sameJson } from "../model/json.js";
import type { HostPlan, TaskPlan } from "../model/plan.js";
import type { Step, Task } from "../model/resource.js";
import type { Readings, Unread } from "./probe.js";

/**
 * Plans one host: a pure function of its tasks and of what was read there. A task on the same thing as an earlier one
 * sees that one's predicted result. A task whose reading any earlier step may change (a command's guard) is `pending`
 * behind the first change: it is planned when it is reached.
 */
export function planHost(
  host: string,
  tasks: readonly Task[],
  readings: Readings,
  become: boolean,
): HostPlan {
  const predicted = new Map<string, object | null>();
  let changedBy: string | undefined;
  const plans = tasks.map((task): TaskPlan => {
    const common = {
      id: task.id,
      kind: task.resource.kind,
      title: task.title,
      sensitive: task.resource.sensitive?.(task.params) ?? false,
      become: task.options.become ?? become,
    };
    const idle = { ...common, actual: null, desired: null, steps: [], undo: [], notes: [] };
    if (task.resource.volatile === true && changedBy !== undefined) {
      return { ...idle, status: "pending", reason: `known only after ${changedBy} has run` };
    }
    const reading = readings.get(task.id);
    if (reading === undefined || "unknown" in reading) {
      const why: Unread = reading?.unknown ?? { message: "was not read", hint: "Run the command again." };
      const { message, hint, code } = why;
      const named = code === undefined ? {} : { code };
      return { ...idle, status: "unknown", reason: `${message} (${hint})`, ...named };
    }
    const plan = planTask(task, predicted.has(task.id) ? (predicted.get(task.id) ?? null) : reading.state);
    predicted.set(task.id, plan.desired);
    if (plan.status === "change") changedBy ??= task.title;
    return { ...common, ...plan, notes: reading.notes ?? [] };
  });
  return { host, tasks: plans };
}

function planTask(
  task: Task,
  actual: object | null,
): Pick<TaskPlan, "status" | "actual" | "desired" | "steps" | "undo" | "undoneLast"> {
  const { resource, params } = task;
  const desired = resource.target(params, actual);
  const mark = (steps: readonly Step[]): readonly Step[] =>
    task.options.cuts === true ? steps.map((step) => ({ ...step, cuts: true })) : steps;
  const steps = mark(resource.steps(actual, desired, params));
  const back = steps.length > 0 ? mark(resource.steps(desired, actual, params)) : [];
  const undoneLast = task.handler !== undefined && resource.repeats?.(params) === true;
  return {
    status: steps.length > 0 ? "change" : "in-sync",
    actual,
    desired,
    steps,
    // What only tells others to look again has to tell them of what is back, too.
    undo: undoneLast && back.length === 0 ? steps : back,
    ...(undoneLast ? { undoneLast } : {}),
  };
}

/** The tasks of a plan that can be carried out now, and those from the first pending one on. */
export function splitAtBarrier<T extends Pick<TaskPlan, "status">>(
  tasks: readonly T[],
): { readonly now: readonly T[]; readonly later: readonly T[] } {
  const at = tasks.findIndex((task) => task.status === "pending");
  return at < 0 ? { now: tasks, later: [] } : { now: tasks.slice(0, at), later: tasks.slice(at) };
}

/** A fingerprint of all that a plan would do and of what it found: equal exactly when the plans are the same. */
export function fingerprint(plan: HostPlan): string {
  const essence = plan.tasks.map(({ id, status, actual, desired, steps, become }) => ({
    id,
    status,
    actual,
    desired,
    steps,
    become,
  }));
  return createHash("sha256").update(canonical(essence)).digest("hex");
}

/** One field of a state that differs from what was wanted. */
export interface Difference {
  readonly field: string;
  readonly wanted: unknown;
  readonly found: unknown;
}

/** Top-level fields in which two states differ; a state that is there or not differs in the field `(exists)`. */
export function differences(wanted: object | null, found: object | null): readonly Difference[] {
  if (wanted === null || found === null) {
    return wanted === found ? [] : [{ field: "(exists)", wanted: wanted !== null, found: found !== null }];
  }
  const w: ReadonlyMap<string, unknown> = new Map(Object.entries(wanted));
  const f: ReadonlyMap<string, unknown> = new Map(Object.entries(found));
  return [...new Set([...w.keys(), ...f.keys()])]
    .filter((field) => !sameJson(w.get(field), f.get(field)))
    .map((field) => ({ field, wanted: w.get(field), found: f.get(field) }));
}
