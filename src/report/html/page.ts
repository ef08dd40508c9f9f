import { EXIT } from "../../model/exit.js";
import { compressNames } from "../names.js";
import { duration, plural } from "../text.js";
import { checksHtml } from "./checks.js";
import { documentHtml } from "./document.js";
import { time } from "./findings.js";
import type { PageFacts, PageGroup } from "./fold.js";
import { Html, html, NOTHING } from "./html.js";

/** Hosts in one part of the grid: what is out of sight is not laid out. */
const PART = 250;
/** Groups of hosts that ended badly which are open from the start. */
const OPEN = 3;
/** Worst first. */
const TONES: readonly PageGroup["tone"][] = ["bad", "change", "idle", "good"];

/** What a page has besides what it tells of its run. */
export interface PageExtras {
  /** Stands above the heading. */
  readonly nav?: Html;
  /** Sections before the details. */
  readonly before?: Html;
  /** Seconds between looks whether it has changed, where somebody serves it. */
  readonly live?: number | undefined;
  /** Of a run that has no end, whether its process is still there. */
  readonly goesOn?: boolean;
}

/**
 * A page that tells all of it: self-contained, for any browser, with or without scripts. Its policy lets it load nothing, and run no script and use no
 * style but its own, known by their hashes: markup that came in by a host's output could do nothing, even if escaping had let it through.
 */
export function page(facts: PageFacts, extras: PageExtras = {}): string {
  const { started, groups, checks } = facts;
  const { nav = NOTHING, before = NOTHING, live } = extras;
  const sorted = groups.toSorted((a, b) => TONES.indexOf(a.tone) - TONES.indexOf(b.tone));
  const header = html`${nav}<p class="kicker">surefoot ${started.command}</p><h1>${started.playbook ?? ""} <span>on</span> ${started.inventory}</h1>
${part("facts", factsHtml(facts))}${live === undefined ? NOTHING : LIVE_LINE}`;
  const main = html`${part("trouble", html`${unendedHtml(facts, extras)}${troubleHtml(facts)}`)}<section aria-labelledby="fleet"><h2 id="fleet">Fleet</h2>
${part("summary", summaryHtml(groups))}${filterHtml(groups)}<div id="hosts" tabindex="0">${part(
    "hosts",
    gridHtml(sorted, (n) => `#g${n}`),
  )}</div></section>
${part("checks", checks.size === 0 ? NOTHING : html`<section aria-labelledby="checks"><h2 id="checks">Checks</h2>${checksHtml([...checks.values()])}</section>`)}
${before}${part("details", detailsHtml(sorted))}`;
  const title = `${started.command} ${started.playbook ?? ""} on ${started.inventory}`;
  return documentHtml({ title, header, main, live });
}

/** Where a page that follows says whether it does. */
export const LIVE_LINE = html`<p id="live" class="lead" role="status">Followed live.</p>`;

/** A part of a page that is put in anew, as a whole, where it has changed. */
export function part(name: string, body: Html): Html {
  return html`<div data-part="${name}">${body}</div>`;
}

function factsHtml(facts: PageFacts): Html {
  const { started, finished, ms, runs } = facts;
  const journal =
    started.journal === undefined ? NOTHING : html`<dt>recorded in</dt><dd>${started.journal}</dd>`;
  return html`<dl class="facts"><dt>began</dt><dd>${time(started.at)}</dd>${finished === undefined ? html`<dt>last heard of</dt><dd>${time(facts.last)}</dd>` : html`<dt>took</dt><dd>${duration(ms)}</dd>`}
${finished === undefined ? NOTHING : html`<dt>exit code</dt><dd>${finished.exitCode}${finished.exitCode === EXIT.interrupted ? ", interrupted" : ""}</dd>`}
<dt>${runs.length === 1 ? "run" : "runs"}</dt><dd>${runs.join(", ")}</dd>${journal}</dl>`;
}

/** That a run has not ended, or was cut short. */
function unendedHtml({ started, finished, begun }: PageFacts, { goesOn = false }: PageExtras): Html {
  if (finished !== undefined) return NOTHING;
  const never = Math.max(0, started.hosts - begun);
  const rest =
    never === 0
      ? ""
      : ` ${plural(never, "host")} of ${started.hosts} ${never === 1 ? "was" : "were"} not begun with.`;
  return goesOn
    ? html`<p class="alert"><strong>It goes on.</strong>${rest}</p>`
    : html`<p class="alert"><strong>It was cut short</strong>: its process ended before the run did.${rest}</p>`;
}

/** What stopped the rollout, and warnings. */
function troubleHtml({ stopped, gate, warnings }: PageFacts): Html {
  const lines: Html[] = [];
  if (stopped !== undefined) {
    const why = stopped.why === "budget" ? "the failure budget was spent" : "the gate did not pass";
    lines.push(
      html`<p class="alert"><strong>Stopped</strong> in wave ${stopped.wave} of ${stopped.waves}: ${why}.</p>`,
    );
  }
  if (gate?.passed === false) {
    const items = gate.findings.map(
      ({ host, title, summary }) => html`<li>${host}: ${title}: ${summary}</li>`,
    );
    lines.push(html`<div class="alert"><p>What the gate found:</p><ul>${items}</ul></div>`);
  }
  for (const message of warnings) lines.push(html`<p class="alert">warning: ${message}</p>`);
  return html`${lines}`;
}

/** Hosts for which one word is told. */
export type WordGroup = Pick<PageGroup, "word" | "tone"> & { readonly hosts: { readonly length: number } };

/** Hosts by how they came out: a bar. */
export function barHtml(groups: readonly WordGroup[]): Html {
  const shown = countsOf(groups);
  const total = shown.reduce((sum, [, { hosts }]) => sum + hosts, 0);
  let at = 0;
  const bars = shown.map(([, { tone, hosts }]) => {
    const width = (hosts / total) * 100;
    const bar = html`<rect class="${tone}" x="${at.toFixed(3)}" width="${width.toFixed(3)}" height="4"/>`;
    at += width;
    return bar;
  });
  return html`<svg class="all" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">${bars}</svg>
`;
}

/** The same as a bar, and a button each that shows only those. */
export function summaryHtml(groups: readonly WordGroup[]): Html {
  const tiles = countsOf(groups).map(
    ([word, { tone, hosts }]) =>
      html`<li><button type="button" class="tile ${tone}" data-word="${word}" aria-pressed="false"><b>${hosts}</b> ${word}</button></li>`,
  );
  return html`${barHtml(groups)}<ul class="tiles">${tiles}</ul>
`;
}

/** The filter by name. */
export function filterHtml(groups: readonly WordGroup[]): Html {
  const total = groups.reduce((sum, { hosts }) => sum + hosts.length, 0);
  return html`<form id="filter" role="search" hidden><label>Hosts <input type="search" name="q" placeholder="part of a name" autocomplete="off" spellcheck="false"></label> <output>${plural(total, "host")}</output></form>
`;
}

/** How many hosts each word is told of, the worst first. */
export function countsOf(
  groups: readonly WordGroup[],
): readonly (readonly [word: string, { readonly tone: PageGroup["tone"]; readonly hosts: number }])[] {
  const counts = new Map<string, { readonly tone: PageGroup["tone"]; hosts: number }>();
  for (const { word, tone, hosts } of groups) {
    const count = counts.get(word) ?? { tone, hosts: 0 };
    counts.set(word, count);
    count.hosts += hosts.length;
  }
  return [...counts].sort(([, a], [, b]) => TONES.indexOf(a.tone) - TONES.indexOf(b.tone));
}

/**
 * All hosts, those that ended badly first, then by name as people count.
 * @param link Where the details of a group are.
 */
export function gridHtml<T extends Pick<PageGroup, "word" | "tone" | "n" | "hosts">>(
  groups: readonly T[],
  link: (n: number, group: T) => string,
): Html {
  const { compare } = new Intl.Collator("en", { numeric: true });
  const hosts = groups
    .flatMap((group) => {
      const { hosts: names, word, tone, n } = group;
      const href = link(n, group);
      return names.map((name) => ({ name, word, tone, href }));
    })
    .sort(
      (a, b) =>
        TONES.indexOf(a.tone) - TONES.indexOf(b.tone) || compare(a.word, b.word) || compare(a.name, b.name),
    )
    .map(
      ({ name, word, tone, href }) =>
        html`<li class="${tone}"><a href="${href}"><b>${name}</b> <span>${word}</span></a></li>\n`,
    );
  const parts: Html[] = [];
  for (let i = 0; i < hosts.length; i += PART)
    parts.push(html`<ul class="grid">${hosts.slice(i, i + PART)}</ul>\n`);
  return html`${parts}`;
}

function detailsHtml(groups: readonly PageGroup[]): Html {
  if (groups.length === 0) return NOTHING;
  const items = groups.map(({ n, tone, word, hosts, body }, i) => {
    const [only = ""] = hosts;
    const names = hosts.length === 1 ? html`<b>${only}</b>` : html`<b>${plural(hosts.length, "host")}</b>`;
    const told =
      body === undefined
        ? html`<p>Left out: this page would be too large. The journal has it: surefoot runs show.</p>`
        : body === ""
          ? html`<p>Nothing differs.</p>`
          : Html.trusted(body);
    const open = tone === "bad" && i < OPEN ? Html.trusted(" open") : NOTHING;
    return html`<details id="g${n}" class="card ${tone}"${open}><summary>${names} <span>${word}</span></summary>
${hosts.length === 1 ? NOTHING : html`<p class="hosts">${compressNames(hosts)}</p>`}${told}</details>
`;
  });
  return html`<section aria-labelledby="details"><h2 id="details">Details</h2><p class="lead">Hosts for which the same is to be told stand together.</p>
${items}</section>`;
}
