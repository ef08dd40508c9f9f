import { writeFile } from "node:fs/promises";
import type { CheckFinished, Event, HostFinished } from "../model/event.js";
import type { Reporter } from "./reporter.js";
import { xml } from "./xml.js";

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
    close: () =>
      writeFile(
        file,
        `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n${suites.join("")}</testsuites>\n`,
      ),
  };
}

function suite(
  name: string,
  { host, ms, outcome, error }: HostFinished,
  checks: readonly CheckFinished[],
): string {
  const cases = checks.map((check) => testCase(`${name}: ${host}`, check.title, verdict(check)));
  if (outcome === "skipped") cases.push(testCase(`${name}: ${host}`, "connection", "<skipped/>"));
  else if (error !== undefined && !error.code.startsWith("check-")) {
    const said = `<error type="${error.code}" message="${xml(error.message)}">${xml(error.hint)}</error>`;
    cases.push(testCase(`${name}: ${host}`, "connection", said));
  }
  const count = (element: string): number => cases.filter((text) => text.includes(`<${element}`)).length;
  const attributes = [
    `name="${xml(host)}"`,
    `tests="${cases.length}"`,
    `failures="${count("failure")}"`,
    `errors="${count("error")}"`,
    `skipped="${count("skipped")}"`,
    `time="${(ms / 1000).toFixed(3)}"`,
  ].join(" ");
  return `<testsuite ${attributes}>\n${cases.join("")}</testsuite>\n`;
}

function testCase(className: string, name: string, inner: string): string {
  return `<testcase classname="${xml(className)}" name="${xml(name)}">${inner}</testcase>\n`;
}

function verdict({ verdict: found, summary, detail = "", hint = "" }: CheckFinished): string {
  if (found === "pass") return "";
  const element = found === "fail" ? "failure" : "error";
  const type = found === "fail" ? "check-failed" : "check-unknown";
  const body = xml(`${detail}\nhint: ${hint}`);
  return `<${element} type="${type}" message="${xml(summary)}">${body}</${element}>`;
}
