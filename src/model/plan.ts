import type { ErrorCode } from "./error.js";
import type { Step } from "./resource.js";

/**
 * What is to happen to one task's thing: it is as desired (`in-sync`), it will be changed (`change`), that is known only
 * once earlier steps have run (`pending`), or it could not be read (`unknown`).
 */
export type TaskStatus = "in-sync" | "change" | "pending" | "unknown";

/** The plan for one task on one host: plain data. */
export interface TaskPlan {
  readonly id: string;
  readonly kind: string;
  readonly title: string;
  readonly status: TaskStatus;
  /** State found, null where absent or not read. */
  readonly actual: object | null;
  /** State wanted, null where it shall be absent or is not known yet. */
  readonly desired: object | null;
  /** Steps from actual to desired; empty unless status is `change`. */
  readonly steps: readonly Step[];
  /** Steps back: the same function with its arguments swapped. */
  readonly undo: readonly Step[];
  /** What the reader should know about the thing. */
  readonly notes: readonly string[];
  /** Why it is pending or unknown. */
  readonly reason?: string;
  /** The error that an unknown state is, where it has a name of its own. */
  readonly code?: ErrorCode;
  /** Whether states and scripts hold a secret and must be masked when shown. */
  readonly sensitive: boolean;
  /** Whether the steps run by the inventory's `become`. */
  readonly become: boolean;
  /** A handler that does the same at every run: its undo comes behind that of all else, so that it sees what is back. */
  readonly undoneLast?: true;
}

/** The plan for one host. */
export interface HostPlan {
  readonly host: string;
  readonly tasks: readonly TaskPlan[];
}

/** Whether anything is to be done, or may have to be done, on the host. */
export function hasChanges(plan: HostPlan): boolean {
  return plan.tasks.some((task) => task.status === "change" || task.status === "pending");
}

/** What stands for a secret wherever it would be shown. */
export const MASK = "(secret)";

const MASKED_STATE = { secret: MASK } as const;

/** The plan as it may be shown, saved and logged: tasks that hold secrets have their states and scripts masked. */
export function publicPlan(plan: HostPlan): HostPlan {
  return { ...plan, tasks: plan.tasks.map(publicTaskPlan) };
}

function publicTaskPlan(task: TaskPlan): TaskPlan {
  if (!task.sensitive) return task;
  const mask = (step: Step): Step => ({ ...step, run: { sh: MASK } });
  return {
    ...task,
    actual: task.actual === null ? null : MASKED_STATE,
    desired: task.desired === null ? null : MASKED_STATE,
    steps: task.steps.map(mask),
    undo: task.undo.map(mask),
  };
}
