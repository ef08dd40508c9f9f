import pLimit from "p-limit";
import type { Check, CheckResult } from "../model/check.js";
import { toErrorData } from "../model/error.js";
import type { GateFinding } from "../model/event.js";
import type { Target } from "../model/target.js";
import { runChecks } from "./checks.js";
import type { HostJob, RunContext } from "./context.js";
import type { Gate } from "./engine.js";
import { pause } from "./engine.js";
import { closeSession, newSession } from "./session.js";

/** A host that is done, with what must hold of it. */
export interface GateJob extends HostJob {
  readonly gate: readonly Check[];
}

/** How a gate is looked at. */
export interface GateOptions {
  /** Where the checks run, about the hosts that are done; without it each runs on its own host. */
  readonly from?: Target;
  /** How often it is looked at again where it does not pass. */
  readonly retries: number;
  /** Before it is looked at again, in milliseconds. */
  readonly delayMs: number;
  /** Hosts looked at at a time. */
  readonly forks: number;
}

/** What must hold, and of which host. */
interface Question {
  readonly host: string;
  readonly check: Check;
}

/** Makes the checks from one host. Rejects where it can't be logged in to. */
export type Look = (
  target: Target,
  checks: readonly Check[],
) => Promise<readonly { readonly check: Check; readonly result: CheckResult }[]>;

/**
 * A gate that makes checks; what did not pass is looked at again. A check that could not be made did not pass: nothing is known of the host.
 * @param jobs What must hold of each host, by its name.
 */
export function checkGate(
  jobs: ReadonlyMap<string, GateJob>,
  options: GateOptions,
  look: Look,
  stop: AbortSignal,
): Gate {
  return async (done) => {
    let open = done.flatMap((job): readonly GateJob[] => {
      const known = jobs.get(job.target.host);
      const gate = known?.gather?.gate?.() ?? known?.gate ?? [];
      return known === undefined || gate.length === 0 ? [] : [{ ...known, gate }];
    });
    for (let attempt = 1; ; attempt++) {
      const findings = await lookAt(open, options, look);
      if (findings.length === 0 || attempt > options.retries || stop.aborted) {
        return { attempts: attempt, findings };
      }
      const hosts = new Set(findings.map((finding) => finding.host));
      open = open.filter((job) => options.from !== undefined || hosts.has(job.target.host));
      await pause(options.delayMs, stop);
    }
  };
}

async function lookAt(
  jobs: readonly GateJob[],
  { from, forks }: GateOptions,
  look: Look,
): Promise<readonly GateFinding[]> {
  const questions = jobs.map((job) => job.gate.map((check) => ({ host: job.target.host, check })));
  if (from !== undefined) return questions.length === 0 ? [] : lookFrom(from, questions.flat(), look);
  const findings = await pLimit(forks).map(jobs, (job, i) => lookFrom(job.target, questions[i] ?? [], look));
  return findings.flat();
}

async function lookFrom(
  target: Target,
  questions: readonly Question[],
  look: Look,
): Promise<readonly GateFinding[]> {
  const about = new Map(questions.map(({ host, check }) => [check, host]));
  try {
    const found = await look(target, [...about.keys()]);
    return found.flatMap(({ check, result }) => {
      if (result.verdict === "pass") return [];
      const { summary, hint } = result;
      const host = about.get(check) ?? target.host;
      return [{ host, title: check.title, summary, ...(hint === undefined ? {} : { hint }) }];
    });
  } catch (thrown) {
    const { message, hint } = toErrorData(thrown);
    return [{ host: target.host, title: "checks from this host", summary: message, hint }];
  }
}

/** Logs in, makes the checks, and logs out. */
export function looker(context: RunContext): Look {
  return async (target, checks) => {
    // A gate is to see what any single connection would: none is opened beside one that fails.
    const connection = await context.transport.connect(target, context.kill, {});
    // Looking needs no lease.
    const reading: RunContext = { ...context, mode: "plan" };
    const session = newSession(reading, { target, tasks: [] }, connection);
    try {
      return await runChecks(session, checks);
    } finally {
      await closeSession(session);
    }
  };
}
