import { fileReporter } from "./file.js";
import type { PageFacts } from "./html/fold.js";
import { PageFold } from "./html/fold.js";
import type { Html } from "./html/html.js";
import { page } from "./html/page.js";
import type { Reporter } from "./reporter.js";

/**
 * A page for people, written at once as a whole when all has ended; of a look for drift and its correction one for both. A run that never began leaves the
 * file as it is.
 * @param before What stands on the page of the time before; it must not throw.
 */
export function htmlReporter(file: string, before?: (facts: PageFacts) => Promise<Html>): Reporter {
  return fileReporter(file, new PageFold(), async (facts) =>
    page(facts, before === undefined ? {} : { before: await before(facts) }),
  );
}
