import type { Event } from "../model/event.js";

/** A fold over the events of a run that tells somebody or something about it. */
export interface Reporter {
  onEvent(event: Event): void;
  /** Leaves the terminal to a question; what it gives back takes it again. */
  suspend?(): Promise<() => void>;
  /** Finishes; resolves when all is written. */
  close(): Promise<void>;
}

/** Hands every event to several reporters. */
export function tee(reporters: readonly Reporter[]): Reporter {
  return {
    onEvent: (event) => {
      for (const reporter of reporters) reporter.onEvent(event);
    },
    suspend: async () => {
      const resume: (() => void)[] = [];
      for (const reporter of reporters) resume.push((await reporter.suspend?.()) ?? (() => undefined));
      return () => {
        for (const each of resume) each();
      };
    },
    close: async () => {
      for (const reporter of reporters) await reporter.close();
    },
  };
}
