import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import type { DriftFinding, Standing } from "../../src/model/drift.js";
import type { Event, EventBody } from "../../src/model/event.js";
import { emptyTally } from "../../src/model/event.js";
import { DriftFold } from "../../src/report/drift.js";
import { junitReporter } from "../../src/report/junit.js";
import { painter } from "../../src/report/text.js";
import { folder } from "../support/folder.js";
import { TASKS } from "./simulate.js";

const AT = "2026-01-01T00:00:00.000Z";
const EDITED: DriftFinding = {
  task: "file /etc/x",
  kind: "file",
  title: "file /etc/x",
  fields: [{ field: "mode", desired: "0644", applied: "0600", found: "0666" }],
  since: AT,
  applied: { run: "r0", at: AT },
  inSync: AT,
  looksLike: "an edit \u001b[2J",
  fixable: true,
};
const SHADOWED: DriftFinding = {
  task: "route default",
  kind: "route",
  title: "route default",
  fields: [],
  since: AT,
  looksLike: "no effect: another wins",
  fixable: false,
  hint: "Remove the other.",
};

function look(of: Readonly<Record<string, readonly [Standing, readonly DriftFinding[]]>>): readonly Event[] {
  const hosts = Object.entries(of);
  const started = {
    v: 1,
    run: "r1",
    command: "drift",
    playbook: "p.ts",
    inventory: "inv",
    hosts: 1,
  } as const;
  const bodies: EventBody[] = [
    { type: "run-started", ...started },
    ...hosts.flatMap(([host, [standing, findings]]): readonly EventBody[] => [
      { type: "host-planned", host, plan: { host, tasks: TASKS } },
      { type: "host-drift", host, standing, findings, degraded: [] },
      { type: "host-finished", host, outcome: findings.length === 0 ? "ok" : "would-change", ms: 1 },
    ]),
    { type: "run-finished", run: "r1", tally: emptyTally(), exitCode: 2, ms: 1_000 },
  ];
  return bodies.map((body) => ({ ...body, at: AT }));
}

it("tells once what is the same for many hosts, in three ways, with what it looks like", () => {
  const hosts = Array.from({ length: 40 }, (_, i) => [`web${i + 1}`, ["drifted", [EDITED]]] as const);
  const fold = new DriftFold({ paint: painter(false), verbose: 0 });
  const all = { ...Object.fromEntries(hosts), db1: ["drifted", [SHADOWED]], db2: ["in-sync", []] } as const;
  for (const event of look(all)) fold.onEvent(event);
  expect(fold.text()).toBe(`40 hosts drifted: web[1:40]
  ~ file /etc/x
    startup  write /etc/x
       one
      -two
      +2
    note: somebody else writes it too
    since         2026-01-01 00:00:00
    last applied  2026-01-01 00:00:00 by run r0
                  mode: wanted "0644", last applied "0600", found "0666"
    in sync till  2026-01-01 00:00:00
    looks like    an edit \\x1b[2J

1 host drifted: db1
  ! route default
    since         2026-01-01 00:00:00
    last applied  never on record
    looks like    no effect: another wins
    hint: Remove the other.

42 hosts in 1.0 s: 1 in sync, 41 drifted
next: surefoot drift p.ts -i inv --fix
`);
});

it("suggests no correction where one follows", () => {
  const fold = new DriftFold({ paint: painter(false), verbose: 0 }, { fixes: true });
  for (const event of look({ web1: ["drifted", [EDITED]] })) fold.onEvent(event);
  expect(fold.text()).toMatch(/1 host in 1\.0 s: 1 drifted\n$/);
});

it("fails in JUnit what has drifted, and what a correction leaves without effect", async () => {
  const file = join(folder({}), "junit.xml");
  const reporter = junitReporter(file);
  const all = {
    a: ["drifted", [EDITED]],
    b: ["drifted", [EDITED, SHADOWED]],
    c: ["drifted", [EDITED]],
  } as const;
  for (const event of look(all)) reporter.onEvent(event);
  for (const host of ["a", "b"])
    reporter.onEvent({ type: "host-finished", host, outcome: "changed", ms: 1, at: AT });
  await reporter.close();
  const text = readFileSync(file, "utf8");
  expect(text).toContain('tests="3" failures="2"');
  expect(text).toMatch(/name="a" time="0.001"><\/testcase>/);
  expect(text).toMatch(
    /name="b"[^\n]*<failure type="would-change" message="route default \(no effect: another wins\)"/,
  );
  expect(text).toMatch(/name="c"[^\n]*<failure type="would-change" message="file \/etc\/x \(an edit/);
});
