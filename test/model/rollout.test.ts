import { expect, it } from "vitest";
import type { WaveEnd } from "../../src/model/rollout.js";
import { budgetOf, isWaveEnd, milliseconds, splitWaves } from "../../src/model/rollout.js";

it.each<[number, readonly WaveEnd[], number, readonly number[]]>([
  [100, [1, "10%", "50%", "100%"], 0, [1, 9, 40, 50]],
  [100, [1, "7%"], 0, [1, 6, 93]],
  [4, [1, "10%", "50%", "100%"], 0, [1, 1, 2]],
  [3, ["10%"], 0, [1, 2]],
  [20, [], 0, [20]],
  [20, [5], 3, [3, 2, 15]],
  [20, [2], 3, [3, 17]],
  [2, [5, 9], 0, [2]],
  [0, [1, "50%"], 0, []],
])("splits %i hosts at %j, the first %i canaries, into waves of %j", (hosts, ends, canaries, sizes) => {
  const names = Array.from({ length: hosts }, (_, i) => `h${i}`);
  const waves = splitWaves(names, ends, canaries);
  expect(waves.map((wave) => wave.length)).toEqual(sizes);
  expect(waves.flat()).toEqual(names);
});

it.each<[WaveEnd, number, number]>([
  [2, 100, 2],
  ["5%", 100, 5],
  ["5%", 39, 1],
  ["5%", 3, 1],
])("takes a budget of %s of %i hosts for %i", (budget, hosts, bad) => {
  expect(budgetOf(budget, hosts)).toBe(bad);
});

it.each([0, -1, 1.5, "0%", "101%", "ten", "10", null])("takes %j for no end of a wave", (value) => {
  expect(isWaveEnd(value)).toBe(false);
});

it.each([
  ["30s", 30_000],
  ["500ms", 500],
  ["2m", 120_000],
  ["1.5h", 5_400_000],
  ["30", undefined],
  ["s", undefined],
  ["-1s", undefined],
])("reads the time %s as %j ms", (text, ms) => {
  expect(milliseconds(text)).toBe(ms);
});
