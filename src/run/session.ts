import { randomBytes } from "node:crypto";
import type { ErrorData } from "../model/error.js";
import { classOf, toErrorData } from "../model/error.js";
import type { Outcome } from "../model/event.js";
import type { Connection, Flow, Transport } from "../transport/transport.js";
import type { HostJob, HostSession, RunContext } from "./context.js";
import { learnFacts } from "./gather.js";

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
  let session: HostSession | undefined;
  try {
    context.emit({ type: "host-phase", host, phase: "connect" });
    session = newSession(context, job, await context.transport.connect(job.target, context.kill));
    await learnFacts(session);
    return await work(session);
  } catch (thrown) {
    const error = withTimer(withHost(toErrorData(thrown), host), session);
    const unreachable = session === undefined && classOf(error.code) === "unreachable";
    return { outcome: unreachable ? "unreachable" : "failed", error };
  } finally {
    if (session !== undefined) await closeSession(session);
  }
}

function withHost(error: ErrorData, host: string): ErrorData {
  return error.place === undefined ? { ...error, place: { host } } : error;
}

/** Says so where a timer is left armed. */
export function withTimer(error: ErrorData, session: HostSession | undefined): ErrorData {
  if (session?.armed === undefined) return error;
  const left = Math.max(0, Math.ceil((session.armed.deadline - performance.now()) / 1000));
  const unless = session.mayDisarm ? ", unless it found everything as planned" : "";
  const said = `the host takes the unconfirmed change back by itself in ${left} s${unless}`;
  return { ...error, message: `${error.message}; ${said}` };
}

/** A session on a host that was just logged in to. */
export function newSession(context: RunContext, job: HostJob, connection: Connection): HostSession {
  const { identity, confirm } = context;
  return {
    context,
    job,
    connection,
    shells: new Map(),
    lease: {
      token: randomBytes(8).toString("hex"),
      ...identity,
      since: new Date().toISOString(),
      dir: confirm.dir,
    },
    leaseBecomes:
      job.target.become !== null ||
      [...job.tasks, ...(job.handlers ?? [])].some((task) => task.options.become === true),
    closing: [],
    printed: new Map(),
    began: false,
    mayDisarm: false,
    ahead: [],
    rehearsed: false,
  };
}

/** Ends a session's shells, which gives the lease back, and its connections. */
export async function closeSession(session: HostSession): Promise<void> {
  leaveConnection(session);
  await Promise.all(session.closing);
}

/** Begins to end the connection; one that is cut off takes its time. Only a shell that gives a lease back is waited for. */
function leaveConnection(session: HostSession): void {
  const { shells, connection, context } = session;
  const ended = Promise.all([...shells.values()].map((shell) => shell.close()));
  shells.clear();
  session.closing.push(context.mode === "apply" ? ended.then(() => connection.close()) : connection.close());
}

/**
 * Logs in anew, and goes on there; the old connection is given up first, since what it still carries proves nothing.
 * @param flow See {@link Transport.connect}.
 * @throws SurefootError of class `unreachable`; the session then has no usable connection.
 */
export async function reconnect(session: HostSession, timeoutMs: number, flow?: Flow): Promise<void> {
  const { context, job } = session;
  leaveConnection(session);
  const connectTimeout = Math.max(1, Math.min(job.target.connectTimeout, timeoutMs / 1000));
  const target = { ...job.target, connectTimeout };
  session.connection = await context.transport.connect(target, context.kill, flow);
}
