import type { TaskPlan } from "../../model/plan.js";
import { taskDiffs } from "../changes.js";
import { plural } from "../text.js";
import type { Html } from "./html.js";
import { html, NOTHING } from "./html.js";

/** Lines of one diff that are shown: the journal and `plan -v` have all. */
const DIFF_LINES = 200;

/** What is, or was, to be done on a host: each thing with its steps and the differences of its texts. Nothing of what is in sync. */
export function tasksHtml(tasks: readonly TaskPlan[]): Html {
  const shown = tasks.filter(({ status, notes }) => status !== "in-sync" || notes.length > 0);
  return html`${shown.map(taskHtml)}`;
}

function taskHtml(task: TaskPlan): Html {
  const { title, status, steps, notes, reason, actual, desired } = task;
  const [sign, what] =
    status === "in-sync"
      ? ["=", "in sync"]
      : status !== "change"
        ? ["?", status]
        : actual === null
          ? ["+", "add"]
          : desired === null
            ? ["−", "remove"]
            : ["~", "change"];
  const list = steps.map(
    (step) =>
      html`<li><span class="layer">${step.layer}</span> ${step.title}${step.cuts ? html` <em>can cut the connection</em>` : NOTHING}</li>`,
  );
  return html`<section class="task"><h4><span class="sign" aria-hidden="true">${sign}</span> ${title} <small>${what}</small></h4>
${reason === undefined ? NOTHING : html`<p>${reason}</p>`}${list.length === 0 ? NOTHING : html`<ul class="steps">${list}</ul>`}
${status === "change" ? taskDiffs(task).map(diffHtml) : NOTHING}${notes.map((note) => html`<p class="note">note: ${note}</p>`)}</section>
`;
}

function diffHtml(diff: readonly string[]): Html {
  const lines = diff.slice(0, DIFF_LINES).map((line) => {
    if (line.startsWith("+")) return html`<ins>${line}</ins>\n`;
    return line.startsWith("-") ? html`<del>${line}</del>\n` : html`<span>${line}</span>\n`;
  });
  const left = diff.length - DIFF_LINES;
  return html`<pre tabindex="0">${lines}${left > 0 ? html`<span>(${plural(left, "more line")})</span>` : NOTHING}</pre>`;
}
