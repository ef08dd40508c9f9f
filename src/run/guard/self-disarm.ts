import type { Task } from "../../model/resource.js";
import { foresee } from "../../plan/foresee.js";
import { batchProbes } from "../../plan/probe.js";
import type { ScriptParts } from "../../plan/script.js";
import type { HostSession } from "../context.js";
import { notConverged } from "../judge.js";
import { becomes } from "../read.js";
import type { PlannedStep } from "../steps.js";
import { disarm } from "./timer.js";

/**
 * What lets the host disarm its timer by itself behind the last steps: its reading, word for word, which is foreseen and judged here before. Saves
 * the round trip of asking for it (ADR 0044).
 * @param toCome The steps behind which it disarms.
 * @returns undefined where the reading can't be foreseen, or is not what is wanted.
 */
export function selfDisarming(
  session: HostSession,
  tasks: readonly Task[],
  toCome: readonly PlannedStep[],
): ScriptParts["confirm"] {
  const { armed, leaseBecomes, printed } = session;
  const asHolder =
    tasks.every((task) => becomes(session, task) === leaseBecomes) &&
    toCome.every(({ task }) => task.become === leaseBecomes);
  if (armed === undefined || !asHolder) return undefined;
  const plans = [...new Set(toCome.map(({ task }) => task))];
  const foreseen = foresee(tasks, batchProbes(tasks), plans, printed);
  if (foreseen === undefined || notConverged(session, tasks, foreseen.readings) !== undefined)
    return undefined;
  return { outputs: foreseen.outputs, step: disarm(armed.timer.token) };
}
