import { entriesHtml } from "../history/entries-html.js";
import { timelineHtml } from "../history/timeline-html.js";
import { goesOn } from "../journal/who.js";
import { documentHtml } from "../report/html/document.js";
import { time } from "../report/html/findings.js";
import type { Html } from "../report/html/html.js";
import { html, NOTHING } from "../report/html/html.js";
import {
  barHtml,
  countsOf,
  filterHtml,
  gridHtml,
  LIVE_LINE,
  part,
  summaryHtml,
} from "../report/html/page.js";
import { plural } from "../report/text.js";
import type { Fleet } from "./fleets.js";
import type { Overview } from "./overview.js";

/** Seconds between looks of the overview whether anything has changed. */
const LIVE = 10;
/** Times that are offered. */
const SPANS = ["1d", "7d", "30d"];
/** Runs that can't be read which are told; their number is told in any case. */
const UNREADABLE = 5;

/** What the overview is told by. */
export interface OverviewStyle {
  /** As asked for: `7d`. */
  readonly since: string;
  readonly state: string;
  /** How a path is told. */
  readonly path: (absolute: string) => string;
}

const EMPTY = html`<p class="lead">No run is recorded here of late: <code>surefoot drift PLAYBOOK -i INVENTORY</code> looks at a fleet and records it. This page shows it then.</p>`;

/** The page of a run. */
export function runPath(run: string): string {
  return `/runs/${encodeURIComponent(run)}`;
}

/** The page that tells of all fleets: how hosts stand, what happened, the newest entries. */
export function overviewPage(overview: Overview, style: OverviewStyle): string {
  const { fleets, timeline, entries, more } = overview;
  const { since, path } = style;
  const groups = fleets.flatMap((fleet) => fleet.groups);
  const header = html`<p class="kicker">surefoot serve, read-only</p>${part("title", html`<h1>${plural(fleets.length, "fleet")} <span>in</span> ${style.state}</h1>`)}
${LIVE_LINE}`;
  const hosts = html`<div id="hosts" class="fleets" tabindex="0">${part("hosts", html`${fleets.map((fleet) => fleetHtml(fleet, path))}`)}</div>`;
  const main = html`${part("trouble", troubleHtml(overview, path))}<section aria-labelledby="fleet"><h2 id="fleet">How hosts stand</h2>
${part("summary", fleets.length === 0 ? EMPTY : summaryHtml(groups))}${filterHtml(groups)}${hosts}</section>
<section aria-labelledby="happened"><h2 id="happened">What happened</h2>${spansHtml(since)}
${part("timeline", timelineHtml(timeline))}</section>
<section aria-labelledby="newest"><h2 id="newest">Newest</h2>${part(
    "entries",
    html`${entriesHtml(entries, { runs: goesOn, path, link: runPath })}${more ? html`<p class="lead">Older: surefoot history --since ${since}</p>` : NOTHING}`,
  )}</section>`;
  return documentHtml({ title: "Surefoot: fleets", header, main, live: LIVE });
}

function fleetHtml({ playbook, inventory, newest, groups }: Fleet, path: (absolute: string) => string): Html {
  const counts = countsOf(groups).map(([word, { hosts }]) => `${hosts} ${word}`);
  const told = groups.length === 0 ? "nothing is known of its hosts" : counts.join(", ");
  return html`<article class="fleet"><h3>${path(playbook)} <span>on</span> ${path(inventory)}</h3><p class="lead">${told}; newest: <a href="${runPath(newest.run)}">${newest.command} of ${time(newest.at)}</a></p>
${groups.length === 0 ? NOTHING : barHtml(groups)}${gridHtml(groups, (n, { run }) => `${runPath(run)}#g${n}`)}</article>
`;
}

/** Runs that go on, and journals that can't be read. */
function troubleHtml({ fleets, unreadable }: Overview, path: (absolute: string) => string): Html {
  const open = fleets.flatMap(({ goingOn, playbook, inventory }) =>
    goingOn.map(
      (run) =>
        html`<p class="alert"><strong>Goes on:</strong> <a href="${runPath(run)}">run ${run}</a>, ${path(playbook)} on ${path(inventory)}</p>`,
    ),
  );
  const bad = unreadable.slice(0, UNREADABLE).map((why) => html`<li>${why}</li>`);
  return html`${open}${
    unreadable.length === 0
      ? NOTHING
      : html`<div class="alert"><p>${plural(unreadable.length, "journal")} can't be read:</p><ul>${bad}</ul></div>`
  }`;
}

function spansHtml(since: string): Html {
  const all = SPANS.includes(since) ? SPANS : [...SPANS, since];
  const links = all.map((span) =>
    span === since
      ? html`<a href="/?since=${span}" aria-current="true">since ${span}</a>`
      : html`<a href="/?since=${span}">since ${span}</a>`,
  );
  return html`<nav aria-label="Since when">${links}</nav>`;
}
