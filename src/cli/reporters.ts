import { SurefootError } from "../model/error.js";
import { jsonReporter } from "../report/json.js";
import { junitReporter } from "../report/junit.js";
import type { Reporter } from "../report/reporter.js";
import { tee } from "../report/reporter.js";
import { terminalReporter } from "../report/terminal.js";
import { useColor } from "./failure.js";
import type { FleetFlags } from "./options.js";

/**
 * The reports that the flags ask for.
 * @throws SurefootError `flag-invalid` for a kind of report that does not exist.
 */
export function makeReporter(flags: FleetFlags): Reporter {
  const files = flags.report.map((text) => {
    const [kind, file] = text.split(/=(.*)/s);
    if (kind === "junit" && file !== undefined && file !== "") return junitReporter(file);
    throw new SurefootError({
      code: "flag-invalid",
      message: `--report ${text} is no report`,
      hint: "Write --report junit=FILE.",
    });
  });
  const out = process.stdout;
  const main =
    flags.json === true
      ? jsonReporter(out)
      : terminalReporter({ out, color: useColor(out), verbose: flags.verbose });
  return tee([main, ...files]);
}
