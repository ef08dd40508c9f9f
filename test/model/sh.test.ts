import { spawnSync } from "node:child_process";
import fc from "fast-check";
import { expect, it } from "vitest";
import { isSh, joinSh, quote, sh, trustedSh } from "../../src/model/sh.js";

const run = (script: string): string => spawnSync("sh", [], { input: script, encoding: "utf8" }).stdout;

it("quotes any word so that a real shell reads it back unchanged", () => {
  const words = fc.array(
    fc.string({ unit: "binary", maxLength: 40 }).filter((word) => !word.includes("\0")),
    {
      maxLength: 20,
    },
  );
  fc.assert(
    fc.property(words, (list) => {
      const script = sh`for word in ${list}; do printf '%s\\0' "$word"; done`;
      expect(run(script.sh)).toBe(list.map((word) => `${word}\0`).join(""));
    }),
    { numRuns: 60 },
  );
});

it.each([
  ["", "''"],
  ["plain-1.2/x", "plain-1.2/x"],
  ["it's", `'it'\\''s'`],
  ["$(reboot)", "'$(reboot)'"],
  ["~root", "'~root'"],
])("quotes %j as %s", (value, quoted) => {
  expect(quote(value)).toBe(quoted);
});

it("refuses what a shell word cannot hold", () => {
  expect(() => quote("a\0b")).toThrow(RangeError);
  expect(() => sh`${Number.NaN}`).toThrow(RangeError);
});

it("splices shell text unquoted and joins pieces", () => {
  const list = joinSh([sh`echo ${"a b"}`, trustedSh("exit 3")], "; ");
  expect(sh`( ${list} )`.sh).toBe("( echo 'a b'; exit 3 )");
  expect(isSh(list)).toBe(true);
  expect(isSh("text")).toBe(false);
});
