import { setTimeout as sleepFor } from "node:timers/promises";
import { SurefootError } from "../../model/error.js";
import type { ArmedTimer, HostSession } from "../context.js";
import { reconnect } from "../session.js";
import { ask } from "./ask.js";
import { readPairs } from "./lease.js";
import { awaitFired, fire, standing } from "./timer.js";

/** How long a host is waited for after its timer fired, or after it last said that it is at work, in milliseconds. */
const PATIENCE_MS = 60_000;
/** Longest wait in all, in milliseconds: undoing may start services, and many hosts at once on one machine take their turns. */
const LONGEST_MS = 600_000;
/** Longest time for the first try to reach a host that may be cut off, and for any, in milliseconds: a busy one is given more each time. */
const FIRST_TRY_MS = 5_000;
const TRY_MS = 30_000;
const PAUSE_MS = 500;
/** Longest time that undoing is watched in one go, in seconds. */
const WATCH_S = 30;

/** Waits, but no longer than the run goes on. */
async function sleep(ms: number, signal: AbortSignal): Promise<void> {
  await sleepFor(Math.max(0, ms), undefined, { signal }).catch(() => undefined);
}

/** How the host's own undoing ended. */
export interface Undoing {
  /** Whether the host was reached again and says that it is done. */
  readonly done: boolean;
  /** The timer had been disarmed already, and takes nothing back. */
  readonly disarmed?: true;
  /** What failed on the host, or kept it from being reached. */
  readonly said?: string;
}

/**
 * Lets the host take back what its timer guards: at once where it can be reached, else when the timer fires; then waits until it can be
 * reached again and says that it is done.
 * @param patient Wait for the timer in any case.
 * @throws SurefootError `interrupted` where the run is ended meanwhile: the timer stays armed.
 */
export async function letUndo(
  session: HostSession,
  { timer, deadline }: ArmedTimer,
  patient: boolean,
): Promise<Undoing> {
  const { kill } = session.context;
  const last = Math.max(deadline, performance.now()) + LONGEST_MS;
  let end = deadline + PATIENCE_MS;
  let tryMs = FIRST_TRY_MS;
  let reached = false;
  if (patient) await sleep(deadline - performance.now(), kill);
  for (;;) {
    try {
      if (!reached) await reconnect(session, tryMs);
      reached = true;
      const state = await ask(session, standing(timer.token));
      // A host without a trace of it was rebooted: what ran is gone, what would have started was taken back by the boot.
      if (state === "none" && !session.mayDisarm) return { done: true };
      // So it is too where it disarmed by itself, and its shell has ended since.
      if (state === "disarmed" || state === "none") return { done: false, disarmed: true };
      if (state === "armed") await ask(session, fire(timer.token));
      end = Math.min(last, Math.max(end, performance.now() + PATIENCE_MS));
      const left = await ask(session, awaitFired(timer.token, WATCH_S));
      const [pairs = "", log = ""] = left.split("\n\n");
      const result = readPairs(pairs).get("result");
      if (result !== undefined) return result === "0" ? { done: true } : { done: true, said: log.trim() };
      if (performance.now() > last) return { done: false, said: "it is still at work" };
    } catch (thrown) {
      if (!(thrown instanceof SurefootError) || kill.aborted) throw thrown;
      if (performance.now() > end) return { done: false, said: thrown.message };
      reached = false;
      tryMs = Math.min(tryMs * 2, TRY_MS);
    }
    await sleep(PAUSE_MS, kill);
  }
}
