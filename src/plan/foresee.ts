import type { TaskPlan } from "../model/plan.js";
import type { Task } from "../model/resource.js";
import type { Frame } from "./frames.js";
import type { ProbeBatch, Readings } from "./probe.js";

/** What probes print, by script. */
export type Outputs = ReadonlyMap<string, string>;

/** A reading that is yet to be made. */
export interface Foreseen {
  /** What each of the batch's scripts will print; null where that does not matter. */
  readonly outputs: readonly (string | null)[];
  /** What that says of the tasks. */
  readonly readings: Readings;
}

/** Longest text that a host is given to compare with, in characters: beyond that a round trip more is the lesser cost. */
const LONGEST = 64 * 1024;

/**
 * Foresees what all probes of a batch will print once some tasks' steps have run.
 * @param plans Those whose steps are still to run.
 * @param outputs What the probes print before.
 * @returns undefined where that can't be told of some task, or not be handed to a shell.
 */
export function foresee(
  tasks: readonly Task[],
  batch: ProbeBatch,
  plans: readonly TaskPlan[],
  outputs: Outputs,
): Foreseen | undefined {
  const then = new Map(outputs);
  /** Those whose output some task's state is made of; the others' is worth a note. */
  const states = new Set<string>();
  const changed = new Set<Task>();
  for (const { id, desired } of plans) {
    const task = tasks.find((one) => one.id === id);
    const scripts = task?.resource.probe(task.params) ?? [];
    const now = scripts.map(({ sh }) => then.get(sh));
    if (task === undefined || desired === null || !now.every((text) => text !== undefined)) return undefined;
    const foreseen = task.resource.foresee?.(now, desired, task.params);
    if (foreseen === undefined) return undefined;
    for (const [i, { sh }] of scripts.entries()) {
      const text = foreseen[i];
      if (text === undefined) return undefined;
      if (text === null) continue;
      then.set(sh, text);
      states.add(sh);
    }
    changed.add(task);
  }
  for (const task of tasks.filter((one) => !changed.has(one))) {
    for (const { sh } of task.resource.probe(task.params)) states.add(sh);
  }
  const texts = batch.scripts.map(({ sh }) => then.get(sh));
  if (!texts.every((text) => text !== undefined)) return undefined;
  const whole = texts.map(asHeard);
  const length = whole.reduce((sum, text) => sum + text.length, 0);
  if (length > LONGEST || whole.some((text) => text.includes("\0"))) return undefined;
  const frames = whole.map((output, probe): Frame => ({ type: "probe", probe, exit: 0, output }));
  const compared = batch.scripts.map(({ sh }, i) => (states.has(sh) ? (whole[i] ?? "") : null));
  return { outputs: compared, readings: batch.read(frames, new Map()) };
}

/** As a shell hears it that takes the output into a variable: without newlines at the end (POSIX.1-2017 XCU 2.6.3); one is printed behind it. */
function asHeard(output: string): string {
  const text = output.replace(/\n+$/, "");
  return text === "" ? "" : `${text}\n`;
}
