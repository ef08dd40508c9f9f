import { randomBytes } from "node:crypto";
import type { Connection } from "../transport/transport.js";
import type { HostJob, HostSession, RunContext } from "./context.js";

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
    leaseBecomes: job.target.become !== null || job.tasks.some((task) => task.options.become === true),
    closing: [],
    ahead: [],
    rehearsed: false,
  };
}

/** Ends a session's shells, which gives the lease back, and its connections. */
export async function closeSession(session: HostSession): Promise<void> {
  leaveConnection(session);
  await Promise.all(session.closing);
}

/** Begins to end the connection; one that is cut off takes its time. */
function leaveConnection(session: HostSession): void {
  for (const shell of session.shells.values()) shell.close();
  session.shells.clear();
  session.closing.push(session.connection.close());
}

/**
 * Logs in anew, and goes on there; the old connection is given up first, since what it still carries proves nothing.
 * @throws SurefootError of class `unreachable`; the session then has no usable connection.
 */
export async function reconnect(session: HostSession, timeoutMs: number): Promise<void> {
  const { context, job } = session;
  leaveConnection(session);
  const connectTimeout = Math.max(1, Math.min(job.target.connectTimeout, timeoutMs / 1000));
  session.connection = await context.transport.connect({ ...job.target, connectTimeout }, context.kill);
}
