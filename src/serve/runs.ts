import { statSync } from "node:fs";
import { journalFile } from "../journal/folder.js";
import type { JournalHeader, Who } from "../journal/header.js";
import { readJournal } from "../journal/read.js";
import { isRunning } from "../journal/who.js";
import type { PageFacts } from "../report/html/fold.js";
import { cutShort, PageFold } from "../report/html/fold.js";
import type { DriftFacts } from "../report/metrics.js";
import { MetricsFold } from "../report/metrics.js";
import { Kept } from "./kept.js";

/** What all runs that are kept may weigh, in characters of what is told of them. */
const MOST = 48_000_000;
/** What a host weighs besides, about. */
const HOST = 60;

/** A run, as its journal tells it now. */
export interface ReadRun {
  readonly run: string;
  /** Of its first part. */
  readonly header: JournalHeader;
  /** Undefined where it was ended before it began. */
  readonly facts: PageFacts | undefined;
  /** Whether it has no end, and its process is still there. */
  readonly goesOn: boolean;
  /** Of what it was read from: another one means that it has changed. */
  readonly stamp: string;
}

/** Reads runs from their journals, and keeps them while those don't change. */
export class Runs {
  readonly #state: string;
  readonly #runs = new Kept<ReadRun | undefined>(MOST);
  /** Who runs those that have no end yet. */
  readonly #open = new Map<string, Who>();
  readonly #metrics = new Kept<DriftFacts | undefined>(1_000);

  constructor(state: string) {
    this.#state = state;
  }

  /**
   * A run that has a journal; undefined where the journal is empty.
   * @throws SurefootError `run-invalid`, or `run-unknown` where there is no journal.
   */
  read(run: string): Promise<ReadRun | undefined> {
    return this.#runs.get(
      run,
      () => this.#stamp(run),
      async () => {
        const value = await this.#fold(run, this.#stamp(run));
        return { value, weight: weightOf(value) };
      },
    );
  }

  /** What is measured of a look and its correction; undefined where it has not ended. */
  measure(look: string, correction: string | undefined): Promise<DriftFacts | undefined> {
    const runs = [look, ...(correction === undefined ? [] : [correction])];
    return this.#metrics.get(
      runs.join(),
      () => runs.map((run) => this.#stamp(run)).join(),
      async () => {
        const fold = new MetricsFold();
        for (const run of runs)
          for await (const entry of readJournal(journalFile(this.#state, run)))
            if ("event" in entry) fold.onEvent(entry.event);
        return { value: fold.facts(), weight: 1 };
      },
    );
  }

  async #fold(run: string, stamp: string): Promise<ReadRun | undefined> {
    const fold = new PageFold();
    let header: JournalHeader | undefined;
    let latest: JournalHeader | undefined;
    for await (const entry of readJournal(journalFile(this.#state, run))) {
      if ("event" in entry) fold.onEvent(entry.event);
      else {
        header ??= entry.header;
        latest = entry.header;
      }
    }
    if (header === undefined || latest === undefined) return undefined;
    const facts = fold.factsSoFar();
    if (facts?.finished === undefined) this.#open.set(run, latest.who);
    else this.#open.delete(run);
    const goesOn = facts?.finished === undefined && isRunning(latest.who) === true;
    const gone = facts !== undefined && facts.finished === undefined && !goesOn;
    return { run, header, facts: gone ? cutShort(facts) : facts, goesOn, stamp };
  }

  /** Of a journal, which only ever grows, and whether the process of a run that has no end is there. */
  #stamp(run: string): string {
    const { size, mtimeMs } = statSync(journalFile(this.#state, run), { throwIfNoEntry: false }) ?? {};
    const who = this.#open.get(run);
    return `${size} ${mtimeMs} ${who === undefined ? "" : isRunning(who)}`;
  }
}

function weightOf(read: ReadRun | undefined): number {
  const groups = read?.facts?.groups ?? [];
  return groups.reduce((sum, { body = "", hosts }) => sum + body.length + hosts.length * HOST, 1_000);
}
