import { createHash } from "node:crypto";
import { EXIT } from "../../model/exit.js";
import { compressNames } from "../names.js";
import { duration, plural } from "../text.js";
import { checksHtml } from "./checks.js";
import { time } from "./findings.js";
import type { PageFacts, PageGroup } from "./fold.js";
import { Html, html, NOTHING } from "./html.js";
import { SCRIPT } from "./script.js";
import { STYLE } from "./style.js";

/** Hosts in one part of the grid: what is out of sight is not laid out. */
const PART = 250;
/** Groups of hosts that ended badly which are open from the start. */
const OPEN = 3;
/** Worst first. */
const TONES: readonly PageGroup["tone"][] = ["bad", "change", "idle", "good"];

/**
 * A page that tells all of it: self-contained, for any browser, with or without scripts. Its policy lets it load nothing, and run no script and use no
 * style but its own, known by their hashes: markup that came in by a host's output could do nothing, even if escaping had let it through.
 */
export function page(facts: PageFacts): string {
  const { started, groups, checks } = facts;
  const title = `${started.command} ${started.playbook ?? ""} on ${started.inventory}`;
  const policy = `default-src 'none'; style-src '${hash(STYLE)}'; script-src '${hash(SCRIPT)}'; base-uri 'none'; form-action 'none'`;
  const sorted = groups.toSorted((a, b) => TONES.indexOf(a.tone) - TONES.indexOf(b.tone));
  return html`<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${Html.trusted(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
<style>${Html.trusted(STYLE)}</style></head>
<body><header><p class="kicker">surefoot ${started.command}</p><h1>${started.playbook ?? ""} <span>on</span> ${started.inventory}</h1>
${factsHtml(facts)}</header>
<main>${troubleHtml(facts)}<section aria-labelledby="fleet"><h2 id="fleet">Fleet</h2>
${summaryHtml(groups)}${gridHtml(sorted)}</section>
${checks.size === 0 ? NOTHING : html`<section aria-labelledby="checks"><h2 id="checks">Checks</h2>${checksHtml([...checks.values()])}</section>`}
${detailsHtml(sorted)}</main>
<script>${Html.trusted(SCRIPT)}</script></body></html>
`.toString();
}

function hash(text: string): string {
  return `sha256-${createHash("sha256").update(text).digest("base64")}`;
}

function factsHtml({ started, finished, ms, runs }: PageFacts): Html {
  const journal =
    started.journal === undefined ? NOTHING : html`<dt>recorded in</dt><dd>${started.journal}</dd>`;
  return html`<dl class="facts"><dt>began</dt><dd>${time(started.at)}</dd><dt>took</dt><dd>${duration(ms)}</dd>
<dt>exit code</dt><dd>${finished.exitCode}${finished.exitCode === EXIT.interrupted ? ", interrupted" : ""}</dd>
<dt>${runs.length === 1 ? "run" : "runs"}</dt><dd>${runs.join(", ")}</dd>${journal}</dl>`;
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

/** Hosts by how they came out: a bar, and a button each that shows only those. */
function summaryHtml(groups: readonly PageGroup[]): Html {
  const counts = new Map<string, { readonly tone: PageGroup["tone"]; hosts: number }>();
  for (const { word, tone, hosts } of groups) {
    const count = counts.get(word) ?? { tone, hosts: 0 };
    counts.set(word, count);
    count.hosts += hosts.length;
  }
  const shown = [...counts].sort(([, a], [, b]) => TONES.indexOf(a.tone) - TONES.indexOf(b.tone));
  const total = shown.reduce((sum, [, { hosts }]) => sum + hosts, 0);
  let at = 0;
  const bars = shown.map(([, { tone, hosts }]) => {
    const width = (hosts / total) * 100;
    const bar = html`<rect class="${tone}" x="${at.toFixed(3)}" width="${width.toFixed(3)}" height="4"/>`;
    at += width;
    return bar;
  });
  const tiles = shown.map(
    ([word, { tone, hosts }]) =>
      html`<li><button type="button" class="tile ${tone}" data-word="${word}" aria-pressed="false"><b>${hosts}</b> ${word}</button></li>`,
  );
  return html`<svg class="all" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">${bars}</svg>
<ul class="tiles">${tiles}</ul>
<form id="filter" role="search" hidden><label>Hosts <input type="search" name="q" placeholder="part of a name" autocomplete="off" spellcheck="false"></label> <output>${plural(total, "host")}</output></form>
`;
}

/** All hosts, those that ended badly first, then by name as people count. */
function gridHtml(groups: readonly PageGroup[]): Html {
  const { compare } = new Intl.Collator("en", { numeric: true });
  const hosts = groups
    .flatMap(({ hosts: names, word, tone, n }) => names.map((name) => ({ name, word, tone, n })))
    .sort(
      (a, b) =>
        TONES.indexOf(a.tone) - TONES.indexOf(b.tone) || compare(a.word, b.word) || compare(a.name, b.name),
    )
    .map(
      ({ name, word, tone, n }) =>
        html`<li class="${tone}"><a href="#g${n}"><b>${name}</b> <span>${word}</span></a></li>\n`,
    );
  const parts: Html[] = [];
  for (let i = 0; i < hosts.length; i += PART)
    parts.push(html`<ul class="grid">${hosts.slice(i, i + PART)}</ul>\n`);
  return html`<div id="hosts" tabindex="0">${parts}</div>`;
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
