/** Edits (insert, delete, replace, swap neighbours) that turn one word into the other, at most `limit` + 1. */
function distance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1;
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let cost = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        cost = Math.min(cost, (before[j - 2] ?? 0) + 1);
      row.push(cost);
    }
    before = last;
    last = row;
  }
  return last[b.length] ?? limit + 1;
}

/**
 * The candidate that a mistyped name most likely meant, if any is near: by optimal string alignment distance, at most a
 * third of the name's length and never more than three.
 */
export function didYouMean(name: string, candidates: Iterable<string>): string | undefined {
  const limit = Math.min(3, Math.max(1, Math.floor(name.length / 3)));
  let best: string | undefined;
  let bestDistance = limit + 1;
  for (const candidate of candidates) {
    const d = distance(name.toLowerCase(), candidate.toLowerCase(), limit);
    // Of two as near, a slip of the finger more likely kept the length.
    const tie = d === bestDistance && candidate.length === name.length && best?.length !== name.length;
    if ((d < bestDistance || (tie && d <= limit)) && candidate !== name) {
      best = candidate;
      bestDistance = d;
    }
  }
  return best;
}

/** `Did you mean X?` for a hint, or the fallback where nothing is near. */
export function suggest(name: string, candidates: Iterable<string>, otherwise: string): string {
  const near = didYouMean(name, candidates);
  return near === undefined ? otherwise : `Did you mean ${near}?`;
}
