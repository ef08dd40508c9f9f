import type { ErrorCode } from "../model/error.js";
import type { Task } from "../model/resource.js";
import { ProbeError } from "../model/resource.js";
import type { Sh } from "../model/sh.js";
import type { Frame } from "./frames.js";

/** Why a thing could not be read. */
export interface Unread {
  readonly message: string;
  readonly hint: string;
  /** Where the error has a name of its own. */
  readonly code?: ErrorCode;
}

/** What was read of one task's thing: its state (null where absent), or why that is unknown. */
export type Reading =
  | { readonly state: object | null; readonly notes?: readonly string[] }
  | { readonly unknown: Unread };

/** Readings by task id. */
export type Readings = ReadonlyMap<string, Reading>;

/** The probes of several tasks as one list of scripts, each distinct script once. */
export interface ProbeBatch {
  readonly scripts: readonly Sh[];
  /** Reads every task from the probes' frames. */
  read(frames: readonly Frame[], errors: ReadonlyMap<number, string>): Readings;
}

/** Collects the probes of tasks that run as the same user; scripts that are the same word for word run once. */
export function batchProbes(tasks: readonly Task[]): ProbeBatch {
  const scripts: Sh[] = [];
  const numbers = new Map<string, number>();
  const perTask = tasks.map((task) =>
    task.resource.probe(task.params).map((script) => {
      const known = numbers.get(script.sh);
      if (known !== undefined) return known;
      numbers.set(script.sh, scripts.length);
      return scripts.push(script) - 1;
    }),
  );
  const read = (frames: readonly Frame[], errors: ReadonlyMap<number, string>): Readings => {
    const outputs = new Map<number, Extract<Frame, { type: "probe" }>>();
    for (const frame of frames) if (frame.type === "probe") outputs.set(frame.probe, frame);
    const readings = new Map<string, Reading>();
    tasks.forEach((task, i) => {
      if (!readings.has(task.id)) readings.set(task.id, readTask(task, perTask[i] ?? [], outputs, errors));
    });
    return readings;
  };
  return { scripts, read };
}

function readTask(
  task: Task,
  numbers: readonly number[],
  outputs: ReadonlyMap<number, Extract<Frame, { type: "probe" }>>,
  errors: ReadonlyMap<number, string>,
): Reading {
  const texts: string[] = [];
  for (const number of numbers) {
    const frame = outputs.get(number);
    if (frame === undefined) {
      return {
        unknown: {
          message: "the host's shell ended before it read this",
          hint: "Run the command again with -v; if it stays, look at the host's shell and its limits.",
        },
      };
    }
    if (frame.exit !== 0) {
      const said = errors.get(number)?.trim();
      return {
        unknown: {
          message: `could not be read: exit ${frame.exit}${said ? `: ${said}` : ""}`,
          hint: "Check that the user may read it, or give the task the right `become`.",
        },
      };
    }
    texts.push(frame.output);
  }
  try {
    const state = task.resource.parse(texts, task.params);
    const notes = task.resource.notes?.(texts, task.params) ?? [];
    return notes.length === 0 ? { state } : { state, notes };
  } catch (thrown) {
    if (thrown instanceof ProbeError) {
      const { message, hint, code } = thrown;
      return { unknown: code === "probe-failed" ? { message, hint } : { message, hint, code } };
    }
    throw thrown;
  }
}
