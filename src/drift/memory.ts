import { z } from "zod";

/** Version of the form; raised when a field changes its meaning or goes away. */
const VERSION = 1;

const at = z.iso.datetime();

const told = z.strictObject({
  standing: z.enum(["in-sync", "drifted", "flapping", "unreachable", "unknown"]),
  /** What differed then. */
  tasks: z.array(z.string()),
});

const host = z.strictObject({
  /** When all of it was last seen in sync. */
  inSync: at.optional(),
  /** Since when each thing is seen to differ, by task. */
  drift: z.record(z.string(), at),
  /** When it was corrected, oldest first. */
  corrected: z.array(at),
  /** What was told of it last, where anybody is told. */
  told: told.optional(),
});

const schema = z.strictObject({
  v: z.literal(VERSION),
  /** Absolute. */
  playbook: z.string(),
  /** Absolute. */
  inventory: z.string(),
  hosts: z.record(z.string(), host),
});

/** What is remembered of one host between looks. */
export type HostMemory = z.output<typeof host>;

/** How a host stood when somebody was told of it. */
export type Told = Readonly<z.output<typeof told>>;

/** What is remembered of a fleet between looks: plain data, one file for each playbook and inventory. */
export type Memory = z.output<typeof schema>;

/** How long corrections are remembered, in milliseconds: no window for flapping is longer. */
export const KEPT_MS = 30 * 24 * 3_600_000;

/** Nothing is remembered yet. */
export function newMemory(playbook: string, inventory: string): Memory {
  return { v: VERSION, playbook, inventory, hosts: {} };
}

/** The memory in a file's text, or what is wrong with it. */
export function parseMemory(text: string): Memory | string {
  try {
    const result = schema.safeParse(JSON.parse(text));
    return result.success ? result.data : z.prettifyError(result.error);
  } catch (thrown) {
    return String(thrown);
  }
}

/** A host that nothing is remembered of. */
export const NOTHING: HostMemory = { drift: {}, corrected: [] };

/** What a look found on a host: tasks that differ, and those that could not be judged. */
export interface Looked {
  readonly drifted: readonly string[];
  readonly unjudged: readonly string[];
}

/**
 * What is remembered of a host after a look: a thing that still differs does so since it was first seen, one that could not be judged is as it
 * was, any other is forgotten.
 */
export function afterLook(before: HostMemory, { drifted, unjudged }: Looked, now: string): HostMemory {
  const kept = Object.entries(before.drift).filter(([task]) => unjudged.includes(task));
  const seen = drifted.map((task) => [task, before.drift[task] ?? now] as const);
  const inSync = drifted.length === 0 && unjudged.length === 0 ? now : before.inSync;
  return {
    ...(inSync === undefined ? {} : { inSync }),
    drift: Object.fromEntries([...kept, ...seen]),
    corrected: before.corrected.filter((time) => Date.parse(now) - Date.parse(time) < KEPT_MS),
    ...(before.told === undefined ? {} : { told: before.told }),
  };
}

/** What is remembered of a host after a correction that was read again as desired; what a correction can't change still differs. */
export function afterCorrection(before: HostMemory, left: readonly string[], now: string): HostMemory {
  return {
    ...afterLook(before, { drifted: left, unjudged: [] }, now),
    corrected: [...before.corrected, now],
  };
}
