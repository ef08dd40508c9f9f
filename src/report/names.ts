/**
 * Many host names in few words: runs of numbers become ranges that `--limit` takes back: `client[1:48], db1`. Order is kept by first
 * appearance; names with different widths of zeros stay apart.
 */
export function compressNames(names: readonly string[]): string {
  const groups = new Map<
    string,
    { readonly head: string; readonly tail: string; readonly digits: string[] }
  >();
  for (const name of names) {
    const [, head = "", digits = "", tail = ""] = /^(.*?)(\d+)(\D*)$/.exec(name) ?? ["", name];
    const width = digits.startsWith("0") ? digits.length : 0;
    const key = digits === "" ? `\0${name}` : `${head}\0${tail}\0${width}`;
    const group = groups.get(key) ?? { head, tail, digits: [] };
    groups.set(key, group);
    if (digits !== "") group.digits.push(digits);
  }
  return [...groups.values()]
    .flatMap(({ head, tail, digits }) =>
      digits.length === 0 ? [head] : ranges(digits).map((part) => head + part + tail),
    )
    .join(", ");
}

function ranges(digits: readonly string[]): readonly string[] {
  const sorted = [...new Set(digits)].sort((a, b) => Number(a) - Number(b));
  const out: string[] = [];
  for (let i = 0; i < sorted.length; ) {
    let j = i;
    while (j + 1 < sorted.length && Number(sorted[j + 1]) === Number(sorted[j]) + 1) j++;
    const [first = "", last = ""] = [sorted[i], sorted[j]];
    out.push(i === j ? first : `[${first}:${last}]`);
    i = j + 1;
  }
  return out;
}

/** The same with a limit on how many pieces are shown. */
export function fewNames(names: readonly string[], most: number): string {
  const pieces = compressNames(names).split(", ");
  if (pieces.length <= most) return pieces.join(", ");
  return `${pieces.slice(0, most).join(", ")} and ${pieces.length - most} more`;
}
