import type { Event, EventBody, Outcome } from "../../src/model/event.js";
import { emptyTally } from "../../src/model/event.js";
import type { TaskPlan } from "../../src/model/plan.js";

/** A change of one text file, and one of a route that can cut the connection. */
export const TASKS: readonly TaskPlan[] = [
  {
    id: "file /etc/x",
    kind: "file",
    title: "file /etc/x",
    status: "change",
    actual: { content: "one\ntwo\n", encoding: "utf8", mode: "0644" },
    desired: { content: "one\n2\n", encoding: "utf8", mode: "0644" },
    steps: [{ title: "write /etc/x", run: { sh: "..." }, layer: "startup", cuts: false }],
    undo: [],
    notes: ["somebody else writes it too"],
    sensitive: false,
    become: true,
  },
  {
    id: "route default",
    kind: "route",
    title: "route default",
    status: "change",
    actual: null,
    desired: { via: [] },
    steps: [{ title: "add default via 10.0.0.1", run: { sh: "ip" }, layer: "running", cuts: true }],
    undo: [],
    notes: [],
    sensitive: false,
    become: true,
  },
];

const at = "2026-01-01T00:00:00.000Z";

/** A run of n hosts; `outcome` says how each ends. */
export function simulate(n: number, outcome: (i: number) => Outcome, command = "run"): readonly Event[] {
  const events: EventBody[] = [
    {
      type: "run-started",
      v: 1,
      run: "r1",
      command,
      playbook: "playbooks/ecmp.ts",
      inventory: "inventories/x",
      hosts: n,
    },
  ];
  const tally = emptyTally();
  for (let i = 1; i <= n; i++) {
    const host = `client${i}`;
    const end = outcome(i);
    tally[end]++;
    if (end === "skipped") {
      events.push({ type: "host-finished", host, outcome: end, ms: 0 });
      continue;
    }
    events.push({ type: "host-phase", host, phase: "connect" });
    if (end === "unreachable") {
      const error = {
        code: "connect-timeout",
        message: "no login within 30 s",
        place: { host, at: `ssh ops@10.0.0.${i}:22` },
        hint: "Check.",
      } as const;
      events.push({ type: "host-finished", host, outcome: end, ms: 30_000, error });
      continue;
    }
    events.push({ type: "host-phase", host, phase: "probe" });
    const tasks =
      end === "ok"
        ? TASKS.map((task) => ({ ...task, status: "in-sync" as const, steps: [], notes: [] }))
        : TASKS;
    events.push({ type: "host-planned", host, plan: { host, tasks } });
    if (end === "failed") {
      const error = {
        code: "step-failed",
        message: "a step failed with exit 1",
        place: { host, at: "write /etc/x" },
        hint: "Look.",
        detail: "sh: \u001b[2Jno",
      } as const;
      events.push({ type: "host-finished", host, outcome: end, ms: 900, error });
    } else events.push({ type: "host-finished", host, outcome: end, ms: 800 });
  }
  events.push({ type: "run-finished", run: "r1", tally, exitCode: 0, ms: 2_345 });
  return events.map((event) => ({ ...event, at }));
}
