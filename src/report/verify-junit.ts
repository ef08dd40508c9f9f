import { writeFile } from "node:fs/promises";
import type { CheckFinished, Event, HostFinished } from "../model/event.js";
import type { TestCase, Verdict } from "./junit-xml.js";
import { junitFile, skipped, testSuite, verdict } from "./junit-xml.js";
import type { Reporter } from "./reporter.js";

/**
 * JUnit XML of `verify`: a suite per host, a test case per check. A check that failed is a failure; one that could not be made is an error, and
 * so is a host that could not be looked at, which has one case, its connection; a host that was not started is skipped.
 */
export function verifyJunitReporter(file: string): Reporter {
  const checks = new Map<string, CheckFinished[]>();
  const suites: string[] = [];
  let name = "surefoot verify";
  return {
    onEvent: (event: Event) => {
      if (event.type === "run-started") name = `${event.command} ${event.playbook ?? ""}`;
      else if (event.type === "check-finished")
        checks.set(event.host, [...(checks.get(event.host) ?? []), event]);
      else if (event.type === "host-finished") {
        suites.push(suite(name, event, checks.get(event.host) ?? []));
        checks.delete(event.host);
      }
    },
    close: () => writeFile(file, junitFile(suites)),
  };
}

function suite(
  name: string,
  { host, ms, outcome, error }: HostFinished,
  checks: readonly CheckFinished[],
): string {
  const cases: TestCase[] = checks.map((check) => ({ name: check.title, verdict: found(check) }));
  if (outcome === "skipped") cases.push({ name: "connection", verdict: skipped() });
  else if (error !== undefined && !error.code.startsWith("check-"))
    cases.push({ name: "connection", verdict: verdict("error", error.code, error.message, error.hint) });
  return testSuite(host, `${name}: ${host}`, cases, ms);
}

function found({ verdict: judged, summary, detail = "", hint = "" }: CheckFinished): Verdict | undefined {
  if (judged === "pass") return undefined;
  const body = `${detail}\nhint: ${hint}`;
  return judged === "fail"
    ? verdict("failure", "check-failed", summary, body)
    : verdict("error", "check-unknown", summary, body);
}
