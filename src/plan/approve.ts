import type { ErrorData } from "../model/error.js";
import type { HostPlan, TaskPlan } from "../model/plan.js";
import { differences, fingerprint } from "./plan.js";

/** What was approved for one host: what would be done, for people, and the fingerprint by which it is recognised. */
export interface SavedHost {
  readonly fingerprint: string;
  /** With secrets masked. */
  readonly plan: HostPlan;
}

/** What was approved, by host: the plan's fingerprint, and the plan itself with secrets masked. */
export type Approved = ReadonlyMap<string, SavedHost>;

/** Most differences that one error names. */
const SHOWN = 12;

/** Characters of a value that are shown. */
const VALUE_LENGTH = 200;

/**
 * Judges a plan by what was approved: no other plan is carried out.
 * @returns the error where it is another one, with what has moved on the host since.
 */
export function refuseUnapproved(approved: Approved, plan: HostPlan): ErrorData | undefined {
  const saved = approved.get(plan.host);
  if (saved?.fingerprint === fingerprint(plan)) return undefined;
  const place = { host: plan.host };
  if (saved === undefined) {
    const message = "no plan was approved for the host; nothing was done there";
    return { code: "plan-stale", message, place, hint: "Make a plan that it is part of, and look at it." };
  }
  const moved = whatMoved(saved.plan, plan);
  return {
    code: "plan-stale",
    message: "the host has changed since the plan was approved; nothing was done there",
    place,
    hint: "Make a new plan and look at it again.",
    detail:
      moved.length === 0 ? "what has moved is secret, or only how it is done" : shorten(moved).join("\n"),
  };
}

/**
 * In which things a host differs from what an approved plan found there, and in which what is wanted does: one line each. Of what is
 * sensitive only that it differs is said, and only where that shows.
 */
export function whatMoved(saved: HostPlan, now: HostPlan): readonly string[] {
  const was = firstById(saved.tasks);
  const is = firstById(now.tasks);
  return [
    ...[...was.values()].filter(({ id }) => !is.has(id)).map(({ title }) => `${title}: no longer a task`),
    ...[...is.values()].flatMap((task) => {
      const before = was.get(task.id);
      return before === undefined ? [`${task.title}: a new task`] : movedTask(before, task);
    }),
  ];
}

function movedTask(before: TaskPlan, now: TaskPlan): readonly string[] {
  if (now.status === "unknown") return [`${now.title}: can't be read now`];
  const status =
    before.status === now.status
      ? []
      : [`${now.title}: was ${WORDS[before.status]}, now ${WORDS[now.status]}`];
  if (before.sensitive || now.sensitive || before.status === "pending" || now.status === "pending") {
    return status;
  }
  const found = differences(before.actual, now.actual).map(
    ({ field, wanted: was, found: is }) => `${now.title}: ${field} was ${show(was)}, now ${show(is)}`,
  );
  if (found.length > 0) return found;
  const wanted = differences(before.desired, now.desired).map(
    ({ field, wanted: was, found: is }) => `${now.title}: ${field} was to be ${show(was)}, now ${show(is)}`,
  );
  return wanted.length > 0 ? wanted : status;
}

const WORDS: Readonly<Record<TaskPlan["status"], string>> = {
  "in-sync": "in sync",
  change: "to be changed",
  pending: "behind a barrier",
  unknown: "not readable",
};

function firstById(tasks: readonly TaskPlan[]): ReadonlyMap<string, TaskPlan> {
  const first = new Map<string, TaskPlan>();
  for (const task of tasks) if (!first.has(task.id)) first.set(task.id, task);
  return first;
}

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > VALUE_LENGTH ? `${text.slice(0, VALUE_LENGTH)}...` : text;
}

function shorten(lines: readonly string[]): readonly string[] {
  return lines.length <= SHOWN
    ? lines
    : [...lines.slice(0, SHOWN - 1), `and ${lines.length - SHOWN + 1} more`];
}
