/** More hosts than this in one name is taken for a mistake. */
export const MAX_RANGE_HOSTS = 100_000;

/** The names that a range stands for, or what is wrong with it and where, as an offset from 0. */
export type RangeResult =
  | { readonly names: readonly string[] }
  | { readonly problem: string; readonly at: number; readonly hint: string };

const NUMERIC = /^(\d+):(\d+)(?::(\d+))?$/;
const ALPHABETIC = /^([a-zA-Z]):([a-zA-Z])(?::(\d+))?$/;
const HINT = "Write [1:20], [01:20] to keep zeros, [1:20:2] for every second, or [a:f].";

/**
 * Expands host ranges: `web[01:50]`, `db[a:c]`, `n[0:10:2]`, several per name. Both ends belong to the range, as with
 * Ansible; leading zeros of the first end set the width.
 */
export function expandRange(name: string): RangeResult {
  let names: readonly string[] = [""];
  let from = 0;
  while (from < name.length) {
    const open = name.indexOf("[", from);
    const literal = name.slice(from, open < 0 ? undefined : open);
    const stray = literal.indexOf("]");
    if (stray >= 0) return { problem: "a ] without its [", at: from + stray, hint: HINT };
    if (open < 0) return { names: names.map((head) => head + literal) };
    const close = name.indexOf("]", open);
    if (close < 0) return { problem: "a [ without its ]", at: open, hint: HINT };
    const parts = expandPart(name.slice(open + 1, close));
    if (typeof parts === "string") return { problem: parts, at: open, hint: HINT };
    if (names.length * parts.length > MAX_RANGE_HOSTS) {
      return {
        problem: `more than ${MAX_RANGE_HOSTS} hosts in one name`,
        at: open,
        hint: "Check the numbers.",
      };
    }
    names = names.flatMap((head) => parts.map((part) => head + literal + part));
    from = close + 1;
  }
  return { names };
}

function expandPart(text: string): readonly string[] | string {
  const numeric = NUMERIC.exec(text);
  if (numeric !== null) {
    const [, first = "", last = "", step = "1"] = numeric;
    const width = first.startsWith("0") ? first.length : 0;
    return series(Number(first), Number(last), Number(step), (n) => String(n).padStart(width, "0"));
  }
  const alphabetic = ALPHABETIC.exec(text);
  if (alphabetic === null) return `[${text}] is no range`;
  const [, first = "", last = "", step = "1"] = alphabetic;
  return series(first.charCodeAt(0), last.charCodeAt(0), Number(step), (n) => String.fromCharCode(n));
}

function series(
  first: number,
  last: number,
  step: number,
  show: (n: number) => string,
): readonly string[] | string {
  if (step < 1) return "the step must be at least 1";
  if (last < first) return "the range ends before it begins";
  if ((last - first) / step >= MAX_RANGE_HOSTS) return `more than ${MAX_RANGE_HOSTS} hosts in one range`;
  return Array.from({ length: Math.floor((last - first) / step) + 1 }, (_, i) => show(first + i * step));
}
