import type { Step } from "../../model/resource.js";

/** A step with the task that it belongs to. */
export interface Placed {
  readonly task: { readonly id: string };
  readonly step: Step;
}

/** Steps in the order in which they run: those before the confirmation, and those behind it. */
export interface Split<T> {
  readonly unconfirmed: readonly T[];
  readonly confirmed: readonly T[];
}

/**
 * Which steps run under the armed timer before the host has proved that it can still be reached, and which only then. Everything up to the
 * last step that can cut the connection comes first, but what would come to life at a reboot: that waits, wherever no step of another task that
 * comes first could need it.
 * @param kernelOnly Whether a task's running steps speak to the kernel alone, and so need no file.
 */
export function splitAtConfirmation<T extends Placed>(
  steps: readonly T[],
  kernelOnly: (task: T["task"]) => boolean,
): Split<T> {
  const last = steps.findLastIndex(({ step }) => step.cuts);
  const waits = ({ step }: T, at: number): boolean =>
    step.layer === "startup" &&
    !step.cuts &&
    steps
      .slice(at + 1, last + 1)
      .every((later) => kernelOnly(later.task) || (later.step.layer === "startup" && !later.step.cuts));
  const unconfirmed = steps.filter((placed, at) => at <= last && !waits(placed, at));
  return { unconfirmed, confirmed: steps.filter((placed) => !unconfirmed.includes(placed)) };
}
