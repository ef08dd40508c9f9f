import type { Event } from "../model/event.js";

/** A fold over the events of a run that tells somebody or something about it. */
export interface Reporter {
  onEvent(event: Event): void;
  /** Finishes; resolves when all is written. */
  close(): Promise<void>;
}

/** Hands every event to several reporters. */
export function tee(reporters: readonly Reporter[]): Reporter {
  return {
    onEvent: (event) => {
      for (const reporter of reporters) reporter.onEvent(event);
    },
    close: async () => {
      for (const reporter of reporters) await reporter.close();
    },
  };
}
