import { idAt } from "../journal/folder.js";
import { goesOn } from "../journal/who.js";
import type { Html } from "../report/html/html.js";
import { html, NOTHING } from "../report/html/html.js";
import { gatherEntries } from "./entries.js";
import { entriesHtml } from "./entries-html.js";
import type { Told } from "./read.js";
import { readHistory } from "./read.js";
import type { RunRecord } from "./record.js";
import { tellTimeline } from "./timeline.js";
import { timelineHtml } from "./timeline-html.js";

/** How far back is told, in milliseconds. */
const SPAN_MS = 7 * 24 * 3_600_000;
/** How long before that a run may have begun that is looked at, in milliseconds: its hosts may have been done later. */
export const BEFORE_MS = 24 * 3_600_000;
/** Entries that are told. */
const ENTRIES = 12;
/** Journals that may have to be read because the index does not have them: telling what was must cost little. */
const JOURNALS = 40;

/** What is told of. */
export interface BeforeQuestion {
  /** Absolute. */
  readonly inventory: string;
  /** Runs that are told of elsewhere. */
  readonly without: readonly string[];
  /** Up to when. */
  readonly now: Date;
  /** How a path is told. */
  readonly path: (absolute: string) => string;
  /** Where a run is told; undefined where there is no such page. */
  readonly link?: (run: string) => string;
}

/**
 * A section of a page: what happened on an inventory in the 7 days before a time. Nothing where nothing is on record; a note where that can't be told, or would
 * take long. It never throws: a page without a past is better than none.
 */
export async function beforeHtml(state: string, question: BeforeQuestion): Promise<Html> {
  try {
    return await told(state, question);
  } catch (thrown) {
    const why = thrown instanceof Error ? thrown.message : String(thrown);
    return section(html`<p class="note">That can't be told: ${why}</p>`);
  }
}

async function told(state: string, question: BeforeQuestion): Promise<Html> {
  const { inventory, without, now, path, link } = question;
  const from = new Date(now.getTime() - SPAN_MS);
  const kept: Told[] = [];
  const reading = (journals: number): void => {
    if (journals > JOURNALS)
      throw new Error(`${journals} journals would have to be read first, which surefoot history does.`);
  };
  const records = readHistory(state, { from: idAt(new Date(from.getTime() - BEFORE_MS)), reading });
  for await (const record of records)
    if (
      !("unreadable" in record) &&
      record.inventory === inventory &&
      !without.includes(record.run) &&
      record.at <= now.toISOString()
    )
      kept.push(record);
  if (kept.length === 0) return NOTHING;
  const timeline = tellTimeline(kept.flatMap(readable), { from, to: now }, goesOn);
  const { entries } = await gatherEntries(() => stream(kept), { since: from.toISOString(), limit: ENTRIES });
  return section(
    html`<p class="lead">On this inventory, by any playbook, in the 7 days to ${now.toISOString().slice(0, 16).replace("T", " ")} UTC; without what this page tells of.</p>${timelineHtml(timeline)}
<details id="entries"><summary>The newest of it</summary>${entriesHtml(entries, { runs: goesOn, path, ...(link === undefined ? {} : { link }) })}</details>`,
  );
}

function section(body: Html): Html {
  return html`<section aria-labelledby="before"><h2 id="before">What happened before</h2>${body}</section>
`;
}

/** The record, where it could be read. */
export function readable(told: Told): readonly RunRecord[] {
  return "unreadable" in told ? [] : [told];
}

/** Records that were read already. */
export async function* stream<T>(values: readonly T[]): AsyncGenerator<T> {
  yield* values;
}
