import { setTimeout as sleep } from "node:timers/promises";
import type { ErrorData } from "../../model/error.js";
import { SurefootError } from "../../model/error.js";
import type { HostSession } from "../context.js";
import { reconnect } from "../session.js";
import { ask } from "./ask.js";
import { disarm, standing } from "./timer.js";
import { BOOT_FORGOTTEN } from "./undo.js";

/** How long after its timer would have fired a host is asked what became of a disarming whose answer was lost, in milliseconds. */
const PATIENCE_MS = 60_000;
/** Longest time for one try to reach it, and between two, in milliseconds. */
const TRY_MS = 5_000;
const PAUSE_MS = 500;

/**
 * Disarms the host's timer, where it has not done so by itself. Where the answer is lost, asks over another connection what became of it: the host alone knows.
 * @param holds Reads the host again behind a lost answer, and takes the lease over from the shell that the answer was lost with. A host without
 *   a trace of the timer was disarmed, or was rebooted and has taken back what had been written.
 * @param unheard The error by which the answer of a host was lost that may have disarmed the timer by itself. One that has not is as little
 *   confirmed as before, and that error is thrown again.
 * @returns why the change is not confirmed, if so: the timer has fired, or nobody can tell.
 */
export async function disarmed(
  session: HostSession,
  holds: () => Promise<ErrorData | undefined>,
  unheard?: SurefootError,
): Promise<ErrorData | undefined> {
  const { armed, context, job } = session;
  if (armed === undefined) return undefined;
  const { token } = armed.timer;
  const end = armed.deadline + PATIENCE_MS;
  for (let lost = unheard !== undefined; ; lost = true) {
    try {
      if (lost) await reconnect(session, TRY_MS);
      const state = lost ? await ask(session, standing(token)) : "armed";
      if (state === "fired" || state === "done") break;
      if (state === "armed" && unheard !== undefined) throw unheard;
      if (state === "armed") await ask(session, disarm(token));
      if (lost) await ask(session, BOOT_FORGOTTEN);
      nowDisarmed(session);
      return lost ? await holds() : undefined;
    } catch (thrown) {
      if (!(thrown instanceof SurefootError) || thrown === unheard || context.kill.aborted) throw thrown;
      if (performance.now() > end) break;
    }
    if (lost) await sleep(PAUSE_MS, undefined, { signal: context.kill }).catch(() => undefined);
  }
  return {
    code: "not-confirmed",
    message: `the change was not confirmed within ${armed.timer.seconds} s`,
    place: { host: job.target.host, at: "confirm" },
    hint: "The host may be slow: give it more time with --confirm-timeout.",
  };
}

/** Takes note that no timer ticks on the host any more. */
export function nowDisarmed(session: HostSession): void {
  if (session.armed !== undefined) {
    session.context.emit({ type: "timer-disarmed", host: session.job.target.host });
  }
  session.armed = undefined;
  session.mayDisarm = false;
}
