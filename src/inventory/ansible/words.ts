/** A word of a line, quotes and escapes undone. */
export interface Word {
  readonly text: string;
  /** For each character of the text its offset in the line, from 0; one more for the end. */
  readonly offsets: readonly number[];
}

/** The words of a line, or what is wrong with it and at which offset. */
export type WordsResult =
  | { readonly words: readonly Word[] }
  | { readonly problem: string; readonly at: number; readonly hint: string };

/**
 * Takes a line apart as Python's shlex does (posix, comments), which Ansible uses: quotes may stand within a word, a
 * backslash keeps the next character, and `#` begins a comment even within a word.
 */
export function splitWords(line: string, from = 0): WordsResult {
  const words: Word[] = [];
  let text = "";
  let offsets: number[] = [];
  let begun = false;
  const finish = (end: number): void => {
    if (begun) words.push({ text, offsets: [...offsets, end] });
    text = "";
    offsets = [];
    begun = false;
  };
  const keep = (at: number): void => {
    text += line.charAt(at);
    offsets.push(at);
  };
  for (let i = from; i < line.length; i++) {
    const char = line.charAt(i);
    if (char === "#") {
      finish(i);
      return { words };
    }
    if (/[ \t\r\n]/.test(char)) {
      finish(i);
      continue;
    }
    begun = true;
    if (char === "\\") {
      if (i + 1 === line.length) {
        const hint = "Remove the backslash, or double it.";
        return { problem: "a backslash with nothing after it", at: i, hint };
      }
      keep(++i);
    } else if (char === "'" || char === '"') {
      const end = quoted(line, i, keep);
      if (end < 0)
        return { problem: `a ${char} without its end`, at: i, hint: "Close the quotes on the same line." };
      i = end;
    } else keep(i);
  }
  finish(line.length);
  return { words };
}

/** Keeps what stands in quotes; gives the offset of the closing one, -1 where there is none. */
function quoted(line: string, open: number, keep: (at: number) => void): number {
  const quote = line.charAt(open);
  for (let i = open + 1; i < line.length; i++) {
    const char = line.charAt(i);
    if (char === quote) return i;
    if (quote === '"' && char === "\\" && i + 1 < line.length) {
      // Within double quotes a backslash stays, but before a quote and itself.
      if (!/["\\]/.test(line.charAt(i + 1))) keep(i);
      i += 1;
    }
    keep(i);
  }
  return -1;
}
