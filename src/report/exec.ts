import type { CommandFinished, Event, RunFinished } from "../model/event.js";
import type { ChangeStyle } from "./changes.js";
import { FailureFold } from "./failures.js";
import type { Fold } from "./fold.js";
import { compressNames } from "./names.js";
import type { Paint } from "./text.js";
import { duration, indent, plural, printable } from "./text.js";

/** What reads the same for some hosts. */
interface Finding {
  readonly event: CommandFinished;
  readonly hosts: string[];
}

/** Folds the events of `exec`: each distinct output with its exit status once, then what went wrong on the way. */
export class ExecFold implements Fold {
  readonly #paint: Paint;
  readonly #findings = new Map<string, Finding>();
  readonly #failures = new FailureFold();
  readonly #warnings = new Set<string>();
  /** Hosts by how the command ended there. */
  readonly #ended = { zero: 0, other: 0 };
  #finished: RunFinished | undefined;

  constructor({ paint }: Pick<ChangeStyle, "paint">) {
    this.#paint = paint;
  }

  onEvent(event: Event): void {
    if (event.type === "run-finished") this.#finished = event;
    else if (event.type === "warning") this.#warnings.add(event.message);
    else if (event.type === "command-finished") this.#add(event);
    else if (event.type === "host-finished" && event.error !== undefined) {
      // Said by its exit status.
      if (event.error.code !== "command-failed") this.#failures.add(event.host, event.error);
    }
  }

  #add(event: CommandFinished): void {
    this.#ended[event.exit === 0 ? "zero" : "other"]++;
    const { exit, stdout, stderr, cut } = event;
    const key = JSON.stringify([exit, stdout, stderr, cut?.stdout, cut?.stderr]);
    const finding = this.#findings.get(key) ?? { event, hosts: [] };
    this.#findings.set(key, finding);
    finding.hosts.push(event.host);
  }

  /** All that is to be told, ending with a newline. */
  text(): string {
    const findings = [...this.#findings.values()].sort(
      (a, b) => b.hosts.length - a.hosts.length || a.event.exit - b.event.exit,
    );
    const parts = [
      ...[...this.#warnings].map((message) => `warning: ${printable(message)}\n`),
      ...findings.map((finding) => showFinding(finding, this.#paint)),
      ...this.#failures.texts(this.#paint),
      ...(this.#finished === undefined ? [] : [this.#summary(this.#finished)]),
    ];
    return parts.join("\n");
  }

  #summary({ tally, ms }: RunFinished): string {
    const { zero, other } = this.#ended;
    const hosts = Object.values(tally).reduce((sum, n) => sum + n, 0);
    const counts = [
      [zero, "exit 0", "green"],
      [other, "other exit", "red"],
      [tally.failed - other, "failed", "red"],
      [tally.unreachable, "unreachable", "red"],
      [tally.skipped, "not started", "cyan"],
    ] as const;
    const told = counts.flatMap(([n, word, color]) => (n > 0 ? [this.#paint(color, `${n} ${word}`)] : []));
    return `${plural(hosts, "host")} in ${duration(ms)}: ${told.join(", ")}\n`;
  }
}

function showFinding({ event, hosts }: Finding, paint: Paint): string {
  const { exit, stdout, stderr, cut } = event;
  const ended = paint(exit === 0 ? "green" : "red", `exit ${exit}`);
  const silent = stdout === "" && stderr === "" ? ", no output" : "";
  const parts = [
    `${paint("bold", plural(hosts.length, "host"))}, ${ended}${silent}: ${compressNames(hosts)}`,
  ];
  for (const [stream, text] of [
    ["stdout", stdout ?? ""],
    ["stderr", stderr ?? ""],
  ] as const) {
    const left = cut?.[stream] ?? 0;
    if (text === "" && left === 0) continue;
    if (stream === "stderr") parts.push(paint("dim", "  stderr:"));
    if (left > 0) parts.push(paint("dim", `  (${plural(left, "byte")} before this left out)`));
    parts.push(indent(printable(text).replace(/\n$/, ""), "  "));
  }
  return `${parts.join("\n")}\n`;
}
