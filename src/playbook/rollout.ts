import { z } from "zod";
import type { Duration, WaveEnd } from "../model/rollout.js";
import { isWaveEnd, milliseconds } from "../model/rollout.js";
import type { CheckList, PlaybookContext } from "./define.js";

/** What must hold between two waves. */
export interface GateDefinition<V> {
  /**
   * A host of the inventory from which the checks are made, about each host that is done: a second vantage point. Without it each host
   * is looked at from itself.
   */
  readonly from?: string;
  /** What is looked at, for each host that is done; the playbook's own checks that are gates where this is not given. Pure. */
  checks?(context: PlaybookContext<V>): CheckList;
  /** How often it is looked at again where it does not pass; 2 by default. */
  readonly retries?: number;
  /** Before it is looked at again; 5 s by default. */
  readonly delay?: Duration;
}

/** How a playbook is rolled out. What is not given is not done: one wave, no budget, no pause, no gate. */
export interface RolloutDefinition<V> {
  /**
   * Ends of the waves, each a number of hosts or a share of them, counted from the first host of the run: `[1, "10%", "50%", "100%"]`.
   * Shares are rounded up; a last wave takes all that are left. Hosts come in the inventory's order.
   */
  readonly waves?: readonly WaveEnd[];
  /** Hosts that come first, in a wave of their own: a pattern, as `--limit` takes it. */
  readonly canary?: string;
  /**
   * How many hosts may end badly, over the whole run: when so many have failed, could not be reached, timed out or were rolled back, no
   * further host is started. A share is rounded down, and at least 1.
   */
  readonly budget?: WaveEnd;
  /** Between a wave and its gate: time for trouble to show. */
  readonly pause?: Duration;
  readonly gate?: GateDefinition<V>;
}

const waveEnd = z.custom<WaveEnd>(isWaveEnd, 'it must be a whole number from 1 or a share such as "10%"');
const duration = z
  .string()
  .refine((text) => milliseconds(text) !== undefined, 'it must be a time such as "30s", "500ms" or "2m"');
const fn = z.custom((value) => typeof value === "function", "it must be a function");

const gate = z
  .strictObject({
    from: z.string().min(1).optional(),
    checks: fn.optional(),
    retries: z.int().min(0).max(1000).optional(),
    delay: duration.optional(),
  })
  .refine((one) => one.from === undefined || one.checks !== undefined, {
    path: ["checks"],
    message:
      "a gate with a vantage point needs its own checks: those of the playbook look from the host itself",
  });

const schema = z.strictObject({
  waves: z.array(waveEnd).min(1).optional(),
  canary: z.string().min(1).optional(),
  budget: waveEnd.optional(),
  pause: duration.optional(),
  gate: gate.optional(),
});

/** What is wrong with a playbook's rollout, each with where in it; empty where nothing is. */
export function rolloutMistakes(rollout: unknown): readonly string[] {
  if (rollout === undefined) return [];
  const result = schema.safeParse(rollout);
  if (result.success) return [];
  return result.error.issues.map((issue) => {
    const path = ["rollout", ...issue.path.map(String)].join(".");
    return `${path}: ${issue.message}`;
  });
}
