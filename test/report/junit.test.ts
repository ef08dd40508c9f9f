import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import type { EventBody } from "../../src/model/event.js";
import { junitReporter } from "../../src/report/junit.js";

async function written(events: readonly EventBody[]): Promise<string> {
  const file = join(mkdtempSync(join(tmpdir(), "surefoot-junit-")), "junit.xml");
  const reporter = junitReporter(file);
  for (const body of events) reporter.onEvent({ ...body, at: "2026-01-01T00:00:00.000Z" });
  await reporter.close();
  return readFileSync(file, "utf8");
}

const ended = (host: string, outcome: "changed" | "skipped"): EventBody => ({
  type: "host-finished",
  host,
  outcome,
  ms: 1500,
});
const place = { wave: 1, waves: 2 };

it("has a case for a gate that passed", async () => {
  const gate = { type: "gate-finished", ...place, passed: true, attempts: 1, findings: [], ms: 20 } as const;
  const xml = await written([ended("a", "changed"), gate]);
  expect(xml).toContain('tests="2" failures="0" errors="0" skipped="0"');
  expect(xml).toContain('name="gate after wave 1 of 2" time="0.020"></testcase>');
});

it("fails a gate that did not pass, and says why hosts were skipped", async () => {
  const finding = { host: "a", title: "<ping>", summary: "no answer", hint: "Look at it." };
  const xml = await written([
    ended("a", "changed"),
    { type: "gate-finished", ...place, passed: false, attempts: 3, findings: [finding], ms: 20 },
    { type: "rollout-stopped", why: "gate", ...place, bad: {} },
    ended("b", "skipped"),
  ]);
  expect(xml).toContain('tests="3" failures="1" errors="0" skipped="1"');
  expect(xml).toContain(
    '<failure type="gate" message="the gate after wave 1 of 2 did not pass">a: &lt;ping&gt;: no answer\nhint: Look at it.</failure>',
  );
  expect(xml).toContain('<skipped message="Stopped: the gate after wave 1 of 2 did not pass."/>');
});

it("says which hosts spent the budget", async () => {
  const xml = await written([
    { type: "rollout-stopped", why: "budget", ...place, bad: { a: "unreachable" }, budget: 1 },
    ended("b", "skipped"),
  ]);
  expect(xml).toContain(
    '<skipped message="Stopped in wave 1 of 2: the budget of 1 is spent (a unreachable)."/>',
  );
});

it("says nothing of why where a run was ended by hand", async () => {
  expect(await written([ended("b", "skipped")])).toContain("<skipped/>");
});

it("counts a host that was rolled back among the failures", async () => {
  const error = { code: "not-confirmed", message: "no answer", hint: "Look." } as const;
  const xml = await written([{ type: "host-finished", host: "a", outcome: "rolled-back", ms: 1, error }]);
  expect(xml).toContain('tests="1" failures="1" errors="0" skipped="0"');
});
