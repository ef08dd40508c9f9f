/** Counts from `low` to `high` are what chance explains; those outside are not. */
export interface Acceptance {
  readonly low: number;
  readonly high: number;
}

/**
 * How often a way that is chosen with probability `p` may be seen in `n` independent choices, before that is held to be no chance: with a
 * right `p` a count lies outside with a probability of at most `alpha`, half of it at each end. Exact, by adding up the tails of the
 * binomial distribution (Clopper and Pearson, Biometrika 26, 1934): the normal and chi-square approximations are wrong so far out in the
 * tails, and where few are expected.
 */
export function acceptance(n: number, p: number, alpha: number): Acceptance {
  if (p <= 0) return { low: 0, high: 0 };
  if (p >= 1) return { low: n, high: n };
  const chances = pmf(n, p);
  let low = 0;
  for (let tail = chances[0] ?? 0; tail < alpha / 2 && low < n; tail += chances[low] ?? 0) low++;
  let high = n;
  for (let tail = chances[n] ?? 0; tail < alpha / 2 && high > 0; tail += chances[high] ?? 0) high--;
  return { low, high };
}

/** Probabilities of each count from 0 to `n`. By logarithms, for the smallest are below what a number can hold times the largest. */
function pmf(n: number, p: number): readonly number[] {
  const chances: number[] = [];
  let log = n * Math.log1p(-p);
  for (let k = 0; k <= n; k++) {
    chances.push(Math.exp(log));
    log += Math.log((n - k) / (k + 1)) + Math.log(p) - Math.log1p(-p);
  }
  return chances;
}
