import type { ErrorData } from "../../model/error.js";
import { SurefootError } from "../../model/error.js";
import type { HostSession } from "../context.js";
import { reconnect } from "../session.js";
import { ask } from "./ask.js";
import { disarm, standing } from "./timer.js";

/** How often a disarming whose answer was lost is asked about. */
const TRIES = 3;
const TRY_MS = 5_000;

/**
 * Disarms the host's timer. Where the answer is lost, asks over another connection what became of it: the host alone knows.
 * @returns why the change is not confirmed, if so: the timer has fired, or nobody can tell.
 */
export async function disarmed(session: HostSession): Promise<ErrorData | undefined> {
  const { armed } = session;
  if (armed === undefined) return undefined;
  const { token } = armed.timer;
  for (let tries = 0; tries < TRIES; tries++) {
    try {
      if (tries > 0) await reconnect(session, TRY_MS);
      const state = tries === 0 ? "armed" : await ask(session, standing(token));
      if (state === "fired" || state === "done") break;
      // Without a trace it was disarmed, and the shell that held the lease has ended since.
      if (state === "armed" || state === "disarmed") await ask(session, disarm(token));
      session.armed = undefined;
      session.context.emit({ type: "timer-disarmed", host: session.job.target.host });
      return undefined;
    } catch (thrown) {
      if (!(thrown instanceof SurefootError) || session.context.kill.aborted) throw thrown;
    }
  }
  return {
    code: "not-confirmed",
    message: `the change was not confirmed within ${armed.timer.seconds} s`,
    place: { host: session.job.target.host, at: "confirm" },
    hint: "The host may be slow: give it more time with --confirm-timeout.",
  };
}
