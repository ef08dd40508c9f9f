/** More hosts than this in one name is taken for a mistake. */
export const MAX_RANGE_HOSTS = 100_000;

/** The names that a range stands for, or what is wrong with it and where, as an offset from 0. */
export type RangeResult =
  | { readonly names: readonly string[] }
  | { readonly problem: string; readonly at: number; readonly hint: string };

const HINT = "Write [1:20], [01:20] to keep zeros, [1:20:2] for every second, or [a:f].";

interface Bad {
  readonly problem: string;
  readonly hint: string;
}

/**
 * Expands host ranges: `web[01:50]`, `db[a:c]`, `n[0:10:2]`, several per name, the last running fastest. Both ends
 * belong to the range, as with Ansible; with leading zeros both ends have as many digits.
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
    if ("problem" in parts) return { ...parts, at: open };
    if (names.length * parts.length > MAX_RANGE_HOSTS) return { ...tooMany(), at: open };
    names = names.flatMap((head) => parts.map((part) => head + literal + part));
    from = close + 1;
  }
  return { names };
}

function expandPart(text: string): readonly string[] | Bad {
  const shown = `[${text}]`;
  const dashed = /^(\w+)(?:-|\.\.)(\w+)$/.exec(text);
  if (dashed !== null) return { problem: `${shown} is no range`, hint: `Write [${dashed[1]}:${dashed[2]}].` };
  const [first = "", last, step = "1", ...rest] = text.split(":");
  if (last === undefined || rest.length > 0) return { problem: `${shown} is no range`, hint: HINT };
  if (first === "" || last === "") {
    return { problem: `the range ${shown} has no ${first === "" ? "start" : "end"}`, hint: HINT };
  }
  if (!/^0*[1-9]\d{0,8}$/.test(step))
    return { problem: `the step of ${shown} must be at least 1`, hint: HINT };
  // Up to 15 digits are exact in a number (2^53).
  if (/^\d{1,15}$/.test(first) && /^\d{1,15}$/.test(last)) return numbers(first, last, Number(step));
  if (/^([a-z]:[a-z]|[A-Z]:[A-Z])$/.test(`${first}:${last}`)) {
    const show = (code: number): string => String.fromCharCode(code);
    return series([first, last], [first.charCodeAt(0), last.charCodeAt(0)], Number(step), show);
  }
  return { problem: `${shown} is no range: its ends don't go together`, hint: HINT };
}

function numbers(first: string, last: string, step: number): readonly string[] | Bad {
  const padded = [first, last].some((end) => end.length > 1 && end.startsWith("0"));
  if (padded && first.length !== last.length) {
    const width = Math.max(first.length, last.length);
    const hint = `Write [${first.padStart(width, "0")}:${last.padStart(width, "0")}].`;
    return { problem: `[${first}:${last}] has leading zeros and ends of unequal length`, hint };
  }
  const show = (n: number): string => String(n).padStart(padded ? first.length : 1, "0");
  return series([first, last], [Number(first), Number(last)], step, show);
}

function series(
  ends: readonly [string, string],
  [first, last]: readonly [number, number],
  step: number,
  show: (n: number) => string,
): readonly string[] | Bad {
  if (last < first) {
    return {
      problem: `the range [${ends.join(":")}] ends before it begins`,
      hint: `Write [${ends[1]}:${ends[0]}].`,
    };
  }
  const count = Math.floor((last - first) / step) + 1;
  return count > MAX_RANGE_HOSTS
    ? tooMany()
    : Array.from({ length: count }, (_, i) => show(first + i * step));
}

function tooMany(): Bad {
  return { problem: `more than ${MAX_RANGE_HOSTS} hosts in one name`, hint: "Check the ends of the range." };
}
