import type { Standing } from "../model/drift.js";
import type { Event } from "../model/event.js";
import { EXIT } from "../model/exit.js";
import { fileReporter } from "./file.js";
import type { Reporter } from "./reporter.js";

/** What is measured of a look for drift and of the correction after it. */
export interface DriftFacts {
  readonly playbook: string;
  readonly inventory: string;
  /** How hosts stand in the end. */
  readonly hosts: Readonly<Record<Standing, number>>;
  /** Hosts that had drifted when they were looked at, flapping ones among them. */
  readonly found: number;
  /** Things on them that differed, or were without effect. */
  readonly tasks: number;
  readonly corrected: number;
  /** Seconds since 1970. */
  readonly at: number;
  readonly seconds: number;
}

/**
 * The text that node_exporter's textfile collector reads: the exposition format 0.0.4 of Prometheus, names by its conventions (base units, no
 * counters, since each run replaces the file). Of each playbook and inventory one.
 */
export function metricsText(all: readonly DriftFacts[]): string {
  const each = (value: (facts: DriftFacts) => number): readonly Sample[] =>
    all.map((facts) => [labelsOf(facts), value(facts)]);
  const standings = all.flatMap((facts) =>
    Object.entries(facts.hosts).map(([standing, count]): Sample => [{ ...labelsOf(facts), standing }, count]),
  );
  return [
    gauge("drift_hosts", "Hosts by how they stood at the end of the last run.", standings),
    gauge(
      "drift_found_hosts",
      "Hosts that the last run found drifted.",
      each(({ found }) => found),
    ),
    gauge(
      "drift_found_tasks",
      "Things that the last run found drifted, on all hosts.",
      each(({ tasks }) => tasks),
    ),
    gauge(
      "drift_corrected_hosts",
      "Hosts that the last run corrected.",
      each(({ corrected }) => corrected),
    ),
    gauge(
      "drift_last_run_timestamp_seconds",
      "When the last run ended.",
      each(({ at }) => at),
    ),
    gauge(
      "drift_last_run_duration_seconds",
      "How long the last run took.",
      each(({ seconds }) => seconds),
    ),
  ].join("");
}

/** Which Surefoot tells the rest, in the same format. */
export function buildInfo(version: string): string {
  return gauge("build_info", "1, labelled with the version.", [[{ version }, 1]]);
}

function labelsOf({ playbook, inventory }: DriftFacts): Readonly<Record<string, string>> {
  return { playbook, inventory };
}

type Sample = readonly [labels: Readonly<Record<string, string>>, value: number];

function gauge(name: string, help: string, samples: readonly Sample[]): string {
  const full = `surefoot_${name}`;
  const lines = samples.map(([labels, value]) => {
    const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escaped(text)}"`);
    return `${full}{${pairs.join(",")}} ${value}\n`;
  });
  return `# HELP ${full} ${help}\n# TYPE ${full} gauge\n${lines.join("")}`;
}

function escaped(text: string): string {
  return text.replace(/[\\"]/g, "\\$&").replaceAll("\n", "\\n");
}

/**
 * Writes the metrics of a look and of its correction when both have ended. A run that was cut short, or that never began, leaves the file as it is, so that
 * its age tells of it.
 */
export function metricsReporter(file: string): Reporter {
  return fileReporter(file, new MetricsFold(), (facts) => metricsText([facts]));
}

/** Folds the events of a look, and of the correction after it, into what is measured. */
export class MetricsFold {
  readonly #standing = new Map<string, Standing>();
  /** Hosts on which something is without effect, which no correction changes. */
  readonly #remains = new Set<string>();
  #of: { readonly playbook: string; readonly inventory: string } | undefined;
  #runs = 0;
  #open = false;
  #found = 0;
  #tasks = 0;
  #corrected = 0;
  #ms = 0;
  #at = 0;

  onEvent(event: Event): void {
    if (event.type === "run-started") {
      this.#of ??= { playbook: event.playbook ?? "", inventory: event.inventory };
      this.#runs++;
      this.#open = true;
    } else if (event.type === "run-finished") {
      this.#open = event.exitCode === EXIT.interrupted;
      this.#ms += event.ms;
      this.#at = Date.parse(event.at) / 1000;
    } else if (event.type === "host-drift") {
      this.#standing.set(event.host, event.standing);
      if (event.standing === "drifted" || event.standing === "flapping") this.#found++;
      this.#tasks += event.findings.length;
      if (event.findings.some(({ fixable }) => !fixable)) this.#remains.add(event.host);
    } else if (event.type === "host-finished" && this.#runs > 1) {
      if (event.outcome !== "changed" && event.outcome !== "ok") return;
      if (event.outcome === "changed") this.#corrected++;
      if (!this.#remains.has(event.host)) this.#standing.set(event.host, "in-sync");
    }
  }

  facts(): DriftFacts | undefined {
    if (this.#of === undefined || this.#open) return undefined;
    const hosts = { "in-sync": 0, drifted: 0, flapping: 0, unreachable: 0, unknown: 0 };
    for (const standing of this.#standing.values()) hosts[standing]++;
    return {
      ...this.#of,
      hosts,
      found: this.#found,
      tasks: this.#tasks,
      corrected: this.#corrected,
      at: this.#at,
      seconds: this.#ms / 1000,
    };
  }
}
