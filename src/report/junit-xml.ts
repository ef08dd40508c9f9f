import { xml } from "./xml.js";

/** What came of a test case that did not simply pass, as an element. */
export interface Verdict {
  readonly element: "failure" | "error" | "skipped";
  readonly xml: string;
}

/** A test case. */
export interface TestCase {
  readonly name: string;
  /** How long it took, in milliseconds, where that is known. */
  readonly ms?: number;
  readonly verdict?: Verdict | undefined;
  /** What else is said. */
  readonly said?: string;
}

/** A failure or an error, with its type and one line for people. */
export function verdict(element: "failure" | "error", type: string, message: string, body?: string): Verdict {
  const open = `<${element} type="${xml(type)}" message="${xml(message)}"`;
  return { element, xml: body === undefined ? `${open}/>` : `${open}>${xml(body)}</${element}>` };
}

/** A case that was not tried, with why where that is known. */
export function skipped(why?: string): Verdict {
  return { element: "skipped", xml: why === undefined ? "<skipped/>" : `<skipped message="${xml(why)}"/>` };
}

/**
 * A suite with its counts.
 * @param className What its cases are grouped by.
 * @param ms How long it took, in milliseconds.
 */
export function testSuite(name: string, className: string, cases: readonly TestCase[], ms: number): string {
  const count = (element: Verdict["element"]): number =>
    cases.filter((one) => one.verdict?.element === element).length;
  const attributes = [
    `name="${xml(name)}"`,
    `tests="${cases.length}"`,
    `failures="${count("failure")}"`,
    `errors="${count("error")}"`,
    `skipped="${count("skipped")}"`,
    `time="${seconds(ms)}"`,
  ].join(" ");
  const body = cases.map((one) => testCase(className, one)).join("");
  return `<testsuite ${attributes}>\n${body}</testsuite>\n`;
}

/** A whole file. */
export function junitFile(suites: readonly string[]): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n${suites.join("")}</testsuites>\n`;
}

function testCase(className: string, { name, ms, verdict: came, said }: TestCase): string {
  const time = ms === undefined ? "" : ` time="${seconds(ms)}"`;
  const out = said === undefined ? "" : `<system-out>${xml(said)}</system-out>`;
  return `<testcase classname="${xml(className)}" name="${xml(name)}"${time}>${came?.xml ?? ""}${out}</testcase>\n`;
}

const seconds = (ms: number): string => (ms / 1000).toFixed(3);
