import type { ErrorData } from "../model/error.js";
import type { Event, Outcome, Phase } from "../model/event.js";
import type { TaskPlan } from "../model/plan.js";
import type { JournalHeader } from "./header.js";
import type { Entry } from "./read.js";

/** What a run did to one thing on a host, as far as its journal tells. */
export interface Change {
  readonly id: string;
  readonly title: string;
  /** State before the run; null: it was absent. Masked where `sensitive`. */
  readonly original: object | null;
  /** State that the run left, or would have left where it was cut off. Masked where `sensitive`. */
  readonly left: object | null;
  readonly sensitive: boolean;
}

/** What a run did to one host. */
export interface HostStory {
  /** How it ended; undefined where the controller ended before the host did. */
  outcome: Outcome | undefined;
  error: ErrorData | undefined;
  /** What it was busy with last. */
  phase: Phase | undefined;
  /** Steps that ended well since it was last started. */
  steps: number;
  /** Things that were changed, or may have been, in the order in which they were first touched. */
  readonly changes: Map<string, Change>;
  /** Handlers that still have to run: what notified them was changed. */
  readonly owed: Set<string>;
}

/** A run as its journal tells it. */
export interface RunStory {
  /** Of its first part. */
  readonly header: JournalHeader;
  /** Of its last part: who runs it, or ran it last. */
  readonly latest: JournalHeader;
  /** Hosts that it is for; undefined where it was ended before it said so. */
  readonly total: number | undefined;
  /** Hosts that were begun with, or that were left out on purpose. */
  readonly hosts: ReadonlyMap<string, HostStory>;
  /** How it ended, with the time of that; undefined where it was killed, or still runs. */
  readonly finished: Extract<Event, { type: "run-finished" }> | undefined;
}

/** What is known of a host only until its fate is: plans are long. */
interface Open {
  plan: readonly TaskPlan[];
  readonly touched: Set<string>;
}

/** Folds a journal into what it tells. Of a host only what was changed is kept. */
export async function tellStory(entries: AsyncIterable<Entry>): Promise<RunStory | undefined> {
  let header: JournalHeader | undefined;
  let latest: JournalHeader | undefined;
  let total: number | undefined;
  let finished: RunStory["finished"];
  const fold = new HostsFold();
  for await (const entry of entries) {
    if ("header" in entry) {
      header ??= entry.header;
      latest = entry.header;
      finished = undefined;
      fold.cutOff();
    } else if (entry.event.type === "run-started") total ??= entry.event.hosts;
    else if (entry.event.type === "run-finished") finished = entry.event;
    else fold.onEvent(entry.event);
  }
  fold.cutOff();
  return header === undefined || latest === undefined
    ? undefined
    : { header, latest, total, hosts: fold.hosts, finished };
}

/** Phases in which steps may have run. */
const STEPS_BEGUN: ReadonlySet<Phase | undefined> = new Set<Phase>(["apply", "confirm", "verify", "check"]);

class HostsFold {
  readonly hosts = new Map<string, HostStory>();
  readonly #open = new Map<string, Open>();

  onEvent(event: Event): void {
    if (event.type === "host-phase") this.#phase(event.host, event.phase);
    else if (event.type === "host-planned") {
      this.#of(event.host).plan = event.plan.tasks.filter((task) => task.status === "change");
    } else if (event.type === "step-started") this.#of(event.host).touched.add(event.task);
    else if (event.type === "step-finished" && event.exit === 0) this.#story(event.host).steps++;
    else if (event.type === "handler-owed") this.#owe(event);
    else if (event.type === "handler-done") {
      for (const name of event.handlers) this.#story(event.host).owed.delete(name);
    } else if (event.type === "host-finished") this.#finish(event);
  }

  /**
   * The controller ended: what was open is as its steps left it. Where they had begun, all that was planned may be changed: only what
   * stands before the first step is on disk for sure, later lines may be lost with the controller.
   */
  cutOff(): void {
    for (const [host, { plan, touched }] of [...this.#open]) {
      if (STEPS_BEGUN.has(this.#story(host).phase)) for (const { id } of plan) touched.add(id);
      this.#settle(host);
    }
  }

  #owe({ host, handlers }: Extract<Event, { type: "handler-owed" }>): void {
    const { owed } = this.#story(host);
    for (const name of handlers) owed.add(name);
  }

  #phase(host: string, phase: Phase): void {
    const story = this.#story(host);
    if (phase === "connect") {
      story.outcome = undefined;
      story.error = undefined;
      story.steps = 0;
    }
    story.phase = phase;
  }

  #finish({ host, outcome, error }: Extract<Event, { type: "host-finished" }>): void {
    const story = this.#story(host);
    // A host that was not begun with again is as it was before.
    if (outcome === "skipped" && story.phase !== undefined) return;
    story.outcome = outcome;
    story.error = error;
    this.#settle(host);
  }

  #settle(host: string): void {
    const open = this.#open.get(host);
    this.#open.delete(host);
    if (open === undefined) return;
    const { changes } = this.#story(host);
    for (const { id, title, actual, desired, sensitive } of open.plan) {
      if (!open.touched.has(id)) continue;
      const original = changes.get(id);
      changes.set(id, {
        id,
        title,
        original: original === undefined ? actual : original.original,
        left: desired,
        sensitive,
      });
    }
  }

  #story(host: string): HostStory {
    const known = this.hosts.get(host);
    if (known !== undefined) return known;
    const story: HostStory = {
      outcome: undefined,
      error: undefined,
      phase: undefined,
      steps: 0,
      changes: new Map(),
      owed: new Set(),
    };
    this.hosts.set(host, story);
    return story;
  }

  #of(host: string): Open {
    const known = this.#open.get(host);
    if (known !== undefined) return known;
    const open: Open = { plan: [], touched: new Set() };
    this.#open.set(host, open);
    return open;
  }
}

/** Whether a host needs nothing more from this run. */
export function isWell(story: HostStory | undefined): boolean {
  return (story?.outcome === "ok" || story?.outcome === "changed") && story.owed.size === 0;
}

/** Hosts on which handlers still have to run, with their names. */
export function owing(story: RunStory): ReadonlyMap<string, readonly string[]> {
  return new Map(
    [...story.hosts].flatMap(([host, { owed }]) => (owed.size === 0 ? [] : [[host, [...owed]] as const])),
  );
}
