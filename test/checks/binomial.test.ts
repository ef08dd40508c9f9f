import { expect, it } from "vitest";
import { balance } from "../../src/checks/shared/balance.js";
import { acceptance } from "../../src/checks/shared/binomial.js";

/** Random numbers from 0 to 1 by a seed (mulberry32). */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Draws connections of a host whose gateways have these weights. */
function draw(
  next: () => number,
  n: number,
  weights: Readonly<Record<string, number>>,
): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  const total = Object.values(weights).reduce((sum, weight) => sum + weight, 0);
  for (let i = 0; i < n; i++) {
    const at = next() * total;
    let below = 0;
    let name = "";
    for (const [candidate, weight] of Object.entries(weights)) {
      if (at >= below && at < below + weight) name = candidate;
      below += weight;
    }
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return counts;
}

const expected = (weights: Readonly<Record<string, number>>) =>
  Object.entries(weights).map(([name, weight]) => ({ name, weight }));

/** How many of so many hosts are held to be off. */
function alarms(
  hosts: number,
  n: number,
  real: Record<string, number>,
  wanted: Record<string, number>,
): number {
  const next = random(20_261_125);
  let off = 0;
  for (let i = 0; i < hosts; i++) {
    const seen = balance(draw(next, n, real), expected(wanted), "connections");
    if (seen.off.length + seen.missing.length > 0) off++;
  }
  return off;
}

it("accepts what the exact tails of the binomial distribution accept", () => {
  // Ten tosses: none or all heads happen once in 1024 each, one or nine ten times as often.
  expect(acceptance(10, 0.5, 2 / 1024)).toEqual({ low: 0, high: 10 });
  expect(acceptance(10, 0.5, 2.1 / 1024)).toEqual({ low: 1, high: 9 });
  expect(acceptance(10, 0.5, 22.1 / 1024)).toEqual({ low: 2, high: 8 });
  expect(acceptance(4, 0, 0.01)).toEqual({ low: 0, high: 0 });
  expect(acceptance(4, 1, 0.01)).toEqual({ low: 4, high: 4 });
});

it("widens with certainty and stays inside of what is possible", () => {
  for (const n of [1, 20, 400, 5_000]) {
    for (const p of [0.004, 0.25, 0.5, 0.99]) {
      const [strict, loose] = [acceptance(n, p, 0.01), acceptance(n, p, 1e-9)];
      expect(loose.low).toBeLessThanOrEqual(strict.low);
      expect(loose.high).toBeGreaterThanOrEqual(strict.high);
      expect(strict.low).toBeLessThanOrEqual(Math.ceil(n * p));
      expect(strict.high).toBeGreaterThanOrEqual(Math.floor(n * p));
      expect([loose.low >= 0, loose.high <= n]).toEqual([true, true]);
    }
  }
});

it.each([
  ["1:1", { a: 1, b: 1 }],
  ["3:1", { a: 3, b: 1 }],
  ["1:1:1:1", { a: 1, b: 1, c: 1, d: 1 }],
  ["256:1", { a: 256, b: 1 }],
])("gives no false alarm in thousands of right hosts: %s", (_name, weights) => {
  expect(alarms(2_000, 400, weights, weights)).toBe(0);
});

it.each([
  ["a missing side, 1:1", 400, { a: 1, b: 0 }, { a: 1, b: 1 }, 200],
  ["a missing side, 3:1", 400, { a: 1, b: 0 }, { a: 3, b: 1 }, 200],
  ["the other side missing, 3:1", 400, { a: 0, b: 1 }, { a: 3, b: 1 }, 200],
  ["a missing side by 32 connections", 32, { a: 1, b: 0 }, { a: 1, b: 1 }, 200],
  ["3:1 for 1:1", 400, { a: 3, b: 1 }, { a: 1, b: 1 }, 200],
  ["1:1 for 3:1", 400, { a: 1, b: 1 }, { a: 3, b: 1 }, 200],
  ["1:3 for 3:1", 400, { a: 1, b: 3 }, { a: 3, b: 1 }, 200],
])("misses none of 200 wrong hosts: %s", (_name, n, real, wanted, found) => {
  expect(alarms(200, n, real, wanted)).toBe(found);
});

it("nearly always tells 3:1 from 1:1 by 200 connections, as egress says of its default", () => {
  expect(alarms(200, 200, { a: 3, b: 1 }, { a: 1, b: 1 })).toBeGreaterThan(190);
});
