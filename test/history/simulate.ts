import type { JournalHeader } from "../../src/journal/header.js";
import type { Entry } from "../../src/journal/read.js";
import type { DriftFinding, Standing } from "../../src/model/drift.js";
import type { Event, EventBody, Outcome } from "../../src/model/event.js";
import { emptyTally } from "../../src/model/event.js";
import { header } from "../journal/simulate.js";

/** A part of a journal: a header and events, all at one time. */
export interface Part {
  readonly header: Partial<JournalHeader>;
  readonly at: string;
  readonly events: readonly EventBody[];
}

export const finding = (title: string, found: unknown, more: Partial<DriftFinding> = {}): DriftFinding => ({
  task: title,
  kind: "sysctl",
  title,
  fields: [{ field: "live", desired: "1", applied: "1", found }],
  since: "2026-01-01T00:00:00.000Z",
  looksLike: "somebody's edit",
  fixable: true,
  ...more,
});

/** What a look tells of a host. */
export function looked(host: string, standing: Standing, ...findings: readonly DriftFinding[]): EventBody[] {
  const outcome = standing === "in-sync" ? "ok" : "would-change";
  return [
    { type: "host-phase", host, phase: "connect" },
    { type: "host-drift", host, standing, findings, degraded: [] },
    { type: "host-finished", host, outcome, ms: 1 },
  ];
}

export const ended = (host: string, outcome: Outcome): EventBody => ({
  type: "host-finished",
  host,
  outcome,
  ms: 1,
});

export const end: EventBody = { type: "run-finished", run: "r", tally: emptyTally(), exitCode: 0, ms: 1 };

/** The entries of a journal. */
export function entriesOf(...parts: readonly Part[]): readonly Entry[] {
  return parts.flatMap((part) => [
    { header: { ...header(), ...part.header, at: part.at } },
    ...part.events.map((body) => ({ event: { ...body, at: part.at } satisfies Event })),
  ]);
}

/** The text of a journal. */
export function journal(...parts: readonly Part[]): string {
  return entriesOf(...parts)
    .map((entry) => `${JSON.stringify("header" in entry ? entry.header : entry.event)}\n`)
    .join("");
}

export async function* stream<T>(values: readonly T[]): AsyncGenerator<T> {
  yield* values;
}
