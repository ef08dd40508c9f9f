import type { DriftField, DriftFinding } from "../../model/drift.js";
import { shortTime } from "../text.js";
import type { Html } from "./html.js";
import { html, NOTHING } from "./html.js";

/** Characters of a value that are shown. */
const VALUE = 200;

/** What a look found on a host: what differs, since when, what was last applied, what it looks like. */
export function findingsHtml(findings: readonly DriftFinding[]): Html {
  return html`${findings.map(findingHtml)}`;
}

function findingHtml({
  title,
  fields,
  since,
  applied,
  inSync,
  looksLike,
  hint,
  fixable,
}: DriftFinding): Html {
  return html`<section class="task"><h4><span class="sign" aria-hidden="true">${fixable ? "~" : "!"}</span> ${title} <small>${fixable ? "drifted" : "without effect"}</small></h4>
${fields.length === 0 ? NOTHING : fieldsHtml(fields)}<dl>
<dt>since</dt><dd>${time(since)}</dd>
<dt>last applied</dt><dd>${applied === undefined ? "never on record" : html`${time(applied.at)} by run ${applied.run}`}</dd>
${inSync === undefined ? NOTHING : html`<dt>in sync till</dt><dd>${time(inSync)}</dd>`}
<dt>looks like</dt><dd>${looksLike}</dd>
${hint === undefined ? NOTHING : html`<dt>hint</dt><dd>${hint}</dd>`}</dl></section>
`;
}

function fieldsHtml(fields: readonly DriftField[]): Html {
  const rows = fields.map(
    ({ field, desired, applied, found }) =>
      html`<tr><th scope="row">${field}</th><td>${show(desired)}</td><td>${show(applied)}</td><td>${show(found)}</td></tr>`,
  );
  return html`<div class="wide" tabindex="0"><table><thead><tr><th scope="col">field</th><th scope="col">wanted</th><th scope="col">last applied</th><th scope="col">found</th></tr></thead><tbody>${rows}</tbody></table></div>
`;
}

function show(value: unknown): string {
  const text = value === undefined ? "" : typeof value === "string" ? value : JSON.stringify(value);
  return text.length > VALUE ? `${text.slice(0, VALUE)}…` : text;
}

/** A time for people, in UTC as everywhere in records. */
export function time(at: string): Html {
  return html`<time datetime="${at}">${shortTime(at)} UTC</time>`;
}
