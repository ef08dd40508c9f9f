import type { Writable } from "node:stream";
import type { Reporter } from "./reporter.js";

/** JSON Lines: one event a line, and nothing else. A reader that goes away ends the writing, not the run. */
export function jsonReporter(out: Writable): Reporter {
  let gone = false;
  const onError = (): void => {
    gone = true;
  };
  out.on("error", onError);
  let written: Promise<void> = Promise.resolve();
  return {
    onEvent: (event) => {
      if (gone) return;
      written = new Promise((resolve) => {
        out.write(`${JSON.stringify(event)}\n`, () => resolve());
      });
    },
    close: async () => {
      await written;
      out.off("error", onError);
    },
  };
}
