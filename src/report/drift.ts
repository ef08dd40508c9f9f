import type { DriftFinding, Standing } from "../model/drift.js";
import type { Event, HostDrift, RunFinished, RunStarted } from "../model/event.js";
import type { TaskPlan } from "../model/plan.js";
import type { ChangeStyle } from "./changes.js";
import { showTasks } from "./changes.js";
import { again, commandOn, FailureFold } from "./failures.js";
import type { Fold } from "./fold.js";
import { compressNames } from "./names.js";
import { duration, indent, oneLine, plural, shortTime } from "./text.js";

const ORDER = [
  "in-sync",
  "drifted",
  "flapping",
  "unreachable",
  "unknown",
] as const satisfies readonly Standing[];
/** What each standing is called. */
export const WORDS: Readonly<Record<Standing, string>> = {
  "in-sync": "in sync",
  drifted: "drifted",
  flapping: "flapping",
  unreachable: "unreachable",
  unknown: "unknown",
};
const COLORS = {
  "in-sync": "green",
  drifted: "yellow",
  flapping: "red",
  unreachable: "red",
  unknown: "red",
} as const satisfies Record<Standing, string>;

interface Group {
  readonly standing: Standing;
  readonly text: string;
  readonly hosts: string[];
}

/** Folds the events of a look for drift: hosts for which the same is to be told, once. */
export class DriftFold implements Fold {
  readonly #style: ChangeStyle;
  readonly #fixes: boolean;
  readonly #plans = new Map<string, readonly TaskPlan[]>();
  readonly #groups = new Map<string, Group>();
  readonly #counts: Record<Standing, number> = {
    "in-sync": 0,
    drifted: 0,
    flapping: 0,
    unreachable: 0,
    unknown: 0,
  };
  readonly #failures = new FailureFold();
  readonly #warnings = new Set<string>();
  #started: RunStarted | undefined;
  #finished: RunFinished | undefined;
  #skipped = 0;

  /** @param fixes What was found is corrected right behind the look. */
  constructor(style: ChangeStyle, { fixes = false }: { readonly fixes?: boolean } = {}) {
    this.#style = style;
    this.#fixes = fixes;
  }

  onEvent(event: Event): void {
    if (event.type === "run-started") this.#started = event;
    else if (event.type === "run-finished") this.#finished = event;
    else if (event.type === "warning") this.#warnings.add(event.message);
    else if (event.type === "host-planned") this.#plans.set(event.host, event.plan.tasks);
    else if (event.type === "host-drift") this.#add(event);
    else if (event.type === "host-finished") {
      if (event.error !== undefined) this.#failures.add(event.host, event.error);
      if (event.outcome === "skipped") this.#skipped++;
    }
  }

  #add(event: HostDrift): void {
    const { host, standing, findings, degraded } = event;
    this.#counts[standing]++;
    const plans = this.#plans.get(host) ?? [];
    this.#plans.delete(host);
    const { paint } = this.#style;
    const text = [
      ...findings.map((finding) =>
        this.#finding(
          finding,
          plans.find(({ id }) => id === finding.task),
        ),
      ),
      ...degraded.map((note) => `${paint("cyan", "kept so on purpose:")} ${oneLine(note)}`),
    ].join("\n");
    if (text === "") return;
    const key = `${standing}\0${text}`;
    const group = this.#groups.get(key) ?? { standing, text, hosts: [] };
    this.#groups.set(key, group);
    group.hosts.push(host);
  }

  #finding(finding: DriftFinding, plan: TaskPlan | undefined): string {
    const { paint } = this.#style;
    const { title, since, applied, inSync, looksLike, hint, fixable } = finding;
    const head =
      fixable && plan !== undefined
        ? showTasks([plan], this.#style)
        : `${paint("yellow", "!")} ${paint("bold", oneLine(title))}`;
    const last = applied === undefined ? "never on record" : `${shortTime(applied.at)} by run ${applied.run}`;
    const line = (name: string, text: string): string =>
      `  ${paint("dim", name.padEnd(12))}  ${oneLine(text)}`;
    return [
      head,
      line("since", shortTime(since)),
      line("last applied", last),
      ...otherThanWanted(finding).map((text) => line("", text)),
      ...(inSync === undefined ? [] : [line("in sync till", shortTime(inSync))]),
      line("looks like", looksLike),
      ...(hint === undefined ? [] : [`  ${paint("green", "hint:")} ${oneLine(hint)}`]),
    ].join("\n");
  }

  text(): string {
    const { paint } = this.#style;
    const parts = [...this.#warnings].map((message) => `warning: ${message}\n`);
    const shown = [...this.#groups.values()].sort(
      (a, b) => ORDER.indexOf(a.standing) - ORDER.indexOf(b.standing),
    );
    for (const { standing, text, hosts } of shown) {
      const what = paint(COLORS[standing], WORDS[standing]);
      parts.push(
        `${paint("bold", plural(hosts.length, "host"))} ${what}: ${compressNames(hosts)}\n${indent(text, "  ")}\n`,
      );
    }
    parts.push(...this.#failures.texts(paint));
    if (this.#finished !== undefined) parts.push(this.#summary(this.#finished));
    return parts.join("\n");
  }

  #summary({ ms }: RunFinished): string {
    const { paint } = this.#style;
    const counted = ORDER.filter((standing) => this.#counts[standing] > 0);
    const counts = counted.map((standing) =>
      paint(COLORS[standing], `${this.#counts[standing]} ${WORDS[standing]}`),
    );
    if (this.#skipped > 0) counts.push(paint("cyan", `${this.#skipped} not started`));
    const total = ORDER.reduce((sum, standing) => sum + this.#counts[standing], this.#skipped);
    const next = this.#next();
    return `${plural(total, "host")} in ${duration(ms)}: ${counts.join(", ") || "nothing to look at"}\n${
      next === undefined ? "" : `${paint("dim", `next: ${next}`)}\n`
    }`;
  }

  #next(): string | undefined {
    if (this.#started === undefined) return undefined;
    if (this.#failures.hosts.length > 0) return again(this.#started, this.#failures.hosts);
    return this.#counts.drifted > 0 && !this.#fixes
      ? `${commandOn(this.#started, "drift")} --fix`
      : undefined;
  }
}

/** What we last applied, where that is not what is wanted now. */
function otherThanWanted({ fields }: DriftFinding): readonly string[] {
  return fields
    .filter(
      ({ desired, applied }) => applied !== undefined && JSON.stringify(applied) !== JSON.stringify(desired),
    )
    .map(
      ({ field, desired, applied, found }) =>
        `${field}: wanted ${show(desired)}, last applied ${show(applied)}, found ${show(found)}`,
    );
}

/** Characters of a value that are shown. */
const VALUE = 80;

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > VALUE ? `${text.slice(0, VALUE)}...` : text;
}
