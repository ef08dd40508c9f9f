import type { Watched } from "../drift/store.js";
import { loadMemory, rememberTold } from "../drift/store.js";
import { SurefootError, SurefootErrors } from "../model/error.js";
import { noticeOf, toldOf } from "../notify/notice.js";
import { parseReceiver } from "../notify/receiver.js";
import { openReceiver } from "../notify/send.js";
import type { Reporter } from "../report/reporter.js";
import { StandFold } from "../report/stands.js";

/** Tells receivers of what a look and the correction after it changed in how hosts stand. */
export interface Notifier {
  /** What hears of the hosts. */
  readonly reporter: Reporter;
  /**
   * Tells what is new, once all has ended; what was told is remembered only where every receiver took it, so that nothing is told to nobody.
   * @throws SurefootError `notify-failed` after all receivers were tried.
   */
  tell(state: string, watched: Watched): Promise<void>;
}

/**
 * Makes ready to tell those that the flags name; undefined where they name none.
 * @throws SurefootError `flag-invalid`, `secret-unavailable`.
 */
export async function openNotifier(
  receivers: readonly string[],
  by: { readonly schedule?: string },
): Promise<Notifier | undefined> {
  if (receivers.length === 0) return undefined;
  const sends = await Promise.all(receivers.map((text) => openReceiver(parseReceiver(text))));
  const stands = new StandFold();
  return {
    reporter: { onEvent: (event) => stands.onEvent(event), close: () => Promise.resolve() },
    tell: async (state, watched) => {
      const looked = stands.facts();
      if (looked === undefined) return;
      const { hosts } = await loadMemory(state, watched);
      const notice = noticeOf(looked, (host) => hosts[host]?.told, by);
      const results = notice === undefined ? [] : await Promise.allSettled(sends.map((send) => send(notice)));
      const errors = results.flatMap((one) => (one.status === "rejected" ? [one.reason] : []));
      if (errors.length === 0) await rememberTold(state, watched, toldOf(looked));
      else throw together(errors);
    },
  };
}

/** All of them as one error. */
function together(errors: readonly unknown[]): unknown {
  const known = errors.flatMap((error) => (error instanceof SurefootError ? [error.data] : []));
  return errors.length > 1 && known.length === errors.length ? new SurefootErrors(known) : errors[0];
}
