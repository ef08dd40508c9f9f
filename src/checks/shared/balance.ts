import type { Share } from "../../model/check.js";
import type { Acceptance } from "./binomial.js";
import { acceptance } from "./binomial.js";

/**
 * Chance that a right host fails a check of balance. It is divided among the ways out, which bounds the chance that any of them is off
 * (Bonferroni's inequality), however they depend on each other. A thousand hosts looked at once an hour: one false alarm in six weeks.
 */
const FALSE_ALARM = 1e-6;

/** A way out and the weight it should have among all. */
export interface Weighted {
  readonly name: string;
  readonly weight: number;
}

/** How a sample compares with what it should be. */
export interface Balance {
  /** Expected ways out first and in their order, then what else was seen. */
  readonly shares: readonly Share[];
  /** Expected, within what chance explains if seen never: no. */
  readonly missing: readonly string[];
  /** Not expected at all. */
  readonly unexpected: readonly string[];
  /** Seen more or less often than chance explains, each in words: `A got 3 % of 400 connections, expected 50 % ± 12 %`. */
  readonly off: readonly string[];
}

/**
 * Compares how often each way out was seen with its weight.
 * @param noun What was counted, in the plural: `connections`.
 */
export function balance(
  counts: ReadonlyMap<string, number>,
  expected: readonly Weighted[],
  noun: string,
): Balance {
  const n = [...counts.values()].reduce((sum, count) => sum + count, 0);
  const weights = new Map<string, number>();
  for (const { name, weight } of expected) weights.set(name, (weights.get(name) ?? 0) + weight);
  const total = [...weights.values()].reduce((sum, weight) => sum + weight, 0);
  const shares: Share[] = [];
  const missing: string[] = [];
  const off: string[] = [];
  for (const [name, weight] of weights) {
    const count = counts.get(name) ?? 0;
    const part = weight / total;
    shares.push({ name, count, expected: part });
    const bound = acceptance(n, part, FALSE_ALARM / weights.size);
    if (count >= bound.low && count <= bound.high) continue;
    if (count === 0) missing.push(name);
    else off.push(`${name} got ${percent(count / n)} of ${n} ${noun}, expected ${range(bound, part, n)}`);
  }
  const unexpected = [...counts.keys()].filter((name) => !weights.has(name));
  for (const name of unexpected) shares.push({ name, count: counts.get(name) ?? 0 });
  return { shares, missing, unexpected, off };
}

function range({ low, high }: Acceptance, part: number, n: number): string {
  return `${percent(part)} ± ${percent((high - low) / 2 / n)}`;
}

/** A part of one as a percentage without decimals: `38 %`. */
export function percent(part: number): string {
  return `${Math.round(part * 100)} %`;
}
