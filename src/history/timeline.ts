import type { HostWord } from "../report/html/outcome.js";
import { timeOf } from "./entries.js";
import type { RunRecord } from "./record.js";
import { isQuiet } from "./record.js";
import type { Runs } from "./words.js";
import { entryWord } from "./words.js";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Periods that a span is told in, each with the steps that it is drawn in, in milliseconds. */
const SCALES: readonly (readonly [period: number, step: number])[] = [
  [HOUR, 5 * MINUTE],
  [3 * HOUR, 15 * MINUTE],
  [6 * HOUR, 30 * MINUTE],
  [12 * HOUR, HOUR],
  [DAY, 2 * HOUR],
  [2 * DAY, 4 * HOUR],
  [7 * DAY, 12 * HOUR],
  [28 * DAY, 2 * DAY],
];
/** Periods at most: so many labels fit a phone, and so many rows a table. */
const PERIODS = 8;

/** What is told of hosts, in the order of the lanes. */
const ORDER = [
  "failed",
  "unreachable",
  "unknown",
  "flapping, left alone",
  "took it back",
  "cut short",
  "being changed",
  "drifted",
  "would change",
  "corrected",
  "changed",
  "taken back",
];

/** What happened to hosts of one kind over the span. */
export interface Lane extends HostWord {
  /** Different hosts over the whole span. */
  readonly hosts: number;
  /** Different hosts in each step. */
  readonly steps: readonly number[];
  /** Different hosts in each period. */
  readonly periods: readonly number[];
}

/** A span of time in steps, all in milliseconds since 1970. The steps lie in longer periods, of which the first and the last may be cut. */
export interface Timeline {
  readonly from: number;
  readonly step: number;
  readonly steps: number;
  /** When each period begins. */
  readonly periods: readonly number[];
  /** Milliseconds. */
  readonly period: number;
  /** Only those in which anything happened. */
  readonly lanes: readonly Lane[];
  /** Runs, looks included, that began in each step: where there are none, nothing is known. */
  readonly runs: readonly number[];
}

/** The span that is told. */
export interface Span {
  readonly from: Date;
  readonly to: Date;
}

/** Lays out over time what runs did and saw: in each step how many hosts drifted, were corrected, failed. Pure. */
export function tellTimeline(records: Iterable<RunRecord>, { from, to }: Span, runs: Runs): Timeline {
  const [period, step] = scaleFor(to.getTime() - from.getTime());
  const start = Math.floor(from.getTime() / step) * step;
  const steps = Math.max(1, Math.ceil((to.getTime() - start) / step));
  const periods: number[] = [];
  for (let at = Math.floor(start / period) * period; at < start + steps * step; at += period)
    periods.push(Math.max(at, start));
  const begun = Array.from({ length: steps }, () => 0);
  const lanes = new Map<string, LaneFold>();
  for (const record of records) {
    const began = Math.floor((Date.parse(record.at) - start) / step);
    if (began >= 0 && began < steps) begun[began] = (begun[began] ?? 0) + 1;
    for (const group of record.groups) {
      if (isQuiet(group.end)) continue;
      const word = entryWord(record, group, runs);
      const lane = lanes.get(word.word) ?? new LaneFold(word);
      for (const [host, seconds] of group.hosts) {
        const at = Date.parse(timeOf(record, seconds));
        const index = Math.floor((at - start) / step);
        if (at < from.getTime() || index >= steps) continue;
        lanes.set(word.word, lane);
        // The same name in another inventory is another host.
        lane.add(`${record.inventory}\0${host}`, index, periods.findLastIndex((begins) => begins <= at) ?? 0);
      }
    }
  }
  const told = [...lanes.values()].map((lane) => lane.told(steps, periods.length));
  const place = ({ word }: Lane): number => (ORDER.includes(word) ? ORDER.indexOf(word) : ORDER.length);
  return {
    from: start,
    step,
    steps,
    periods,
    period,
    lanes: told.toSorted((a, b) => place(a) - place(b)),
    runs: begun,
  };
}

/** The shortest periods of which not too many are needed. */
function scaleFor(ms: number): readonly [period: number, step: number] {
  const fits = SCALES.find(([period]) => ms <= period * (PERIODS - 1));
  if (fits !== undefined) return fits;
  const times = Math.ceil(ms / (28 * DAY * (PERIODS - 1)));
  return [28 * DAY * times, 2 * DAY * times];
}

/** Hosts of one lane, each counted once in a step, in a period and in all. */
class LaneFold {
  readonly #word: HostWord;
  readonly #hosts = new Set<string>();
  readonly #steps = new Map<number, Set<string>>();
  readonly #periods = new Map<number, Set<string>>();

  constructor(word: HostWord) {
    this.#word = word;
  }

  add(host: string, step: number, period: number): void {
    this.#hosts.add(host);
    addTo(this.#steps, step, host);
    addTo(this.#periods, period, host);
  }

  told(steps: number, periods: number): Lane {
    const counts = (of: ReadonlyMap<number, ReadonlySet<string>>, length: number): readonly number[] =>
      Array.from({ length }, (_, i) => of.get(i)?.size ?? 0);
    return {
      ...this.#word,
      hosts: this.#hosts.size,
      steps: counts(this.#steps, steps),
      periods: counts(this.#periods, periods),
    };
  }
}

function addTo(sets: Map<number, Set<string>>, key: number, host: string): void {
  const set = sets.get(key) ?? new Set();
  sets.set(key, set);
  set.add(host);
}
