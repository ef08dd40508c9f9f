import type { ErrorData } from "../model/error.js";
import type { TaskPlan } from "../model/plan.js";
import type { Step, Task } from "../model/resource.js";
import type { Sh } from "../model/sh.js";
import type { Frame } from "../plan/frames.js";
import type { Readings } from "../plan/probe.js";
import { batchProbes } from "../plan/probe.js";
import type { ScriptParts } from "../plan/script.js";
import { CONFIRM } from "../plan/script.js";
import type { HostSession } from "./context.js";
import { detailOf, failedOutput } from "./failed-output.js";
import type { ScriptResult } from "./host-shell.js";
import { becomes, readingsOf, readTasks, runAs } from "./read.js";

/** A step with the task that it belongs to. */
export interface PlannedStep {
  readonly task: TaskPlan;
  readonly step: Step;
}

/**
 * What came of running steps: all ran and everything was read again, or one failed. `confirmed`: the host found all as foreseen, and did what was
 * to be done then.
 */
export type Ran =
  | { readonly readings: Readings; readonly confirmed: boolean }
  | { readonly failed: ErrorData };

/** All steps of plans, in their order. */
export function stepsOf(plans: readonly TaskPlan[]): readonly PlannedStep[] {
  return plans.flatMap((task) => task.steps.map((step) => ({ task, step })));
}

/** Something that is asked in the script of the last steps, behind them. */
export interface Question {
  readonly script: Sh;
  heard(output: string): void;
}

/** Runs steps in their order; gives the error of the one that failed, behind which none ran. */
export async function runInOrder(
  session: HostSession,
  steps: readonly PlannedStep[],
  question?: Question,
): Promise<ErrorData | undefined> {
  const groups = groupByUser(steps);
  for (const group of groups) {
    const asked = group === groups.at(-1) ? question : undefined;
    const probes = asked === undefined ? [] : [asked.script];
    const result = await runSteps(session, group.become, group.steps, { probes });
    const failed = failureOf(session, group.steps, result);
    if (failed !== undefined) return failed;
    const answer = result.frames.find((frame) => frame.type === "probe");
    if (answer?.type === "probe" && answer.exit === 0) asked?.heard(answer.output);
  }
  return undefined;
}

/**
 * Runs steps, then reads all tasks again. Where they all run as one user, steps and reading travel as one script: one round trip.
 * @param confirm What the host shall do where its reading is as foreseen; passed over where that is not one script.
 */
export async function runAndRead(
  session: HostSession,
  steps: readonly PlannedStep[],
  tasks: readonly Task[],
  confirm?: ScriptParts["confirm"],
): Promise<Ran> {
  const groups = groupByUser(steps);
  const [only] = groups;
  const enter = verifyOnce(session);
  if (
    groups.length === 1 &&
    only !== undefined &&
    tasks.every((task) => becomes(session, task) === only.become)
  ) {
    const batch = batchProbes(tasks);
    const result = await runSteps(session, only.become, only.steps, {
      probes: batch.scripts,
      afterSteps: enter,
      ...(confirm === undefined ? {} : { confirm }),
    });
    const failed = failureOf(session, only.steps, result);
    if (failed !== undefined) return { failed };
    const confirmed = result.frames.some(
      (frame) => frame.type === "end" && frame.step === CONFIRM && frame.exit === 0,
    );
    return { readings: readingsOf(session, only.become, batch, result), confirmed };
  }
  const failed = await runInOrder(session, steps);
  if (failed !== undefined) return { failed };
  enter();
  return { readings: await readTasks(session, tasks), confirmed: false };
}

/**
 * Undoes tasks, last first, going on where a step fails; what came of it shows when the host is read again.
 * @returns what a handler said that failed: that can't be read.
 */
export async function undoInOrder(
  session: HostSession,
  plans: readonly TaskPlan[],
): Promise<string | undefined> {
  let said: string | undefined;
  for (const { become, steps } of groupByUser(undoOf(plans))) {
    const { frames } = await runSteps(session, become, steps, { keepGoing: true });
    for (const frame of frames) {
      const planned = frame.type === "end" && frame.exit !== 0 ? steps[frame.step] : undefined;
      if (planned?.task.undoneLast !== true || frame.type !== "end") continue;
      const output = planned.task.sensitive ? "" : `: ${frame.output.trim()}`;
      said ??= `${planned.task.title} failed behind it, with exit ${frame.exit}${output}`;
    }
  }
  return said;
}

/** The steps that take tasks back, last first; then handlers that have to see what is back, in their order. */
export function undoOf(plans: readonly TaskPlan[]): readonly PlannedStep[] {
  const tasks = plans.filter((task) => task.undoneLast !== true).reverse();
  const handlers = plans.filter((task) => task.undoneLast === true);
  return [...tasks, ...handlers].flatMap((task) => task.undo.map((step) => ({ task, step })));
}

function verifyOnce(session: HostSession): () => void {
  let done = false;
  return () => {
    if (!done) session.context.emit({ type: "host-phase", host: session.job.target.host, phase: "verify" });
    done = true;
  };
}

/** Consecutive steps that run as the same user. */
function groupByUser(
  steps: readonly PlannedStep[],
): readonly { readonly become: boolean; readonly steps: readonly PlannedStep[] }[] {
  const groups: { readonly become: boolean; readonly steps: PlannedStep[] }[] = [];
  for (const planned of steps) {
    const last = groups.at(-1);
    if (last !== undefined && last.become === planned.task.become) last.steps.push(planned);
    else groups.push({ become: planned.task.become, steps: [planned] });
  }
  return groups;
}

async function runSteps(
  session: HostSession,
  become: boolean,
  steps: readonly PlannedStep[],
  more: {
    readonly probes?: ReturnType<typeof batchProbes>["scripts"];
    readonly confirm?: NonNullable<ScriptParts["confirm"]>;
    readonly afterSteps?: () => void;
    readonly keepGoing?: boolean;
  } = {},
): Promise<ScriptResult> {
  const { context, job } = session;
  const host = job.target.host;
  let last = performance.now();
  const onFrame = (frame: Frame): void => {
    const now = performance.now();
    const planned = frame.type === "begin" || frame.type === "end" ? steps[frame.step] : undefined;
    if (planned !== undefined) {
      const at = { host, task: planned.task.id, step: planned.step.title };
      if (frame.type === "begin") {
        session.began = true;
        context.emit({ type: "step-started", ...at });
      }
      if (frame.type === "end") {
        context.emit({ type: "step-finished", ...at, exit: frame.exit, ms: Math.round(now - last) });
        if (frame.step === steps.length - 1 && frame.exit === 0) more.afterSteps?.();
      }
    }
    last = now;
  };
  const parts = {
    steps: steps.map((planned) => planned.step.run),
    probes: more.probes ?? [],
    ...(more.confirm === undefined ? {} : { confirm: more.confirm }),
    keepGoing: more.keepGoing ?? false,
  };
  const stepTimeoutMs = (step: number): number => {
    const seconds = steps[step]?.step.timeoutSeconds;
    return seconds === undefined ? context.timeouts.stepMs : seconds * 1000;
  };
  return runAs(session, become, parts, { stepTimeoutMs, onFrame });
}

function failureOf(
  session: HostSession,
  steps: readonly PlannedStep[],
  { frames }: ScriptResult,
): ErrorData | undefined {
  const end = frames.find((frame) => frame.type === "end" && frame.exit !== 0 && frame.step !== CONFIRM);
  if (end?.type !== "end") return undefined;
  const planned = steps[end.step];
  const place = { host: session.job.target.host, at: planned?.step.title ?? `step ${end.step}` };
  const known = failedOutput(place, end.output, planned?.task.sensitive === true);
  return (
    known ?? {
      code: "step-failed",
      message: `a step failed with exit ${end.exit}`,
      place,
      hint: "The detail shows what the host printed; mend the cause and run again.",
      ...detailOf(end.output, planned?.task.sensitive === true),
    }
  );
}
