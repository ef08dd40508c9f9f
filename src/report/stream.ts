import type { Writable } from "node:stream";
import type { Event } from "../model/event.js";
import type { Fold } from "./fold.js";
import type { Reporter } from "./reporter.js";
import { plural, printable } from "./text.js";

/** Where lines go, and what tells the end. */
export interface StreamOptions {
  readonly out: Writable;
  /** Takes what commands write to stderr. */
  readonly err: Writable;
  readonly fold: Fold;
}

/** Tells the lines of commands as they come, each behind its host's name; nothing is redrawn. */
export function streamReporter({ out, err, fold }: StreamOptions): Reporter {
  return {
    onEvent: (event: Event) => {
      fold.onEvent(event);
      if (event.type !== "command-output") return;
      const { host, stream, text, cut } = event;
      const more = cut === undefined ? "" : ` (${plural(cut, "byte")} left out)`;
      (stream === "stdout" ? out : err).write(`${host}: ${printable(text)}${more}\n`);
    },
    close: () => new Promise((resolve) => out.write(fold.text(), () => resolve())),
  };
}
