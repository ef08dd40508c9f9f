import type { Diagnosis, DoctorFinding, Severity } from "../model/diagnosis.js";
import type { Event, RunFinished } from "../model/event.js";
import type { TextStyle } from "./changes.js";
import { showFacts } from "./doctor-facts.js";
import { FailureFold } from "./failures.js";
import type { Fold } from "./fold.js";
import type { Paint } from "./text.js";
import { duration, oneLine, plural, wrap } from "./text.js";

const COLORS = { problem: "red", risk: "yellow", note: "cyan" } as const satisfies Record<Severity, string>;
const WORDS = { problem: "PROBLEM", risk: "RISK", note: "note" } as const satisfies Record<Severity, string>;
/** Errors that say no more than what the diagnosis has said already. */
const SAID = ["check-failed", "check-unknown"];

type Style = Pick<TextStyle, "paint" | "columns">;

/** Folds the events of `doctor`: per host what is, then what is wrong, worst first. */
export class DoctorFold implements Fold {
  readonly #style: Style;
  readonly #hosts: { readonly host: string; readonly diagnosis: Diagnosis }[] = [];
  readonly #failures = new FailureFold();
  readonly #warnings = new Set<string>();
  #finished: RunFinished | undefined;

  constructor(style: Style) {
    this.#style = style;
  }

  onEvent(event: Event): void {
    if (event.type === "run-finished") this.#finished = event;
    else if (event.type === "warning") this.#warnings.add(event.message);
    else if (event.type === "host-diagnosed") this.#hosts.push(event);
    else if (event.type === "host-finished" && event.error !== undefined) {
      if (!SAID.includes(event.error.code)) this.#failures.add(event.host, event.error);
    }
  }

  /** All that is to be told, ending with a newline. */
  text(): string {
    const style = this.#style;
    const parts = [
      ...[...this.#warnings].map((message) => `warning: ${oneLine(message)}\n`),
      ...this.#hosts.toSorted(byName).map(({ host, diagnosis }) => showDiagnosis(host, diagnosis, style)),
      ...this.#failures.texts(style.paint),
      ...(this.#finished === undefined ? [] : [this.#summary(this.#finished)]),
    ];
    return parts.join("\n");
  }

  #summary({ tally, ms }: RunFinished): string {
    const { paint } = this.#style;
    const hosts = Object.values(tally).reduce((sum, n) => sum + n, 0);
    const counts = [
      [tally.ok, "nothing to mend", "green"],
      [tally.failed, "not as it should be", "red"],
      [tally.unreachable, "unreachable", "red"],
      [tally.skipped, "not started", "cyan"],
    ] as const;
    const told = counts.flatMap(([n, word, color]) => (n > 0 ? [paint(color, `${n} ${word}`)] : []));
    return `${plural(hosts, "host")} in ${duration(ms)}: ${told.join(", ")}\n`;
  }
}

const byName = (a: { readonly host: string }, b: { readonly host: string }): number =>
  a.host.localeCompare(b.host, "en", { numeric: true });

/** Columns before what is said of a fact, and of a finding. */
const FACT = 15;
const SAYS = 10;

function showDiagnosis(
  host: string,
  { facts, findings, unknown, looked }: Diagnosis,
  { paint, columns }: Style,
): string {
  const lines = (line: string, to = 6): readonly string[] =>
    wrap(line, columns, to - (/^ */.exec(line)?.[0].length ?? 0));
  const told = [paint("bold", host), ...showFacts(facts).flatMap((line) => lines(`  ${line}`, FACT))];
  for (const finding of findings) told.push("", ...showFinding(finding, paint, lines));
  for (const { what, why, hint } of unknown) {
    const said = `${oneLine(what)} could not be read: ${oneLine(why)}`;
    told.push("", ...lines(`  ${paint("yellow", "UNKNOWN")} ${said}`));
    told.push(...lines(`    ${paint("green", "hint:")} ${oneLine(hint)}`, SAYS));
  }
  if (findings.every(({ severity }) => severity === "note") && unknown.length === 0) {
    const at = `Looked at: ${looked.map(oneLine).join(", ")}.`;
    told.push("", ...lines(`  ${paint("green", "Nothing to mend.")} ${at}`, 2));
  }
  return `${told.join("\n")}\n`;
}

function showFinding(
  { id, severity, seen, cause, remedy }: DoctorFinding,
  paint: Paint,
  lines: (line: string, to?: number) => readonly string[],
): readonly string[] {
  const where = remedy?.on === "host" ? "on the host, as root" : "from here";
  return [
    ...lines(`  ${paint(COLORS[severity], WORDS[severity])} ${oneLine(seen)} ${paint("dim", `[${id}]`)}`),
    ...lines(`    ${paint("dim", "why:")}  ${oneLine(cause)}`, SAYS),
    // A command that is cut can't be copied.
    ...(remedy === undefined
      ? []
      : [`    ${paint("green", "mend:")} ${oneLine(remedy.command)}  ${paint("dim", `(${where})`)}`]),
  ];
}
