import { createHash } from "node:crypto";
import { Html, html, NOTHING } from "./html.js";
import { LIVE } from "./live.js";
import { SCRIPT } from "./script.js";
import { STYLE } from "./style.js";

/** Seconds between looks of a page that follows, where there are no scripts. */
const PLAIN_SECONDS = 15;

/** A page: what stands in it, all of it HTML already. */
export interface Document {
  readonly title: string;
  readonly header: Html;
  readonly main: Html;
  /** Seconds between looks whether the page has changed; absent where it doesn't change, or nobody serves it. */
  readonly live?: number | undefined;
}

/**
 * What a page may do: nothing but use its own style and scripts, known by their hashes. One that follows may ask the server that it came from, and nobody
 * else, how it has changed.
 */
export function policyOf(live: boolean): string {
  const scripts = live ? [LIVE, SCRIPT] : [SCRIPT];
  const parts = [
    "default-src 'none'",
    `style-src '${hash(STYLE)}'`,
    `script-src ${scripts.map((script) => `'${hash(script)}'`).join(" ")}`,
    ...(live ? ["connect-src 'self'"] : []),
    "base-uri 'none'",
    "form-action 'none'",
  ];
  return parts.join("; ");
}

function hash(text: string): string {
  return `sha256-${createHash("sha256").update(text).digest("base64")}`;
}

/** The page's text: self-contained, for any browser, with or without scripts. */
export function documentHtml({ title, header, main, live }: Document): string {
  const follows = live !== undefined;
  const plain = follows
    ? html`<noscript><meta http-equiv="refresh" content="${PLAIN_SECONDS}"></noscript>
`
    : NOTHING;
  const script = (text: string): Html => html`<script>${Html.trusted(text)}</script>`;
  return html`<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${Html.trusted(policyOf(follows))}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
${plain}<title>${title}</title>
<style>${Html.trusted(STYLE)}</style></head>
<body${follows ? html` data-live="${live}"` : NOTHING}><header>${header}</header>
<main>${main}</main>
${follows ? script(LIVE) : NOTHING}${script(SCRIPT)}</body></html>
`.toString();
}
