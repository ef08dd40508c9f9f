import type { EventBody } from "../model/event.js";
import type { HostPlan } from "../model/plan.js";
import { publicPlan } from "../model/plan.js";
import { fingerprint } from "../plan/plan.js";
import type { HostSession } from "./context.js";
import { planTasks } from "./judge.js";
import { readTasks } from "./read.js";
import type { HostResult, HostWork } from "./session.js";
import { withSession } from "./session.js";

/** What a look at a host saw. */
export interface Seen {
  /** With secrets masked. */
  readonly plan: HostPlan;
  /** Tasks whose steps are wanted at every run, whatever the state. */
  readonly repeats: ReadonlySet<string>;
}

/** What a look at one host came to. */
export interface Verdict {
  readonly result: HostResult;
  /** What is told of the host, before its end. */
  readonly said: readonly EventBody[];
}

/** Judges what was seen on a host; where nothing was seen, how the attempt ended. */
export interface LookJudge {
  judge(host: string, seen: Seen): Promise<Verdict>;
  notSeen(host: string, result: HostResult): readonly EventBody[];
}

/** Looks at hosts in one round trip each, and changes nothing: no lease is taken. */
export function looker(judge: LookJudge): HostWork {
  return async (context, job) => {
    const { host } = job.target;
    let verdict: Verdict | undefined;
    const result = await withSession(context, job, async (session) => {
      verdict = await judge.judge(host, await look(session));
      return verdict.result;
    });
    for (const event of verdict?.said ?? judge.notSeen(host, result)) context.emit(event);
    return result;
  };
}

async function look(session: HostSession): Promise<Seen> {
  const { context, job } = session;
  const { host } = job.target;
  context.emit({ type: "host-phase", host, phase: "probe" });
  const plan = planTasks(session, job.tasks, await readTasks(session, job.tasks));
  context.planned?.(host, fingerprint(plan));
  const repeating = job.tasks.filter((task) => task.resource.repeats?.(task.params) === true);
  return { plan: publicPlan(plan), repeats: new Set(repeating.map((task) => task.id)) };
}
