import type { ErrorData } from "../model/error.js";
import { classOf, toErrorData } from "../model/error.js";
import type { Outcome } from "../model/event.js";
import type { HostJob, HostSession, RunContext } from "./context.js";

/** How a host ended, with the error if it ended badly. */
export interface HostResult {
  readonly outcome: Outcome;
  readonly error?: ErrorData;
}

/** What is done on a host: it takes the run's context and the host's job. Never rejects: what goes wrong is its result. */
export type HostWork = (context: RunContext, job: HostJob) => Promise<HostResult>;

/** Logs in, does the work, and logs out. Never rejects: what goes wrong is its result. */
export async function withSession(
  context: RunContext,
  job: HostJob,
  work: (session: HostSession) => Promise<HostResult>,
): Promise<HostResult> {
  const host = job.target.host;
  let contacted = false;
  try {
    context.emit({ type: "host-phase", host, phase: "connect" });
    const connection = await context.transport.connect(job.target, context.kill);
    contacted = true;
    const session: HostSession = { context, job, connection, shells: new Map() };
    try {
      return await work(session);
    } finally {
      for (const shell of session.shells.values()) shell.close();
      await connection.close();
    }
  } catch (thrown) {
    const error = withHost(toErrorData(thrown), host);
    const unreachable = !contacted && classOf(error.code) === "unreachable";
    return { outcome: unreachable ? "unreachable" : "failed", error };
  }
}

function withHost(error: ErrorData, host: string): ErrorData {
  return error.place === undefined ? { ...error, place: { host } } : error;
}
