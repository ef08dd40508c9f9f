import { z } from "zod";
import type { HostPlan } from "./plan.js";

const state = z.record(z.string(), z.unknown()).nullable();
const step = z.looseObject({
  title: z.string(),
  run: z.looseObject({ sh: z.string() }),
  layer: z.enum(["running", "startup"]),
  cuts: z.boolean(),
  timeoutSeconds: z.number().optional(),
});
const task = z.looseObject({
  id: z.string(),
  kind: z.string(),
  title: z.string(),
  status: z.enum(["in-sync", "change", "pending", "unknown"]),
  actual: state,
  desired: state,
  steps: z.array(step),
  undo: z.array(step),
  notes: z.array(z.string()),
  reason: z.string().optional(),
  sensitive: z.boolean(),
  become: z.boolean(),
});
const plan = z.looseObject({ host: z.string(), tasks: z.array(task) });

/** Whether a value that comes from a file is a plan. */
export function isHostPlan(value: unknown): value is HostPlan {
  return plan.safeParse(value).success;
}
