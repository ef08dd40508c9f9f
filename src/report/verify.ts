import type { Verdict } from "../model/check.js";
import type { Event, RunFinished, RunStarted } from "../model/event.js";
import { showShares } from "./bars.js";
import type { ChangeStyle } from "./changes.js";
import type { CheckFold, Finding } from "./checks-fold.js";
import { ChecksFold, VERDICTS, worstOf } from "./checks-fold.js";
import { again, FailureFold } from "./failures.js";
import type { Fold } from "./fold.js";
import { compressNames, fewNames } from "./names.js";
import type { Paint } from "./text.js";
import { duration, indent, oneLine, plural, printable } from "./text.js";

/** Most findings of one check that are told apart without -v. */
const FINDINGS = 5;

const WORDS = { pass: "ok", fail: "FAIL", unknown: "?" } as const satisfies Record<Verdict, string>;
const COLORS = { pass: "green", fail: "red", unknown: "yellow" } as const satisfies Record<Verdict, string>;
/** Errors that say no more than what the checks have said already. */
const SAID = ["check-failed", "check-unknown"];

/** Folds the events of `verify`: each check once, its figures added up, then the hosts for which it did not pass. */
export class VerifyFold implements Fold {
  readonly #style: ChangeStyle;
  readonly #checks: ChecksFold;
  readonly #bad = new Set<string>();
  readonly #failures = new FailureFold();
  #started: RunStarted | undefined;
  #finished: RunFinished | undefined;

  constructor(style: ChangeStyle) {
    this.#style = style;
    this.#checks = new ChecksFold(style.verbose > 0);
  }

  onEvent(event: Event): void {
    if (event.type === "run-started") this.#started = event;
    else if (event.type === "run-finished") this.#finished = event;
    else if (event.type === "check-finished") this.#checks.add(event);
    else if (event.type === "host-finished" && event.error !== undefined) {
      this.#bad.add(event.host);
      if (!SAID.includes(event.error.code)) this.#failures.add(event.host, event.error);
    }
  }

  /** All that is to be told, ending with a newline. */
  text(): string {
    const { paint, verbose } = this.#style;
    const checks = [...this.#checks.checks.values()].map((check) => showCheck(check, paint, verbose));
    const parts = [
      ...(checks.length === 0 ? [] : [`${checks.join("\n")}\n`]),
      ...this.#failures.texts(paint),
      ...(this.#finished === undefined ? [] : [this.#summary(this.#finished)]),
    ];
    return parts.join("\n");
  }

  #summary({ tally, ms }: RunFinished): string {
    const { paint } = this.#style;
    const hosts = Object.values(tally).reduce((sum, n) => sum + n, 0);
    const ended = (["ok", "failed", "unreachable", "skipped"] as const).flatMap((outcome) => {
      const [word, color] = OUTCOMES[outcome];
      return tally[outcome] === 0 ? [] : [paint(color, `${tally[outcome]} ${word}`)];
    });
    const verdicts = { pass: 0, fail: 0, unknown: 0 };
    for (const { hosts: of } of this.#checks.checks.values())
      for (const verdict of VERDICTS) verdicts[verdict] += of[verdict];
    const made = VERDICTS.flatMap((verdict) =>
      verdicts[verdict] === 0 ? [] : [paint(COLORS[verdict], `${verdicts[verdict]} ${COUNTED[verdict]}`)],
    );
    const total = VERDICTS.reduce((sum, verdict) => sum + verdicts[verdict], 0);
    const line = `${plural(hosts, "host")} in ${duration(ms)}: ${ended.join(", ") || "nothing to look at"}`;
    const checks = total === 0 ? "" : `; ${plural(total, "check")}: ${made.join(", ")}`;
    const next =
      this.#started === undefined || this.#bad.size === 0 ? undefined : again(this.#started, [...this.#bad]);
    return `${line}${checks}\n${next === undefined ? "" : `${paint("dim", `next: ${next}`)}\n`}`;
  }
}

const COUNTED: Readonly<Record<Verdict, string>> = { pass: "passed", fail: "failed", unknown: "unknown" };
const OUTCOMES = {
  ok: ["as it should be", "green"],
  failed: ["not as it should be", "red"],
  unreachable: ["unreachable", "red"],
  skipped: ["not started", "cyan"],
} as const;

function showCheck({ title, hosts, shares, findings }: CheckFold, paint: Paint, verbose: number): string {
  const worst = worstOf(hosts);
  const mark = paint(COLORS[worst], WORDS[worst].padEnd(5));
  const total = hosts.pass + hosts.fail + hosts.unknown;
  const counts = VERDICTS.flatMap((verdict) =>
    hosts[verdict] === 0 ? [] : [`${hosts[verdict]} ${COUNTED[verdict]}`],
  );
  const where = total === hosts.pass ? plural(total, "host") : counts.join(", ");
  const lines = [`${mark}${paint("bold", oneLine(title))}  ${paint("dim", where)}`];
  if (shares.size > 0) lines.push(indent(showShares([...shares.values()], paint), "     "));
  const told = [...findings.values()];
  const shown = verbose > 0 ? told : told.slice(0, FINDINGS);
  for (const finding of shown) lines.push(indent(showFinding(finding, total, paint), "     "));
  const left = told.slice(shown.length).flatMap((finding) => finding.hosts);
  if (left.length > 0)
    lines.push(`     ${plural(left.length, "more host")}: ${fewNames(left, FINDINGS)}; -v tells all`);
  return lines.join("\n");
}

function showFinding({ event, hosts }: Finding, total: number, paint: Paint): string {
  const { verdict, summary, detail, hint, shares } = event;
  const lines = [`${paint(COLORS[verdict], compressNames(hosts))}: ${oneLine(summary)}`];
  // With one host the figures of all are its own.
  if (shares !== undefined && hosts.length === 1 && total > 1)
    lines.push(indent(showShares(shares, paint), "  "));
  if (detail !== undefined) lines.push(indent(printable(detail), paint("dim", "  | ")));
  if (hint !== undefined && verdict !== "pass") lines.push(`  ${paint("green", "hint:")} ${oneLine(hint)}`);
  return lines.join("\n");
}
