import { setTimeout as sleep } from "node:timers/promises";
import type { ErrorData } from "../../model/error.js";
import { classOf, SurefootError } from "../../model/error.js";
import type { TaskPlan } from "../../model/plan.js";
import type { Sh } from "../../model/sh.js";
import type { HostSession } from "../context.js";
import { reconnect } from "../session.js";
import type { Question } from "../steps.js";
import type { AnswerWay } from "./ways.js";
import { firstPort, readWays, wayProbe, waysProbe } from "./ways.js";

/**
 * Longest wait for one of the connections that are only knocked at, in milliseconds: a lost first packet is sent again after 1, 3 and 7 seconds
 * (RFC 6298), always by the way of its flow, so that waiting hides no broken gateway; and a busy host is slow to answer.
 */
const KNOCK_MS = 10_000;
/** What is left for reading, writing and disarming once the host has answered, in milliseconds. */
const RESERVE_MS = 3_000;

/**
 * Waits for steps that may cut the wire on which their end would be told, but no longer than the timer leaves.
 * @returns their error, or that the host fell silent.
 */
export async function whileTimerTicks(
  session: HostSession,
  steps: Promise<ErrorData | undefined>,
): Promise<ErrorData | undefined> {
  const { job, context } = session;
  const silent = Symbol("silent");
  const stop = new AbortController();
  const late = sleep(context.confirm.seconds * 1000 - RESERVE_MS, silent, { signal: stop.signal });
  // What becomes of them later is the host's to undo.
  steps.catch(() => undefined);
  late.catch(() => undefined);
  const first = await Promise.race([steps, late]).finally(() => stop.abort());
  if (first !== silent) return first;
  return {
    code: "not-confirmed",
    message: "the host fell silent under the change",
    place: { host: job.target.host, at: "confirm" },
    hint: "The change cuts the host off from here (look at its routes, gateways and filters in the plan), or takes longer than --confirm-timeout allows.",
  };
}

/** What the host is asked behind the steps that could cut it off: by which ways it will answer new connections. */
export function askWays(session: HostSession): Question | undefined {
  session.ways = undefined;
  const { endpoints } = session.connection;
  const first = firstPort();
  const script = endpoints === undefined ? undefined : waysProbe(endpoints, first);
  if (endpoints === undefined || script === undefined) return undefined;
  return {
    script,
    heard: (output) => {
      const ways = readWays(output, first);
      session.ways = ways === undefined ? undefined : { over: endpoints, ...ways };
    },
  };
}

/**
 * What the host is asked before the steps: by which way it answers the connection that it is asked over. Nothing where more than one route, and what all ways
 * share, was or is being changed: a packet filter, or what a tunnel goes over, may break a way that reads as before.
 * @param plans All that was changed so far, and is to be before the confirmation.
 */
export function askWay(session: HostSession, plans: readonly Pick<TaskPlan, "id">[]): Sh | undefined {
  const { job, connection } = session;
  const tasks = [...job.tasks, ...(job.handlers ?? [])];
  const done = [...new Set(plans.map(({ id }) => id))].map((id) => {
    const task = tasks.find((one) => one.id === id);
    return task?.resource.ways?.(task.params);
  });
  const little =
    done.every((what) => what !== undefined) && done.filter((what) => what === "route").length <= 1;
  return little && connection.endpoints !== undefined ? wayProbe(connection.endpoints) : undefined;
}

/** New connections besides the login: the local ports that each may come from, and by which way it is answered, where that is known. */
interface Knock {
  readonly ports?: readonly number[];
  readonly way?: string;
}

/**
 * Proves that the host can still be reached: by a new login, tried once, and by more new connections, none of which may fail. Where two
 * gateways share the flows, a broken one lets every other connection through, and trying again would hide it. So one connection comes
 * from a port that is answered by each way, or, where the host can't say which those are, as many as find a broken one nearly always (ADR 0047). A way
 * by which the host was reached before, and that is still the same, word for word, was proved by that (ADR 0049).
 * @returns why the change must be taken back, if so.
 */
export async function proveReachable(session: HostSession): Promise<ErrorData | undefined> {
  const { context, job, armed, ways } = session;
  const place = { host: job.target.host, at: "confirm" };
  const left = (): number => (armed?.deadline ?? 0) - performance.now() - RESERVE_MS;
  const first = ways?.all.find((way) => isNew(session, way)) ?? ways?.all[0];
  try {
    await reconnect(session, left(), { ports: first?.ports });
  } catch (thrown) {
    if (!(thrown instanceof SurefootError) || classOf(thrown.code) !== "unreachable") throw thrown;
    const answers =
      ways === undefined || ways.all.length < 2 ? "" : `\nIts answers were to leave ${first?.name}.`;
    return {
      code: "not-confirmed",
      message: "after the change the host could not be reached over a new connection",
      place,
      hint: "The change cuts the host off from here: look at its routes, gateways and filters in the plan.",
      detail: `${thrown.message}${answers}`,
    };
  }
  if (left() <= 0) {
    return {
      code: "not-confirmed",
      message: "after the change the host answered a new connection too late to be confirmed",
      place,
      hint: "The host or the way to it may be slow: give it more time with --confirm-timeout.",
    };
  }
  const knocks = knocksBehind(session);
  const answered = await Promise.all(
    knocks.map(({ ports }) => context.transport.knock(job.target, Math.min(KNOCK_MS, left()), { ports })),
  );
  const silent = knocks.filter((_, i) => answered[i] !== true);
  if (silent.length === 0) return undefined;
  const by = silent.flatMap(({ way }) => (way === undefined ? [] : [way])).join(", ");
  return {
    code: "not-confirmed",
    message: `after the change only ${knocks.length - silent.length} of ${knocks.length} new connections were answered`,
    place,
    hint: "Replies leave by a way that does not bring all of them back: look whether every gateway forwards, and whether it knows of connections that came in by another.",
    ...(by === "" ? {} : { detail: `Without an answer: what is answered ${by}.` }),
  };
}

/**
 * Whether a way must be proved: it is another one than that by which the host was reached before the change, or nobody knows that this is all that
 * matters of it, for the route that was changed is not the one that holds.
 */
function isNew({ answered, ways }: HostSession, { route }: AnswerWay): boolean {
  return answered === undefined || answered.way !== route || answered.matched === ways?.matched;
}

/** A connection for each new way but that of the login; where ways are not known, as many as the run asks for. */
function knocksBehind(session: HostSession): readonly Knock[] {
  const { context, ways } = session;
  const { endpoints } = session.connection;
  // Another address of either side is another flow, for which nothing was foreseen.
  const same =
    endpoints?.address === ways?.over.address && endpoints?.peer.address === ways?.over.peer.address;
  if (ways === undefined || !same) return Array.from({ length: context.confirm.connections }, () => ({}));
  return ways.all
    .filter((way) => isNew(session, way) && !way.ports.includes(endpoints?.port ?? 0))
    .map(({ ports, name }) => ({ ports, way: name }));
}
