/** A text or bytes of Python, and where it ends. */
export interface PythonText {
  readonly kind: "text" | "bytes";
  readonly value: string;
  readonly end: number;
}

const OPENING = /(?:(r)|(b)|(u)|(?:br|rb))?("""|'''|"|')/iy;
const SIMPLE: Readonly<Record<string, string>> = {
  "\\": "\\",
  "'": "'",
  '"': '"',
  a: "\u{7}",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
};
const LENGTHS: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 };

/**
 * Reads one string literal of Python on one line (docs.python.org/3/reference/lexical_analysis.html, 2.4.1).
 * @returns undefined where none stands there.
 */
export function pythonText(source: string, at: number): PythonText | undefined {
  OPENING.lastIndex = at;
  const opening = OPENING.exec(source);
  const quote = opening?.[4];
  if (opening === null || quote === undefined) return undefined;
  const prefix = opening[0].slice(0, -quote.length).toLowerCase();
  const raw = prefix.includes("r");
  const bytes = prefix.includes("b");
  let value = "";
  for (let i = at + opening[0].length; i < source.length; ) {
    if (source.startsWith(quote, i)) {
      return { kind: bytes ? "bytes" : "text", value, end: i + quote.length };
    }
    const char = source.charAt(i);
    if (bytes && char > "\u{7f}") return undefined;
    if (char !== "\\") {
      value += char;
      i += 1;
      continue;
    }
    const escaped = raw ? { text: source.slice(i, i + 2), length: 2 } : unescaped(source, i, bytes);
    if (escaped === undefined) return undefined;
    value += escaped.text;
    i += escaped.length;
  }
  return undefined;
}

/** What a backslash and what follows it stand for; an unknown escape stays as it is. */
function unescaped(
  source: string,
  at: number,
  bytes: boolean,
): { readonly text: string; readonly length: number } | undefined {
  const next = source.charAt(at + 1);
  const simple = SIMPLE[next];
  if (simple !== undefined) return { text: simple, length: 2 };
  const octal = /^[0-7]{1,3}/.exec(source.slice(at + 1, at + 4))?.[0];
  if (octal !== undefined) {
    const code = Number.parseInt(octal, 8);
    return { text: String.fromCharCode(bytes ? code % 256 : code), length: 1 + octal.length };
  }
  const length = bytes && next !== "x" ? undefined : LENGTHS[next];
  if (length === undefined) {
    // Names of characters would need Unicode's list of them.
    return next === "" || (next === "N" && !bytes) ? undefined : { text: `\\${next}`, length: 2 };
  }
  const digits = source.slice(at + 2, at + 2 + length);
  if (digits.length < length || !/^[0-9a-fA-F]+$/.test(digits)) return undefined;
  const code = Number.parseInt(digits, 16);
  return code > 0x10ffff ? undefined : { text: String.fromCodePoint(code), length: 2 + length };
}
