import { fileReporter } from "./file.js";
import { PageFold } from "./html/fold.js";
import { page } from "./html/page.js";
import type { Reporter } from "./reporter.js";

/**
 * A page for people, written at once as a whole when all has ended; of a look for drift and its correction one for both. A run that never began leaves the
 * file as it is.
 */
export function htmlReporter(file: string): Reporter {
  return fileReporter(file, new PageFold(), page);
}
