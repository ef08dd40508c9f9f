import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { expect, it } from "vitest";
import { formatErrors } from "../../src/report/errors.js";
import { jsonReporter } from "../../src/report/json.js";
import { junitReporter } from "../../src/report/junit.js";
import { tee } from "../../src/report/reporter.js";
import { simulate } from "./simulate.js";

const DOCUMENT = readFileSync(new URL("../../docs/events.md", import.meta.url), "utf8");
const events = simulate(4, (i) => (["ok", "changed", "failed", "unreachable"] as const)[i - 1] ?? "ok");

it("writes each event as a line of JSON, and survives a reader that goes away", async () => {
  const out = new PassThrough();
  const reporter = jsonReporter(out);
  for (const event of events) reporter.onEvent(event);
  await reporter.close();
  const lines = String(out.read()).trim().split("\n");
  expect(lines.map((line) => JSON.parse(line))).toEqual(events);
  const gone = jsonReporter(out);
  out.destroy(new Error("gone"));
  for (const event of events) gone.onEvent(event);
  await gone.close();
});

it("documents every event and field", () => {
  const names = new Set<string>();
  const visit = (value: unknown): void => {
    if (typeof value !== "object" || value === null) return;
    for (const [name, inner] of Object.entries(value)) {
      // What stands in a state belongs to its kind.
      if (!Array.isArray(value)) names.add(name);
      if (name !== "actual" && name !== "desired" && name !== "tally") visit(inner);
    }
  };
  visit(events);
  for (const name of [...names, ...events.map((event) => event.type)])
    expect(DOCUMENT).toContain(`\`${name}\``);
});

it("writes JUnit that is well-formed and counts right", async () => {
  const file = join(mkdtempSync(join(tmpdir(), "surefoot-junit-")), "junit.xml");
  const reporter = tee([junitReporter(file)]);
  for (const event of events) reporter.onEvent(event);
  await reporter.close();
  const xml = readFileSync(file, "utf8");
  expect(xml).toContain('tests="4" failures="1" errors="1" skipped="0" time="2.345"');
  expect(xml).toContain('<failure type="step-failed" message="a step failed with exit 1">');
  expect(xml).not.toContain("\u001b");
  const open = [...xml.matchAll(/<([a-z-]+)(?:\s[^>]*)?(?<!\/)>/g)].map((match) => match[1]);
  const close = [...xml.matchAll(/<\/([a-z-]+)>/g)].map((match) => match[1]);
  expect([...open].sort()).toEqual([...close].sort());
});

it("shows an error as compilers do", () => {
  const error = {
    code: "inventory-syntax",
    message: "no good",
    place: { file: "a.yml", line: 2, col: 3 },
    frame: "> 2 | x\n    |   ^",
    hint: "Mend it.",
  } as const;
  expect(formatErrors([error], false)).toBe(`error[inventory-syntax]: no good
  --> a.yml:2:3
  > 2 | x
      |   ^
  hint: Mend it.
`);
});
