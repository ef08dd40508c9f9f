import type { Event, Outcome, RunFinished, RunStarted } from "../model/event.js";
import type { ChangeStyle } from "./changes.js";
import { showTasks } from "./changes.js";
import { again, FailureFold } from "./failures.js";
import { compressNames } from "./names.js";
import { duration, indent, plural } from "./text.js";

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
  #finished: RunFinished | undefined;

  constructor(style: ChangeStyle) {
    this.#style = style;
  }

  onEvent(event: Event): void {
    if (event.type === "run-started") this.#started = event;
    else if (event.type === "run-finished") this.#finished = event;
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
    const outcomes = ORDER.filter((outcome) => tally[outcome] > 0);
    const counts = outcomes.map((outcome) => paint(COLORS[outcome], `${tally[outcome]} ${WORDS[outcome]}`));
    const total = ORDER.reduce((sum, outcome) => sum + tally[outcome], 0);
    const line = `${plural(total, "host")} in ${duration(ms)}: ${counts.join(", ") || "nothing to do"}`;
    const next = this.#next();
    return next === undefined ? `${line}\n` : `${line}\n${paint("dim", `next: ${next}`)}\n`;
  }

  /** The one command that helps most from here. */
  #next(): string | undefined {
    if (this.#started === undefined) return undefined;
    const { playbook, inventory, command } = this.#started;
    const on = `${playbook} -i ${inventory}`;
    if (this.#failures.hosts.length > 0) return again(this.#started, this.#failures.hosts);
    const pending = [...this.#groups.values()].some((group) => group.outcome === "would-change");
    return pending && command === "plan" ? `surefoot run ${on}` : undefined;
  }
}

const ORDER: readonly Outcome[] = [
  "ok",
  "changed",
  "would-change",
  "rolled-back",
  "failed",
  "unreachable",
  "skipped",
];

const WORDS: Readonly<Record<Outcome, string>> = {
  ok: "in sync",
  changed: "changed",
  "would-change": "would change",
  "rolled-back": "rolled back",
  failed: "failed",
  unreachable: "unreachable",
  skipped: "not started",
};

const HEADINGS: Readonly<Record<Outcome, string>> = { ...WORDS, changed: "changed and verified" };

const COLORS = {
  ok: "green",
  changed: "yellow",
  "would-change": "yellow",
  "rolled-back": "red",
  failed: "red",
  unreachable: "red",
  skipped: "cyan",
} as const satisfies Record<Outcome, string>;
