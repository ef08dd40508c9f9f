import { setTimeout as sleep } from "node:timers/promises";
import type { ErrorCode, ErrorData } from "../model/error.js";
import { SurefootError } from "../model/error.js";
import type { HostPlan, TaskPlan } from "../model/plan.js";
import { hasChanges, publicPlan } from "../model/plan.js";
import type { Task } from "../model/resource.js";
import { fingerprint, splitAtBarrier } from "../plan/plan.js";
import type { Readings } from "../plan/probe.js";
import type { Applied, Changes } from "./apply.js";
import { applyChanges } from "./apply.js";
import type { HostSession } from "./context.js";
import { fireAbandoned } from "./guard/abandoned.js";
import { planTasks, unknownError } from "./judge.js";
import { OwedHandlers } from "./owed.js";
import { ForeignTimer, readTasks } from "./read.js";
import type { HostResult, HostWork } from "./session.js";
import { withSession, withTimer } from "./session.js";
import { takeBack } from "./take-back.js";

/** Takes one host through all stages: log in, probe, plan, apply, confirm, verify. Never rejects: what goes wrong is its result. */
export const runHost: HostWork = (context, job) => withSession(context, job, converge);

/** Plans and applies until nothing is pending; each turn ends at a barrier or at the end. The handlers that are owed come behind all tasks. */
async function converge(session: HostSession): Promise<HostResult> {
  const { context, job } = session;
  const host = job.target.host;
  const done: TaskPlan[] = [];
  const owed = new OwedHandlers(session);
  const fail = (touched: readonly TaskPlan[], error: ErrorData): Promise<HostResult> =>
    failedAndUndone(session, owed, touched, error);
  let tasks = job.tasks;
  let first = true;
  context.emit({ type: "host-phase", host, phase: "probe" });
  for (;;) {
    const readings = await readTurn(session, tasks, done);
    if ("code" in readings) return fail(done, readings);
    const plan = planTasks(session, tasks, readings);
    const shown: HostPlan = { host, tasks: [...done, ...plan.tasks] };
    const whole: HostPlan = { host, tasks: [...shown.tasks, ...owed.expected(shown.tasks)] };
    if (first) context.planned?.(host, fingerprint(whole));
    context.emit({ type: "host-planned", host, plan: publicPlan(whole) });
    const unknown = plan.tasks.find((task) => task.status === "unknown");
    if (unknown !== undefined) return fail(done, unknownError(host, unknown));
    if (context.mode === "plan") return { outcome: hasChanges(whole) ? "would-change" : "ok" };
    const refused = first ? context.refuse?.(whole) : undefined;
    if (refused !== undefined) return { outcome: "failed", error: refused };
    const { now, later } = splitAtBarrier(plan.tasks);
    const reached = tasks.slice(0, now.length);
    const changes = now.filter((task) => task.steps.length > 0);
    if (changes.length > 0) {
      owed.note(changes);
      context.emit({ type: "host-phase", host, phase: "apply" });
      await context.recorded?.();
      const touched = [...done, ...now].filter((task) => task.steps.length > 0);
      const applied = await applyOrTell(session, { plans: changes, tasks: reached, touched });
      if (applied === "rehearsed") {
        const failed = await rehearse(session, touched);
        if (failed !== undefined) return failed;
        // What earlier turns did was taken back, too.
        done.splice(0);
        owed.again();
        tasks = session.job.tasks;
        continue;
      }
      if (applied !== "done") return fail(applied.began === false ? done : touched, applied.failed);
    }
    done.push(...now);
    owed.done(now);
    tasks = later.length > 0 ? tasks.slice(now.length) : owed.take();
    if (tasks.length === 0) {
      return { outcome: done.some((task) => task.steps.length > 0) ? "changed" : "ok" };
    }
    first = false;
  }
}

/** Errors behind which nobody knows how far the steps came: they may go on, or be half done. */
const MIDWAY: ReadonlySet<ErrorCode> = new Set(["connection-lost", "step-timeout", "host-timeout"]);

/** Carries changes out; what can't be asked of the host any more is told as what failed, so that it is taken back. */
async function applyOrTell(session: HostSession, changes: Changes): Promise<Applied> {
  session.began = false;
  try {
    return await applyChanges(session, changes);
  } catch (thrown) {
    if (!(thrown instanceof SurefootError) || thrown.data.code === "interrupted") throw thrown;
    return session.began || MIDWAY.has(thrown.data.code)
      ? { failed: thrown.data }
      : { failed: thrown.data, began: false };
  }
}

/** Reads the host; where that fails behind an earlier turn, its error is given instead: what that turn did must be taken back. */
async function readTurn(
  session: HostSession,
  tasks: readonly Task[],
  done: readonly TaskPlan[],
): Promise<Readings | ErrorData> {
  try {
    return await readWhenFree(session, tasks);
  } catch (thrown) {
    if (!(thrown instanceof SurefootError) || done.length === 0) throw thrown;
    return thrown.data;
  }
}

/** Reads the host; an unconfirmed change that a run left behind is waited for first, and taken back where its timer fails to. */
async function readWhenFree(session: HostSession, tasks: readonly Task[]): Promise<Readings> {
  try {
    return await readTasks(session, tasks);
  } catch (thrown) {
    if (!(thrown instanceof ForeignTimer) || thrown.armed.alive) throw thrown;
    const { context, job } = session;
    const { host } = job.target;
    const message = `${host}: ${thrown.message}, and nobody is there any more to confirm it: waiting for the host to take it back`;
    context.emit({ type: "warning", host, message });
    // A moment more than the timer has left: undoing takes some time, too.
    const wait = Math.min(Math.max(thrown.armed.left, 0) + 2, context.confirm.seconds + 60);
    await sleep(wait * 1000, undefined, { signal: context.kill }).catch(() => undefined);
    await fireAbandoned(session);
    return readTasks(session, tasks);
  }
}

/** Lets the timer fire; gives how the host ended if the way back does not hold. */
async function rehearse(session: HostSession, touched: readonly TaskPlan[]): Promise<HostResult | undefined> {
  const { host } = session.job.target;
  const start = performance.now();
  const { left, unread, said } = await takeBack(session, touched, true);
  session.rehearsed = true;
  if (left.length === 0 && unread === undefined) {
    session.context.emit({ type: "host-rehearsed", host, ms: Math.round(performance.now() - start) });
    return undefined;
  }
  return {
    outcome: "failed",
    error: {
      code: "rollback-failed",
      message:
        unread === undefined
          ? `the way back does not hold: ${left.join(", ")} differ after the timer fired`
          : `the way back was not proved: after the timer fired the host could not be read again (${unread})`,
      place: { host, at: "rehearsal" },
      hint: "Nothing was rolled out. Mend what keeps the host from taking the change back, then rehearse again.",
      ...(said === undefined ? {} : { detail: said }),
    },
  };
}

/** Takes back what was done so far and proves it by reading; the error says what came of that. */
async function failedAndUndone(
  session: HostSession,
  owed: OwedHandlers,
  touched: readonly TaskPlan[],
  error: ErrorData,
): Promise<HostResult> {
  const changed = touched.filter((task) => task.steps.length > 0);
  if (changed.length === 0 || error.code === "interrupted")
    return { outcome: "failed", error: withTimer(error, session) };
  owed.undoing(changed);
  const { left, unread, byHost, said } = await takeBack(session, changed);
  const detail = [error.detail, said].filter((text) => text !== undefined).join("\n");
  const more = detail === "" ? {} : { detail };
  if (unread !== undefined) {
    const what = byHost
      ? "the host takes the change back by itself, but could not be read again, so it is not known whether it did"
      : "what had been done could not be taken back, or not be read again: the host may be partly changed";
    return {
      outcome: "failed",
      error: { ...error, message: `${error.message}; ${what} (${unread})`, ...more },
    };
  }
  if (left.length === 0) {
    // A handler that failed once more has not seen what is back.
    if (said === undefined) owed.undone();
    const who = byHost ? "the host took the change back" : "what had been done on the host was taken back";
    return {
      outcome: byHost ? "rolled-back" : "failed",
      error: { ...error, message: `${error.message}; ${who}, and was read again as it was`, ...more },
    };
  }
  const partly = `taking back failed for ${left.join(", ")}: the host is partly changed`;
  return { outcome: "failed", error: { ...error, message: `${error.message}; ${partly}`, ...more } };
}
