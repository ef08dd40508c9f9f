import type { Outcome } from "./event.js";

/** Where a wave ends: after so many hosts, or after a share of them, `10%`. Both count from the first host of the run. */
export type WaveEnd = number | `${number}%`;

/** A time: `"30s"`. */
export type Duration = `${number}${"ms" | "s" | "m" | "h"}`;

const UNITS: ReadonlyMap<string, number> = new Map([
  ["ms", 1],
  ["s", 1_000],
  ["m", 60_000],
  ["h", 3_600_000],
]);

/** A time in milliseconds, or undefined where the text is none. */
export function milliseconds(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text);
  const unit = UNITS.get(match?.[2] ?? "");
  return match === null || unit === undefined ? undefined : Number(match[1]) * unit;
}

/** Whether a value is the end of a wave, or a budget: a whole number of hosts from 1, or a share above 0 % and up to 100 %. */
export function isWaveEnd(value: unknown): value is WaveEnd {
  if (typeof value === "number") return Number.isInteger(value) && value >= 1;
  if (typeof value !== "string" || !/^\d+(\.\d+)?%$/.test(value)) return false;
  const share = Number.parseFloat(value);
  return share > 0 && share <= 100;
}

/**
 * Splits hosts into waves. Ends count from the first host, shares are rounded up; a wave that would be empty is left out, and the last
 * takes all that are left.
 * @param canaries How many hosts at the beginning are a wave of their own.
 */
export function splitWaves<T>(
  hosts: readonly T[],
  ends: readonly WaveEnd[],
  canaries = 0,
): readonly (readonly T[])[] {
  const waves: (readonly T[])[] = [];
  let from = 0;
  for (const end of [canaries, ...ends.map((one) => count(one, hosts.length, Math.ceil)), hosts.length]) {
    const to = Math.min(end, hosts.length);
    if (to <= from) continue;
    waves.push(hosts.slice(from, to));
    from = to;
  }
  return waves;
}

/** A budget as a number of hosts: a share is rounded down, and at least 1. */
export function budgetOf(budget: WaveEnd, hosts: number): number {
  return Math.max(1, count(budget, hosts, Math.floor));
}

function count(end: WaveEnd, hosts: number, round: (value: number) => number): number {
  if (typeof end === "number") return end;
  // Before rounding, the last digits of a product that no binary fraction holds are cut: 7 % of 100 is 7, not 7.000000000000001.
  return round(Number(((hosts * Number.parseFloat(end)) / 100).toFixed(6)));
}

/** Outcomes that count against the budget: a host that can't be reached may have been cut off. */
const BAD: readonly Outcome[] = ["failed", "unreachable", "rolled-back"];

/** Whether an outcome counts against the budget. */
export function isBad(outcome: Outcome): boolean {
  return BAD.includes(outcome);
}
