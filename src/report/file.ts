import type { Event } from "../model/event.js";
import { replaceFile } from "./replace-file.js";
import type { Reporter } from "./reporter.js";

/** What a file tells, as events come; undefined where nothing has begun, or not all has ended. */
export interface FileFold<T> {
  onEvent(event: Event): void;
  facts(): T | undefined;
}

/** A reporter that writes a file at once as a whole when all has ended. A run that was cut short, or that never began, leaves the file as it is. */
export function fileReporter<T>(
  file: string,
  fold: FileFold<T>,
  text: (facts: T) => string | Promise<string>,
): Reporter {
  return {
    onEvent: (event) => fold.onEvent(event),
    close: async () => {
      const facts = fold.facts();
      if (facts !== undefined) await replaceFile(file, await text(facts));
    },
  };
}
