import type { HeaderFacts, JournalHeader } from "../../src/journal/header.js";
import { headerOf } from "../../src/journal/header.js";
import type { Event, EventBody } from "../../src/model/event.js";
import type { TaskPlan } from "../../src/model/plan.js";

/** A header of a run, as if this process had run it. */
export function header(more: Partial<HeaderFacts> = {}): JournalHeader {
  return headerOf({
    run: "r1",
    surefoot: "0.0.0",
    command: "run",
    who: { user: "me", host: "elsewhere", pid: 1 },
    cwd: "/",
    playbook: { path: "p.ts", files: { "p.ts": "00" } },
    inventory: { path: "inv", hash: "00" },
    flags: { extraVar: [], forks: 1, timeout: 1, stepTimeout: 1, confirmTimeout: 1 },
    ...more,
  });
}

/** An event with a time. */
export const at = (body: EventBody): Event => ({ ...body, at: "2026-01-01T00:00:00.000Z" });

/** A change of a thing that has one field. */
export function changing(id: string, actual: object | null, desired: object | null): TaskPlan {
  return {
    id,
    kind: "line",
    title: id,
    status: "change",
    actual,
    desired,
    steps: [{ title: `set ${id}`, run: { sh: ":" }, layer: "startup", cuts: false }],
    undo: [],
    notes: [],
    sensitive: false,
    become: false,
  };
}
