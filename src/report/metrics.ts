import type { Standing } from "../model/drift.js";
import type { Event } from "../model/event.js";
import { fileReporter } from "./file.js";
import type { Reporter } from "./reporter.js";
import { countStandings, StandFold } from "./stands.js";

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

/** What is measured, of how hosts stand. */
export class MetricsFold {
  readonly #stands = new StandFold();

  onEvent(event: Event): void {
    this.#stands.onEvent(event);
  }

  facts(): DriftFacts | undefined {
    const looked = this.#stands.facts();
    if (looked === undefined) return undefined;
    const { playbook, inventory, at, ms } = looked;
    const hosts = [...looked.hosts.values()];
    return {
      playbook,
      inventory,
      hosts: countStandings(hosts),
      found: hosts.filter(({ found }) => found === "drifted" || found === "flapping").length,
      tasks: hosts.reduce((sum, { findings }) => sum + findings.length, 0),
      corrected: hosts.filter(({ corrected }) => corrected).length,
      at: Date.parse(at) / 1000,
      seconds: ms / 1000,
    };
  }
}
