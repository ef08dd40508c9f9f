import type { ErrorData } from "../../model/error.js";
import type { Html } from "./html.js";
import { html, NOTHING } from "./html.js";

/** Characters of what the other side printed that are shown. */
const DETAIL = 4_000;

/** An error: its code, what is wrong, where on the host, what to do. Without the host, so that hosts with the same trouble are told once. */
export function errorHtml({ code, message, place, hint, detail }: ErrorData): Html {
  const at = place !== undefined && "host" in place && !/^ssh /.test(place.at ?? "") ? place.at : undefined;
  return html`<div class="error"><p><strong>${code}</strong>: ${message}${at === undefined ? NOTHING : html` <small>at ${at}</small>`}</p>${
    detail === undefined ? NOTHING : html`<pre tabindex="0">${detail.slice(0, DETAIL)}</pre>`
  }<p class="hint">hint: ${hint}</p></div>
`;
}
