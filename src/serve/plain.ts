import { documentHtml } from "../report/html/document.js";
import { html, NOTHING } from "../report/html/html.js";

/** A page that says one thing. */
export function plainPage(title: string, message: string, hint?: string): string {
  return documentHtml({
    title: `Surefoot: ${title}`,
    header: html`<p class="kicker">surefoot serve</p><h1>${title}</h1>`,
    main: html`<p>${message}</p>${hint === undefined ? NOTHING : html`<p class="lead">${hint}</p>`}<p><a href="/">All fleets</a></p>`,
  });
}
