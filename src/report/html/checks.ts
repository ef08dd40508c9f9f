import type { Share, Verdict } from "../../model/check.js";
import type { CheckFold, Finding } from "../checks-fold.js";
import { VERDICTS, worstOf } from "../checks-fold.js";
import { compressNames } from "../names.js";
import { plural } from "../text.js";
import type { Html } from "./html.js";
import { html, NOTHING } from "./html.js";

const WORDS: Readonly<Record<Verdict, string>> = { pass: "passed", fail: "failed", unknown: "unknown" };
const TONES: Readonly<Record<Verdict, string>> = { pass: "good", fail: "bad", unknown: "idle" };
/** Findings of one check that are told: the JSON has all. */
const FINDINGS = 100;

/** Each check over all hosts: how often it passed, the shares of the ways out as bars, and what was found where it did not pass. */
export function checksHtml(checks: readonly CheckFold[]): Html {
  return html`${checks.map(checkHtml)}`;
}

function checkHtml({ title, hosts, shares, findings }: CheckFold): Html {
  const counts = VERDICTS.filter((verdict) => hosts[verdict] > 0)
    .map((verdict) => `${hosts[verdict]} ${WORDS[verdict]}`)
    .join(", ");
  const told = [...findings.values()].filter(({ event }) => event.verdict !== "pass");
  const more = told.length - FINDINGS;
  return html`<article class="card ${TONES[worstOf(hosts)]}"><h3>${title}</h3><p>${counts}</p>
${shares.size === 0 ? NOTHING : sharesHtml([...shares.values()])}${told.slice(0, FINDINGS).map(findingHtml)}${more > 0 ? html`<p>${plural(more, "more finding")}</p>` : NOTHING}</article>
`;
}

function findingHtml({ event, hosts }: Finding): Html {
  const { summary, detail, hint } = event;
  return html`<details><summary>${WORDS[event.verdict]} on ${plural(hosts.length, "host")}: ${summary}</summary><p class="hosts">${compressNames(hosts)}</p>${
    detail === undefined ? NOTHING : html`<pre tabindex="0">${detail}</pre>`
  }${hint === undefined ? NOTHING : html`<p class="hint">hint: ${hint}</p>`}</details>
`;
}

/** Bars of a hundred units; a line where the expected share ends. The figures stand beside them. */
function sharesHtml(shares: readonly Share[]): Html {
  const total = shares.reduce((sum, { count }) => sum + count, 0);
  const rows = shares.map(({ name, count, expected }) => {
    const part = total === 0 ? 0 : (count / total) * 100;
    const mark =
      expected === undefined
        ? NOTHING
        : html`<rect class="mark" x="${(expected * 100 - 0.25).toFixed(2)}" width="0.5" height="10"/>`;
    const wanted = expected === undefined ? "" : `, ${Math.round(expected * 100)} % expected`;
    return html`<tr><th scope="row">${name}</th><td class="bar"><svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true"><rect class="rest" width="100" height="10"/><rect class="part" width="${part.toFixed(2)}" height="10"/>${mark}</svg></td><td class="num">${Math.round(part)} %</td><td>${count}${wanted}</td></tr>`;
  });
  return html`<table class="shares"><caption>Ways out, all hosts added up</caption><tbody>${rows}</tbody></table>
`;
}
