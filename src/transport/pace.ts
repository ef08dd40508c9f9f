import { setTimeout as sleep } from "node:timers/promises";
import type { LimitFunction } from "p-limit";
import pLimit from "p-limit";
import { SurefootError } from "../model/error.js";

/** sshd may drop logins once 10 are not yet through (sshd_config(5), MaxStartups 10:30:100); others log in there too. */
const AT_ONCE = 8;
/** Another try after these waits, each lengthened by up to as much again by chance: some 10 to 20 s in all. */
const BACK_OFF_MS = [300, 600, 1_200, 2_400, 4_800] as const;

/** Lets at most eight handshakes with one server go on at a time. */
export class Pace {
  readonly #limits = new Map<string, LimitFunction>();

  /**
   * Waits for a place among those who talk to one server.
   * @returns frees the place; more than once is once.
   */
  enter(server: string): Promise<() => void> {
    const limit = this.#limits.get(server) ?? pLimit(AT_ONCE);
    this.#limits.set(server, limit);
    return new Promise((entered) => {
      void limit(() => new Promise<void>((leave) => entered(leave))).then(() => {
        if (limit.activeCount + limit.pendingCount === 0) this.#limits.delete(server);
      });
    });
  }
}

/** Tries again with growing waits while the server drops the connection before it says who it is. */
export async function retryDropped<T>(attempt: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  for (const pause of BACK_OFF_MS) {
    try {
      return await attempt();
    } catch (thrown) {
      if (!(thrown instanceof SurefootError) || thrown.code !== "connect-dropped") throw thrown;
      // An interruption shows in the next attempt.
      await sleep(pause * (1 + Math.random()), undefined, signal === undefined ? {} : { signal }).catch(
        () => undefined,
      );
    }
  }
  return attempt();
}
