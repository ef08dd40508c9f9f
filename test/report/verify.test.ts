import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import type { CheckResult } from "../../src/model/check.js";
import type { Event, EventBody } from "../../src/model/event.js";
import { emptyTally } from "../../src/model/event.js";
import { painter, width } from "../../src/report/text.js";
import { VerifyFold } from "../../src/report/verify.js";
import { verifyJunitReporter } from "../../src/report/verify-junit.js";
import { folder } from "../support/folder.js";

const shares = (a: number, b: number) => [
  { name: "203.0.113.221", count: a, expected: 0.5 },
  { name: "203.0.113.99", count: b, expected: 0.5 },
];

/** Two checks on each host; `wrong` gives what a host's second one found instead of a pass. */
function events(hosts: number, wrong: (i: number) => CheckResult | undefined): readonly Event[] {
  const run = { v: 1, run: "r1", command: "verify", playbook: "p.ts", inventory: "inv", hosts } as const;
  const bodies: EventBody[] = [{ type: "run-started", ...run }];
  const tally = emptyTally();
  for (let i = 1; i <= hosts; i++) {
    const host = `client${i}`;
    const of = (kind: string) =>
      ({ type: "check-finished", host, check: `${kind} x`, kind, title: `${kind} x` }) as const;
    bodies.push({ ...of("tcp"), verdict: "pass", summary: "x accepts connections" });
    const found = wrong(i) ?? { verdict: "pass", summary: "2 egress addresses", shares: shares(48, 52) };
    bodies.push({ ...of("egress"), ...found });
    const bad = found.verdict !== "pass";
    tally[bad ? "failed" : "ok"]++;
    const error = { code: "check-failed", message: found.summary, place: { host }, hint: "Look." } as const;
    bodies.push({
      type: "host-finished",
      host,
      outcome: bad ? "failed" : "ok",
      ms: 5,
      ...(bad ? { error } : {}),
    });
  }
  bodies.push({ type: "run-finished", run: "r1", tally, exitCode: 0, ms: 2_000 });
  return bodies.map((body) => ({ ...body, at: "2026-01-01T00:00:00.000Z" }));
}

function told(of: readonly Event[], verbose = 0, color = false): string {
  const fold = new VerifyFold({ paint: painter(color), verbose });
  for (const event of of) fold.onEvent(event);
  return fold.text();
}

const oneSided = (i: number): CheckResult | undefined =>
  i === 3
    ? {
        verdict: "fail",
        summary: "no connection left by 203.0.113.99",
        shares: shares(100, 0),
        hint: "Look \u001b[2J.",
      }
    : undefined;

it("tells each check once, adds its figures up, and then says who is off", () => {
  expect(told(events(3, oneSided))).toMatchInlineSnapshot(`
    "ok   tcp x  3 hosts
    FAIL egress x  2 passed, 1 failed
         203.0.113.221  ████████████████████░░░░░░░░░░  196   65 %  of 50 %
         203.0.113.99   ██████████░░░░░░░░░░░░░░░░░░░░  104   35 %  of 50 %
         client3: no connection left by 203.0.113.99
           203.0.113.221  ██████████████████████████████  100  100 %  of 50 %
           203.0.113.99   ░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░    0    0 %  of 50 %
           hint: Look \\x1b[2J.

    3 hosts in 2.0 s: 2 as it should be, 1 not as it should be; 6 checks: 5 passed, 1 failed
    next: surefoot verify p.ts -i inv --limit 'client3'
    "
  `);
});

it("tells every host where asked to say more, and paints only where it may", () => {
  const text = told(events(3, oneSided), 1);
  expect(text).toContain("client[1:3]: x accepts connections");
  expect(text).not.toContain("\u001b");
  expect(told(events(3, oneSided), 0, true)).toContain("\u001b[3");
});

it("stays below eighty columns, and short with two thousand hosts that all differ", () => {
  const text = told(
    events(2_000, (i) =>
      i % 2 === 0 ? { verdict: "fail", summary: `${i} connections failed`, shares: shares(i, 1) } : undefined,
    ),
  );
  expect(text.split("\n").length).toBeLessThan(40);
  expect(text).toContain("995 more hosts");
  for (const line of text.split("\n").filter((one) => one.includes("█")))
    expect(width(line)).toBeLessThanOrEqual(80);
});

it("writes a suite per host and a case per check for CI systems", async () => {
  const file = join(folder({}), "junit.xml");
  const reporter = verifyJunitReporter(file);
  const unknown = { verdict: "unknown", summary: 'curl is "not" here' } as const;
  for (const event of events(3, (i) => (i === 2 ? unknown : oneSided(i)))) reporter.onEvent(event);
  await reporter.close();
  const xml = readFileSync(file, "utf8");
  expect(xml.match(/<testsuite /g)).toHaveLength(3);
  expect(xml.match(/<testcase /g)).toHaveLength(6);
  expect(xml).toContain('<testsuite name="client3" tests="2" failures="1" errors="0"');
  expect(xml).toContain('<error type="check-unknown" message="curl is &quot;not&quot; here">');
});
