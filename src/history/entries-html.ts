import type { Html } from "../report/html/html.js";
import { html, NOTHING } from "../report/html/html.js";
import { compressNames } from "../report/names.js";
import { lookText, plural } from "../report/text.js";
import type { Entry, GroupEntry } from "./entries.js";
import { timeOfId } from "./show.js";
import type { Runs } from "./words.js";
import { byWhom, entryWord, markOf, seenText, thingText } from "./words.js";

/** How entries are told on a page. */
export interface EntryStyle {
  readonly runs: Runs;
  /** How a path is told. */
  readonly path: (absolute: string) => string;
  /** Where a run is told; undefined where there is no such page. */
  readonly link?: (run: string) => string;
}

/** Things of one entry, and characters of one thing, that are told: the run's page has all. */
const THINGS = 8;
const THING = 160;

/** Entries as a list, newest first as they come. */
export function entriesHtml(entries: readonly Entry[], style: EntryStyle): Html {
  if (entries.length === 0) return html`<p class="lead">Nothing changed, drifted or failed.</p>`;
  const items = entries.map((entry) =>
    entry.type === "hosts"
      ? groupHtml(entry, style)
      : html`<li class="bad"><p class="when">${timeOfId(entry.run).replace("T", " ")} UTC</p><p>${entry.why}</p><p class="by">run ${entry.run}</p></li>\n`,
  );
  return html`<ol class="entries">${items}</ol>`;
}

function groupHtml(entry: GroupEntry, { runs, path, link }: EntryStyle): Html {
  const { record, group, at } = entry;
  const { things, error, hosts, end } = group;
  const { tone, word } = entryWord(record, group, runs);
  const count = hosts.length > 1 ? html`${plural(hosts.length, "host")} ` : NOTHING;
  const told = things
    .slice(0, THINGS)
    .map(
      (thing) =>
        html`<li><span aria-hidden="true">${markOf(thing)}</span> ${short(thingText(thing, end))}${thing.looksLike === undefined ? NOTHING : html`<br><small>${lookText(thing.looksLike)}</small>`}</li>`,
    );
  const more = things.length > THINGS ? html`<li>${things.length - THINGS} more</li>` : NOTHING;
  const seen = seenText(entry);
  const by = byWhom(record, group, path);
  return html`<li class="${tone}"><p class="when"><time datetime="${at}">${at.slice(0, 16).replace("T", " ")} UTC</time></p><p>${count}<strong>${word}</strong>: ${compressNames(hosts.map(([name]) => name))}</p>${
    things.length === 0 ? NOTHING : html`<ul>${told}${more}</ul>`
  }${error === undefined ? NOTHING : html`<p><strong>${error.code}</strong>: ${error.message}</p>`}${seen === "" ? NOTHING : html`<p>${seen}</p>`}<p class="by">${
    link === undefined ? by : html`<a href="${link(record.run)}">${by}</a>`
  }</p></li>
`;
}

/** An arrow that is not broken between two lines, and no more than a few of them. */
function short(text: string): string {
  const told = text.replaceAll(" -> ", " \u2192 ");
  return told.length > THING ? `${told.slice(0, THING)}…` : told;
}
