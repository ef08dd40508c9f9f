import type { ErrorData } from "../model/error.js";
import { sameJson } from "../model/json.js";
import type { HostPlan } from "../model/plan.js";
import type { Task } from "../model/resource.js";
import { differences } from "../plan/plan.js";

/** What a run did to one thing: the state that it found, and the one that it left. */
export interface RecordedChange {
  readonly id: string;
  readonly title: string;
  readonly original: object | null;
  readonly left: object | null;
  /** Both states are masked: the record does not know them. */
  readonly sensitive: boolean;
}

/** Tasks that take a run's changes on a host back, or why that can't be. */
export type TakeBack = { readonly tasks: readonly Task[] } | { readonly refused: ErrorData };

/**
 * The tasks that bring a host back to where a run found it: the same tasks, last first, each wanting the recorded state.
 * @param force Leave alone what can't be taken back, instead of refusing the host.
 */
export function takeBackTasks(
  host: string,
  tasks: readonly Task[],
  changes: readonly RecordedChange[],
  force: boolean,
): TakeBack {
  const place = { host };
  const known = new Map(tasks.map((task) => [task.id, task]));
  const secret = changes.filter((change) => change.sensitive);
  if (secret.length > 0 && !force) {
    return {
      refused: {
        code: "rollback-secret",
        message: `${titles(secret)} ${secret.length === 1 ? "holds" : "hold"} a secret, which is in no record; nothing was done on the host`,
        place,
        hint: "Take that back by hand. With --force the rest is taken back, and that is left as it is.",
      },
    };
  }
  const gone = changes.filter((change) => !known.has(change.id));
  if (gone.length > 0 && !force) {
    return {
      refused: {
        code: "rollback-impossible",
        message: `the playbook has no task any more for ${titles(gone)}; nothing was done on the host`,
        place,
        hint: "Bring the playbook and variables of that run back. With --force the rest is taken back, and that is left as it is.",
      },
    };
  }
  return {
    tasks: [...changes].reverse().flatMap((change) => {
      const task = known.get(change.id);
      return task === undefined || change.sensitive ? [] : [wanting(task, change)];
    }),
  };
}

/** The task with another wish: the recorded state, whatever its parameters say. */
function wanting(task: Task, { original, left }: RecordedChange): Task {
  const { resource, params } = task;
  // What is wanted at every run never reads as done, though it was: there only the record knows.
  const again = resource.repeats?.(params) === true;
  const parse = (outputs: readonly string[]): object | null =>
    again ? left : resource.parse(outputs, params);
  const notes = (outputs: readonly string[]): readonly string[] => {
    const state = parse(outputs);
    return sameJson(state, original) || resource.steps(state, original, params).length > 0
      ? []
      : ["it knows no way back, and what it did stays"];
  };
  return { ...task, resource: { ...resource, parse, notes, target: () => original } };
}

function titles(changes: readonly RecordedChange[]): string {
  const shown = changes.slice(0, 3).map((change) => change.title);
  return changes.length > 3 ? `${shown.join(", ")} and ${changes.length - 3} more` : shown.join(", ");
}

/**
 * Judges the plan that takes changes back: each thing must still be as the run left it, or as it was before.
 * @returns the error where somebody has changed one since, with what differs.
 */
export function refuseMoved(
  plan: HostPlan,
  changes: readonly RecordedChange[],
  run: string,
): ErrorData | undefined {
  const recorded = new Map(changes.map((change) => [change.id, change]));
  const moved = plan.tasks.flatMap((task) => {
    const change = recorded.get(task.id);
    if (change === undefined || task.status === "pending" || task.status === "unknown") return [];
    if (sameJson(task.actual, change.left) || sameJson(task.actual, change.original)) return [];
    return differences(change.left, task.actual).map(
      ({ field, wanted, found }) => `${task.title}: ${field} was left as ${show(wanted)}, is ${show(found)}`,
    );
  });
  if (moved.length === 0) return undefined;
  return {
    code: "rollback-moved",
    message: `the host has changed since run ${run}; nothing was done there`,
    place: { host: plan.host },
    hint: "Somebody or something else set it since: look whether that may go. --force takes it back all the same.",
    detail: moved.slice(0, 12).join("\n"),
  };
}

function show(value: unknown): string {
  return (JSON.stringify(value) ?? "nothing").slice(0, 200);
}
