import { resolve } from "node:path";
import { SurefootError } from "../model/error.js";
import type { TextStyle } from "../report/changes.js";
import type { Fold } from "../report/fold.js";
import { RunFold } from "../report/fold.js";
import type { PageFacts } from "../report/html/fold.js";
import type { Html } from "../report/html/html.js";
import { htmlReporter } from "../report/html.js";
import { jsonReporter } from "../report/json.js";
import { junitReporter } from "../report/junit.js";
import type { Reporter } from "../report/reporter.js";
import { tee } from "../report/reporter.js";
import { terminalReporter } from "../report/terminal.js";
import { painter, textColumns } from "../report/text.js";
import { useColor } from "./failure.js";
import { fromHere } from "./from-here.js";
import type { ReportFlags } from "./options.js";

/** How a command's end is told. */
export interface View {
  fold(style: TextStyle): Fold;
  junit(file: string): Reporter;
  /** False where there is no page for people. */
  readonly html?: false;
  /** In place of what a terminal is told by, where there is one. */
  terminal?(fold: Fold): Reporter;
}

const RUN: View = { fold: (style) => new RunFold(style), junit: junitReporter };

/**
 * The reports that the flags ask for.
 * @throws SurefootError `flag-invalid` for a kind of report that does not exist.
 */
export function makeReporter(flags: ReportFlags, view: View = RUN): Reporter {
  const files = fileReporters(flags, view);
  const out = process.stdout;
  const color = useColor(out);
  const tell = view.terminal ?? ((fold) => terminalReporter({ out, fold }));
  const main =
    flags.json === true
      ? jsonReporter(out)
      : tell(view.fold({ paint: painter(color), verbose: flags.verbose, columns: textColumns(out) }));
  return tee([main, ...files]);
}

/**
 * Those of them that go to files.
 * @throws SurefootError `flag-invalid` for a kind of report that does not exist.
 */
export function fileReporters(
  flags: Pick<ReportFlags, "report" | "state">,
  view: Pick<View, "junit" | "html"> = RUN,
): readonly Reporter[] {
  return flags.report.map((text) => {
    const [kind, file] = text.split(/=(.*)/s);
    if (file !== undefined && file !== "") {
      if (kind === "junit") return view.junit(file);
      if (kind === "html" && view.html !== false) return htmlReporter(file, before(flags.state));
    }
    throw new SurefootError({
      code: "flag-invalid",
      message: `--report ${text} is no report`,
      hint: `Write --report junit=FILE${view.html === false ? "" : " or --report html=FILE"}.`,
    });
  });
}

/** What a page tells of the time before, by the history of the same inventory. */
function before(state: string | undefined): ((facts: PageFacts) => Promise<Html>) | undefined {
  if (state === undefined) return undefined;
  return async ({ started, runs }) => {
    const { beforeHtml } = await import("../history/before.js");
    const inventory = resolve(started.inventory);
    return beforeHtml(state, { inventory, without: runs, now: new Date(), path: fromHere });
  };
}
