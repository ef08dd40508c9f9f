import type {
  Event,
  GateFinished,
  Outcome,
  RolloutPlanned,
  RolloutStopped,
  RunFinished,
  RunStarted,
  Tally,
} from "../model/event.js";
import { OUTCOMES } from "../model/event.js";
import type { ChangeStyle } from "./changes.js";
import { showTasks } from "./changes.js";
import { again, commandOn, FailureFold, recordFlag } from "./failures.js";
import { compressNames } from "./names.js";
import type { Paint } from "./text.js";
import { duration, indent, oneLine, plural } from "./text.js";
import { COLORS, gateName, stoppedText, tallyWords, WORDS } from "./words.js";

const NO_CHANGES = "";

/** Collects a run's events for what is told at its end. */
export interface Fold {
  onEvent(event: Event): void;
  /** All that is to be told, ending with a newline. */
  text(): string;
}

/** Folds a run's events into what is told at its end: what reads the same for many hosts is told once. */
export class RunFold implements Fold {
  readonly #style: ChangeStyle;
  /** Each distinct text once, however many hosts share it. */
  readonly #texts = new Map<string, string>();
  readonly #plans = new Map<string, string>();
  readonly #groups = new Map<
    string,
    { readonly outcome: Outcome; readonly text: string; readonly hosts: string[] }
  >();
  readonly #failures = new FailureFold();
  readonly #warnings = new Set<string>();
  #started: RunStarted | undefined;
  #rollout: RolloutPlanned | undefined;
  #gate: GateFinished | undefined;
  #stopped: RolloutStopped | undefined;
  #finished: RunFinished | undefined;

  constructor(style: ChangeStyle) {
    this.#style = style;
  }

  onEvent(event: Event): void {
    if (event.type === "run-started") this.#started = event;
    else if (event.type === "run-finished") this.#finished = event;
    else if (event.type === "rollout-planned") this.#rollout = event;
    else if (event.type === "gate-finished") this.#gate = event;
    else if (event.type === "rollout-stopped") this.#stopped = event;
    else if (event.type === "warning") this.#warnings.add(event.message);
    else if (event.type === "host-planned") {
      const text = showTasks(event.plan.tasks, this.#style);
      const shared = this.#texts.get(text) ?? text;
      this.#texts.set(shared, shared);
      this.#plans.set(event.host, shared);
    } else if (event.type === "host-finished") {
      const text = this.#plans.get(event.host) ?? NO_CHANGES;
      this.#plans.delete(event.host);
      if (event.error !== undefined) this.#failures.add(event.host, event.error);
      else this.#group(event.outcome, text, event.host);
    }
  }

  #group(outcome: Outcome, text: string, host: string): void {
    const key = `${outcome}\0${text}`;
    const group = this.#groups.get(key) ?? { outcome, text, hosts: [] };
    this.#groups.set(key, group);
    group.hosts.push(host);
  }

  /** All that is to be told, ending with a newline. */
  text(): string {
    const parts = [...this.#warnings].map((message) => `warning: ${message}\n`);
    const shown = [...this.#groups.values()].filter((group) => group.text !== "");
    for (const { outcome, text, hosts } of shown)
      parts.push(`${this.#heading(outcome, hosts)}\n${indent(text, "  ")}\n`);
    parts.push(...this.#failures.texts(this.#style.paint));
    if (this.#rollout !== undefined) parts.push(rolloutText(this.#rollout));
    if (this.#gate?.passed === false) parts.push(showGate(this.#gate, this.#style.paint));
    if (this.#finished !== undefined) parts.push(this.#summary(this.#finished));
    return parts.join("\n");
  }

  #heading(outcome: Outcome, hosts: readonly string[]): string {
    const { paint } = this.#style;
    const what = HEADINGS[outcome];
    return `${paint("bold", plural(hosts.length, "host"))} ${paint(COLORS[outcome], what)}: ${compressNames(hosts)}`;
  }

  #summary({ tally, ms }: RunFinished): string {
    const { paint } = this.#style;
    const total = OUTCOMES.reduce((sum, outcome) => sum + tally[outcome], 0);
    const line = `${plural(total, "host")} in ${duration(ms)}: ${tallyWords(tally, paint)}`;
    const stopped = this.#stopped === undefined ? [] : [paint("bold", stoppedText(this.#stopped))];
    const ways = this.#waysOn(tally);
    const next = ways.length > 0 ? undefined : this.#next();
    return [
      ...stopped,
      line,
      ...[...ways, ...(next === undefined ? [] : [`next: ${next}`])].map((way) => paint("dim", way)),
    ]
      .map((text) => `${text}\n`)
      .join("");
  }

  /** How to go on with, and to take back, a run that has a record and did not come to all hosts. */
  #waysOn(tally: Tally): readonly string[] {
    if (this.#started?.journal === undefined || tally.skipped === 0) return [];
    const { run, command } = this.#started;
    const state = recordFlag(this.#started);
    if (command === "rollback" || command === "drift") return [];
    const back = tally.changed > 0 ? [`take back: surefoot rollback ${run}${state}`] : [];
    return [`go on: surefoot runs resume ${run}${state}`, ...back];
  }

  /** The one command that helps most from here. */
  #next(): string | undefined {
    if (this.#started === undefined) return undefined;
    const { command } = this.#started;
    if (this.#failures.hosts.length > 0) return again(this.#started, this.#failures.hosts);
    const pending = [...this.#groups.values()].some((group) => group.outcome === "would-change");
    return pending && command === "plan" ? commandOn(this.#started, "run") : undefined;
  }
}

const HEADINGS: Readonly<Record<Outcome, string>> = { ...WORDS, changed: "changed and verified" };

/** The waves that a run would take, a line each. */
function rolloutText({ waves, budget }: RolloutPlanned): string {
  const lines = waves.map(
    (hosts, i) =>
      `wave ${i + 1} of ${waves.length}: ${plural(hosts.length, "host")}: ${compressNames(hosts)}\n`,
  );
  const stops = `stops when ${plural(budget ?? 0, "host")} ended badly\n`;
  return [...lines, ...(budget === undefined ? [] : [stops])].join("");
}

/** Findings of a gate that are shown. */
const FINDINGS = 12;

function showGate({ wave, waves, attempts, findings }: GateFinished, paint: Paint): string {
  const lines = findings
    .slice(0, FINDINGS)
    .flatMap(({ host, title, summary, hint }) => [
      `  ${oneLine(host)}: ${oneLine(title)}: ${oneLine(summary)}`,
      ...(hint === undefined ? [] : [`    ${paint("green", "hint:")} ${oneLine(hint)}`]),
    ]);
  const more = findings.length > FINDINGS ? [`  and ${findings.length - FINDINGS} more`] : [];
  const head = paint("red", `${gateName({ wave, waves })} did not pass`);
  return `${[`${head} (looked at ${attempts === 1 ? "once" : `${attempts} times`}):`, ...lines, ...more].join("\n")}\n`;
}
