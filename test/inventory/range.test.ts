import fc from "fast-check";
import { expect, it } from "vitest";
import { expandRange } from "../../src/inventory/range.js";

it.each([
  ["web1", ["web1"]],
  ["web[1:3]", ["web1", "web2", "web3"]],
  ["web[08:11]", ["web08", "web09", "web10", "web11"]],
  ["n[0:10:5].x", ["n0.x", "n5.x", "n10.x"]],
  ["db-[a:c]", ["db-a", "db-b", "db-c"]],
  ["r[1:2]u[a:b]", ["r1ua", "r1ub", "r2ua", "r2ub"]],
  ["one[7:7]", ["one7"]],
])("expands %s", (name, names) => {
  expect(expandRange(name)).toEqual({ names });
});

it.each([
  ["web[1:3", 3, "without its ]"],
  ["web1:3]", 6, "without its ["],
  ["web[]", 3, "no range"],
  ["web[3:1]", 3, "ends before"],
  ["web[1:a]", 3, "no range"],
  ["web[1:9:0]", 3, "step"],
  ["web[1:1000000]", 3, "more than"],
  ["w[1:1000]x[1:1000]", 10, "more than"],
])("says where and what is wrong with %s", (name, at, problem) => {
  const result = expandRange(name);
  expect(result).toMatchObject({ at });
  expect("problem" in result ? result.problem : "").toContain(problem);
});

it("gives as many different names as the numbers say", () => {
  fc.assert(
    fc.property(fc.nat(500), fc.nat(500), fc.integer({ min: 1, max: 9 }), (from, count, step) => {
      const result = expandRange(`h[${from}:${from + count}:${step}]`);
      const names = "names" in result ? result.names : [];
      expect(new Set(names).size).toBe(Math.floor(count / step) + 1);
    }),
  );
});
