import type { JournalHeader } from "../journal/header.js";
import { inventoryOf, playbookOf } from "../journal/paths.js";
import type { Entry } from "../journal/read.js";
import type { ErrorData } from "../model/error.js";
import type { Event } from "../model/event.js";
import type { HostEnd, HostGroup, RunRecord, Thing } from "./record.js";
import { isQuiet } from "./record.js";
import { thingsOfDrift, thingsOfPlan } from "./things.js";

/** Characters of an error's message that are kept. */
const MESSAGE = 200;

/** What is known of a host until it is done. */
interface Open {
  things: readonly Thing[];
  standing: HostEnd | undefined;
  since: string | undefined;
  /** A step was begun on it. */
  touched: boolean;
}

/** How one host came out, and when. */
interface Done {
  readonly end: HostEnd;
  readonly at: string;
  readonly error?: ErrorData | undefined;
}

/**
 * Folds a journal into what history keeps of it. Memory is that of the hosts in flight and of what differs. Undefined for a journal without a header.
 * @param all Also hosts that were in sync or not started.
 */
export async function tellRecord(
  entries: AsyncIterable<Entry>,
  all: "all" | "changes" = "changes",
): Promise<RunRecord | undefined> {
  let fold: RecordFold | undefined;
  for await (const entry of entries) {
    if ("event" in entry) fold?.onEvent(entry.event);
    else {
      fold ??= new RecordFold(entry.header, all === "all");
      fold.begin(entry.header);
    }
  }
  return fold?.record();
}

class RecordFold {
  readonly #header: JournalHeader;
  readonly #all: boolean;
  #latest: JournalHeader;
  readonly #open = new Map<string, Open>();
  readonly #groups = new Map<string, HostGroup & { since?: string; readonly hosts: [string, number][] }>();
  readonly #quiet = { inSync: 0, skipped: 0 };
  #ended: RunRecord["ended"];
  #last: string;

  constructor(header: JournalHeader, all: boolean) {
    this.#header = header;
    this.#latest = header;
    this.#all = all;
    this.#last = header.at;
  }

  /** A part begins: what was open in the one before stayed so. */
  begin(header: JournalHeader): void {
    this.#cutOff();
    this.#latest = header;
    this.#ended = undefined;
  }

  onEvent(event: Event): void {
    this.#last = event.at;
    if (event.type === "host-planned") this.#of(event.host).things = thingsOfPlan(event.plan.tasks);
    else if (event.type === "step-started") this.#of(event.host).touched = true;
    else if (event.type === "host-drift") {
      const { host, standing, findings } = event;
      if (standing === "in-sync") return;
      const open = this.#of(host);
      open.standing = standing;
      open.things = thingsOfDrift(findings);
      open.since = findings.map(({ since }) => since).toSorted()[0];
    } else if (event.type === "host-finished") {
      const { host, outcome, error, at } = event;
      const open = this.#open.get(host);
      this.#open.delete(host);
      this.#done(host, open, { end: open?.standing ?? outcome, at, error });
    } else if (event.type === "run-finished") this.#ended = { at: event.at, exit: event.exitCode };
  }

  record(): RunRecord {
    this.#cutOff();
    const { run, at, command, of, schedule } = this.#header;
    const { user, host, pid, began } = this.#latest.who;
    return {
      run,
      at,
      command,
      ...(of === undefined ? {} : { of }),
      ...(schedule === undefined ? {} : { schedule }),
      who: { user, host, pid, ...(began === undefined ? {} : { began }) },
      playbook: playbookOf(this.#header),
      inventory: inventoryOf(this.#header),
      ...(this.#ended === undefined ? {} : { ended: this.#ended }),
      quiet: this.#quiet,
      groups: [...this.#groups.values()],
    };
  }

  /** Hosts that were being changed when the journal, or a part of it, ends. */
  #cutOff(): void {
    for (const [host, open] of this.#open)
      if (open.touched) this.#done(host, open, { end: "open", at: this.#last });
    this.#open.clear();
  }

  #done(host: string, open: Open | undefined, { end, at, error }: Done): void {
    if (isQuiet(end)) {
      this.#quiet[end === "skipped" ? "skipped" : "inSync"]++;
      if (!this.#all) return;
    }
    const { command } = this.#latest;
    const things = isQuiet(end) ? [] : (open?.things ?? []);
    const said =
      error === undefined ? {} : { error: { code: error.code, message: error.message.slice(0, MESSAGE) } };
    const key = JSON.stringify([command, end, things, said]);
    const group = this.#groups.get(key) ?? { command, end, things, ...said, hosts: [] };
    this.#groups.set(key, group);
    const since = open?.since;
    if (since !== undefined && (group.since === undefined || since < group.since)) group.since = since;
    group.hosts.push([host, Math.round((Date.parse(at) - Date.parse(this.#header.at)) / 1000)]);
  }

  #of(host: string): Open {
    const known = this.#open.get(host);
    if (known !== undefined) return known;
    const open: Open = { things: [], standing: undefined, since: undefined, touched: false };
    this.#open.set(host, open);
    return open;
  }
}
