import { setTimeout as sleep } from "node:timers/promises";
import type { ErrorData } from "../../model/error.js";
import { classOf, SurefootError } from "../../model/error.js";
import type { HostSession } from "../context.js";
import { reconnect } from "../session.js";

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

/**
 * Proves that the host can still be reached: by a new login, tried once, and by more new connections, none of which may fail. Where two
 * gateways share the flows, a broken one lets every other connection through, and trying again would hide it.
 * @returns why the change must be taken back, if so.
 */
export async function proveReachable(session: HostSession): Promise<ErrorData | undefined> {
  const { context, job, armed } = session;
  const place = { host: job.target.host, at: "confirm" };
  const left = (): number => (armed?.deadline ?? 0) - performance.now() - RESERVE_MS;
  try {
    await reconnect(session, left());
  } catch (thrown) {
    if (!(thrown instanceof SurefootError) || classOf(thrown.code) !== "unreachable") throw thrown;
    return {
      code: "not-confirmed",
      message: "after the change the host could not be reached over a new connection",
      place,
      hint: "The change cuts the host off from here: look at its routes, gateways and filters in the plan.",
      detail: thrown.message,
    };
  }
  const { connections } = context.confirm;
  if (left() <= 0) {
    return {
      code: "not-confirmed",
      message: "after the change the host answered a new connection too late to be confirmed",
      place,
      hint: "The host or the way to it may be slow: give it more time with --confirm-timeout.",
    };
  }
  const knocks = Array.from({ length: connections }, () =>
    context.transport.knock(job.target, Math.min(KNOCK_MS, left())),
  );
  const answered = (await Promise.all(knocks)).filter((came) => came).length;
  if (answered === connections) return undefined;
  return {
    code: "not-confirmed",
    message: `after the change only ${answered} of ${connections} new connections were answered`,
    place,
    hint: "Replies leave by a way that does not bring all of them back: look whether every gateway forwards, and whether it knows of connections that came in by another.",
  };
}
