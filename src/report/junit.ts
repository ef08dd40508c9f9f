import { writeFile } from "node:fs/promises";
import type { DriftFinding } from "../model/drift.js";
import type { ErrorData } from "../model/error.js";
import type { Event, Outcome } from "../model/event.js";
import { formatPlace } from "../model/place.js";
import type { TaskPlan } from "../model/plan.js";
import type { Reporter } from "./reporter.js";
import { xml } from "./xml.js";

interface HostRecord {
  readonly tasks: readonly Pick<TaskPlan, "title" | "status">[];
  readonly outcome: Outcome;
  readonly ms: number;
  readonly error?: ErrorData;
}

/**
 * JUnit XML, as CI systems read it: a suite per run, a test case per host. A host that failed is a failure, one that could not be reached an
 * error, one that was not started is skipped; a host that would change fails a `plan`, so that CI shows drift.
 */
export function junitReporter(file: string): Reporter {
  const tasks = new Map<string, HostRecord["tasks"]>();
  const hosts = new Map<string, HostRecord>();
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
      } else if (event.type === "run-finished") ms = event.ms;
    },
    close: () => writeFile(file, suite(name, hosts, ms)),
  };
}

function asTask({ title, looksLike }: DriftFinding): HostRecord["tasks"][number] {
  return { title: `${title} (${looksLike})`, status: "change" };
}

function suite(name: string, hosts: ReadonlyMap<string, HostRecord>, ms: number): string {
  const all = [...hosts.values()];
  const count = (...outcomes: Outcome[]): number =>
    all.filter((host) => outcomes.includes(host.outcome)).length;
  const attributes = [
    `name="${xml(name)}"`,
    `tests="${all.length}"`,
    `failures="${count("failed", "would-change")}"`,
    `errors="${count("unreachable")}"`,
    `skipped="${count("skipped")}"`,
    `time="${(ms / 1000).toFixed(3)}"`,
  ].join(" ");
  const cases = [...hosts].map(([host, record]) => testCase(name, host, record)).join("");
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n<testsuite ${attributes}>\n${cases}</testsuite>\n</testsuites>\n`;
}

function testCase(suiteName: string, host: string, { outcome, error, tasks, ms }: HostRecord): string {
  const changed = tasks.filter((task) => task.status !== "in-sync").map((task) => task.title);
  const open = `<testcase classname="${xml(suiteName)}" name="${xml(host)}" time="${(ms / 1000).toFixed(3)}">`;
  const said =
    changed.length === 0 ? "" : `<system-out>${xml(`${outcome}: ${changed.join("; ")}`)}</system-out>`;
  return `${open}${verdict(outcome, error, changed)}${said}</testcase>\n`;
}

function verdict(outcome: Outcome, error: ErrorData | undefined, changed: readonly string[]): string {
  if (outcome === "skipped") return "<skipped/>";
  if (outcome === "would-change")
    return `<failure type="would-change" message="${xml(changed.join("; "))}"/>`;
  if (error === undefined) return "";
  const place = error.place === undefined ? "" : `${formatPlace(error.place)}\n`;
  const body = xml(`${place}${error.detail ?? ""}\nhint: ${error.hint}`);
  const element = outcome === "unreachable" ? "error" : "failure";
  return `<${element} type="${error.code}" message="${xml(error.message)}">${body}</${element}>`;
}
