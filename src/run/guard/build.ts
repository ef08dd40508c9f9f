import type { TaskPlan } from "../../model/plan.js";
import type { HostSession } from "../context.js";
import { undoOf } from "../steps.js";
import type { Timer } from "./timer.js";
import type { UndoStep } from "./undo.js";

/** The timer that takes plans back on the session's host. */
export function timerFor(session: HostSession, plans: readonly TaskPlan[]): Timer {
  const { lease, leaseBecomes, job, context } = session;
  const undo = undoOf(plans).map(
    ({ task, step }): UndoStep => ({
      run: step.run,
      startup: step.layer === "startup",
      ...(task.become === leaseBecomes ? {} : { user: job.target.user }),
    }),
  );
  return { token: lease.token, dir: lease.dir, seconds: context.confirm.seconds, undo };
}
