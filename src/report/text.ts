import { stripVTControlCharacters, styleText } from "node:util";

/** Puts a style on text, or leaves it plain. */
export type Paint = (style: Parameters<typeof styleText>[0], text: string) => string;

/** Paints by escape sequences, or not at all. The caller has decided: the stream is not asked again. */
export function painter(color: boolean): Paint {
  return color ? (style, text) => styleText(style, text, { validateStream: false }) : (_style, text) => text;
}

/**
 * Text from a host or a file as it may be shown on a terminal: control characters, which could move the cursor or send commands to
 * the terminal, are made visible. Newlines and tabs stay.
 */
export function printable(text: string): string {
  return text.replace(/[^\P{Cc}\n\t]|[\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, (char) => {
    const code = char.codePointAt(0) ?? 0;
    return char === "\r" ? "" : `\\x${code.toString(16).padStart(2, "0")}`;
  });
}

/** The same on one line. */
export function oneLine(text: string): string {
  return printable(text).replace(/\s+/g, " ").trim();
}

/** Columns that a character takes on a terminal: 0 for combining ones, 2 for wide ones (Unicode annex 11, roughly). */
function charWidth(char: string): number {
  if (/\p{Mn}|\p{Me}|\p{Cf}/u.test(char)) return 0;
  const code = char.codePointAt(0) ?? 0;
  const wide =
    (code >= 0x1100 && code <= 0x115f) ||
    (code >= 0x2e80 && code <= 0xa4cf) ||
    (code >= 0xac00 && code <= 0xd7a3) ||
    (code >= 0xf900 && code <= 0xfaff) ||
    (code >= 0xfe30 && code <= 0xfe6f) ||
    (code >= 0xff00 && code <= 0xff60) ||
    (code >= 0xffe0 && code <= 0xffe6) ||
    (code >= 0x1f300 && code <= 0x1faff) ||
    (code >= 0x20000 && code <= 0x3fffd);
  return wide ? 2 : 1;
}

/** Columns that plain text takes on a terminal. */
export function width(text: string): number {
  let sum = 0;
  for (const char of text) sum += charWidth(char);
  return sum;
}

/** Plain text cut to a number of columns, with an ellipsis where something was cut. */
export function fit(text: string, columns: number): string {
  if (width(text) <= columns) return text;
  let out = "";
  let sum = 0;
  for (const char of text) {
    sum += charWidth(char);
    if (sum > columns - 1) break;
    out += char;
  }
  return `${out}…`;
}

/** Columns where there is no terminal, and the fewest and the most that running text takes. */
const COLUMNS = { usual: 80, fewest: 40, most: 120 };

/** Columns that running text may take on a stream. */
export function textColumns({ columns = COLUMNS.usual }: { readonly columns?: number }): number {
  return Math.min(COLUMNS.most, Math.max(COLUMNS.fewest, columns));
}

/**
 * A line in pieces of so many columns at most, cut between words; a longer word stays whole. Escape sequences take no columns.
 * @param hang Columns by which the pieces behind the first are set in further than it.
 */
export function wrap(line: string, columns: number, hang = 2): readonly string[] {
  const lead = /^ */.exec(line)?.[0] ?? "";
  const pieces: string[] = [];
  let piece = lead;
  for (const word of line.trimStart().split(" ")) {
    const longer = piece.trim() === "" ? `${piece}${word}` : `${piece} ${word}`;
    if (width(stripVTControlCharacters(longer)) > columns && piece.trim() !== "") {
      pieces.push(piece);
      piece = `${lead}${" ".repeat(hang)}${word}`;
    } else piece = longer;
  }
  return [...pieces, piece];
}

/** Puts an indent before every line. */
export function indent(text: string, by: string): string {
  return text
    .split("\n")
    .map((line) => (line === "" ? line : by + line))
    .join("\n");
}

/** A number with its noun: `1 host`, `2 hosts`. */
export function plural(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? "" : "s"}`;
}

/** A time for people: `0.8 s`, `12 s`, `3 min 5 s`. */
export function duration(ms: number): string {
  if (ms < 9_950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  return seconds < 120 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** A time as people read it, in UTC as in all that Surefoot tells. */
export function shortTime(at: string): string {
  return at.replace("T", " ").slice(0, 19);
}

/** The likely culprit of drift, as it is told. */
export function lookText(looksLike: string): string {
  return `looks like ${looksLike}`.replace("looks like no effect", "no effect");
}
