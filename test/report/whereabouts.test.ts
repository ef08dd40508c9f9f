import { expect, it } from "vitest";
import type { EventBody } from "../../src/model/event.js";
import { Whereabouts } from "../../src/report/whereabouts.js";

const AT = "2026-01-01T00:00:00.000Z";
const error = { code: "interrupted", message: "interrupted", hint: "Again." } as const;

function follow(events: readonly EventBody[]): Whereabouts {
  const where = new Whereabouts();
  for (const event of events) where.onEvent({ ...event, at: AT });
  return where;
}

const begun = (host: string): readonly EventBody[] => [{ type: "host-phase", host, phase: "connect" }];
const touched = (host: string): readonly EventBody[] => [
  ...begun(host),
  { type: "step-started", host, task: "t", step: "s" },
];
const cut = (host: string): EventBody => ({ type: "host-finished", host, outcome: "failed", ms: 1, error });

it("counts who is in flight", () => {
  const events = [...begun("a"), ...touched("b"), ...begun("c"), cut("c")];
  expect(follow(events).inFlight).toBe(2);
});

it("says of each host where it is when a run was ended", () => {
  const where = follow([
    ...touched("done1"),
    { type: "host-finished", host: "done1", outcome: "changed", ms: 1 },
    ...begun("read1"),
    cut("read1"),
    ...touched("half1"),
    cut("half1"),
    ...touched("armed1"),
    { type: "timer-armed", host: "armed1", seconds: 30 },
    cut("armed1"),
    ...touched("safe1"),
    { type: "timer-armed", host: "safe1", seconds: 30 },
    { type: "timer-disarmed", host: "safe1" },
    { type: "host-finished", host: "safe1", outcome: "changed", ms: 1 },
    { type: "host-finished", host: "later1", outcome: "skipped", ms: 0 },
  ]);
  expect(where.text(Date.parse(AT) + 9_500)).toBe(`What is where:
  armed1: a timer is armed there; it takes the change back by itself within 21 s
  1 host between two states (some steps ran): half1
  1 host as before: read1
  1 host not started: later1
  2 hosts done: done1, safe1
`);
});
