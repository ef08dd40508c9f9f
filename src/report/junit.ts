import { writeFile } from "node:fs/promises";
import type { DriftFinding } from "../model/drift.js";
import type { ErrorData } from "../model/error.js";
import type { Event, GateFinished, Outcome, RolloutStopped } from "../model/event.js";
import { formatPlace } from "../model/place.js";
import type { TaskPlan } from "../model/plan.js";
import type { TestCase, Verdict } from "./junit-xml.js";
import { junitFile, skipped, testSuite, verdict } from "./junit-xml.js";
import type { Reporter } from "./reporter.js";
import { gateName, stoppedText } from "./words.js";

interface HostRecord {
  readonly tasks: readonly Pick<TaskPlan, "title" | "status">[];
  readonly outcome: Outcome;
  readonly ms: number;
  readonly error?: ErrorData;
}

/**
 * JUnit XML, as CI systems read it: a suite per run, a test case per host and per gate. A host that failed or was rolled back is a failure, as is a gate
 * that did not pass; a host that could not be reached is an error, one that was not started is skipped, with why; a host that would change
 * fails a `plan`, so that CI shows drift.
 */
export function junitReporter(file: string): Reporter {
  const tasks = new Map<string, HostRecord["tasks"]>();
  const hosts = new Map<string, HostRecord>();
  const gates: GateFinished[] = [];
  let stopped: RolloutStopped | undefined;
  /** What a correction could not change. */
  const remains = new Map<string, HostRecord["tasks"]>();
  let name = "surefoot";
  let ms = 0;
  return {
    onEvent: (event: Event) => {
      if (event.type === "run-started") name = `${event.command} ${event.playbook ?? event.shell ?? ""}`;
      else if (event.type === "host-planned") {
        tasks.set(
          event.host,
          event.plan.tasks.map(({ title, status }) => ({ title, status })),
        );
      } else if (event.type === "host-drift" && event.findings.length > 0) {
        tasks.set(event.host, event.findings.map(asTask));
        const left = event.findings.filter(({ fixable }) => !fixable);
        if (left.length > 0) remains.set(event.host, left.map(asTask));
      } else if (event.type === "host-finished") {
        const { host, error } = event;
        const left = event.outcome === "changed" ? remains.get(host) : undefined;
        hosts.set(host, {
          tasks: left ?? tasks.get(host) ?? [],
          outcome: left === undefined ? event.outcome : "would-change",
          ms: event.ms,
          ...(error === undefined ? {} : { error }),
        });
        tasks.delete(host);
      } else if (event.type === "gate-finished") gates.push(event);
      else if (event.type === "rollout-stopped") stopped = event;
      else if (event.type === "run-finished") ms = event.ms;
    },
    close: () => {
      const cases = [
        ...[...hosts].map(([host, record]) => hostCase(host, record, stopped)),
        ...gates.map(gateCase),
      ];
      return writeFile(file, junitFile([testSuite(name, name, cases, ms)]));
    },
  };
}

function asTask({ title, looksLike }: DriftFinding): HostRecord["tasks"][number] {
  return { title: `${title} (${looksLike})`, status: "change" };
}

function hostCase(
  host: string,
  { outcome, error, tasks, ms }: HostRecord,
  stopped: RolloutStopped | undefined,
): TestCase {
  const changed = tasks.filter((task) => task.status !== "in-sync").map((task) => task.title);
  return {
    name: host,
    ms,
    verdict: hostVerdict(outcome, error, changed, stopped),
    ...(changed.length === 0 ? {} : { said: `${outcome}: ${changed.join("; ")}` }),
  };
}

function hostVerdict(
  outcome: Outcome,
  error: ErrorData | undefined,
  changed: readonly string[],
  stopped: RolloutStopped | undefined,
): Verdict | undefined {
  if (outcome === "skipped") return skipped(stopped === undefined ? undefined : stoppedText(stopped));
  if (outcome === "would-change") return verdict("failure", "would-change", changed.join("; "));
  if (error === undefined) return undefined;
  const place = error.place === undefined ? "" : `${formatPlace(error.place)}\n`;
  const body = `${place}${error.detail ?? ""}\nhint: ${error.hint}`;
  return verdict(outcome === "unreachable" ? "error" : "failure", error.code, error.message, body);
}

function gateCase({ wave, waves, passed, findings, ms }: GateFinished): TestCase {
  const name = gateName({ wave, waves });
  if (passed) return { name, ms };
  const lines = findings.map(({ host, title, summary, hint }) =>
    [`${host}: ${title}: ${summary}`, ...(hint === undefined ? [] : [`hint: ${hint}`])].join("\n"),
  );
  return { name, ms, verdict: verdict("failure", "gate", `the ${name} did not pass`, lines.join("\n")) };
}
