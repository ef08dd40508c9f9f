import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formsOf, MIN_SECRET, Secrets } from "../../src/model/secret.js";
import { quote, sh } from "../../src/model/sh.js";

const knowing = (...known: readonly string[]): Secrets => {
  const secrets = new Secrets();
  for (const secret of known) secrets.add(secret);
  return secrets;
};

/** What is known, a text, and what is shown of it. */
const cases: readonly (readonly [known: readonly string[], text: string, shown: string])[] = [
  [[], "hunter22", "hunter22"],
  [["hunter22"], "the word is hunter22!", "the word is (secret)!"],
  [["hunter22"], "hunter22hunter22", "(secret)(secret)"],
  [["hunter22", "hunter22-long"], "hunter22-long", "(secret)"],
  [["it's"], "printf %s 'it'\\''s'", "printf %s '(secret)'"],
  [['a"b\\c'], '{"x":"a\\"b\\\\c"}', '{"x":"(secret)"}'],
  [["one line\nanother line"], "+one line\n another line", "+(secret)\n (secret)"],
  [["user:päss"], "Authorization: Basic dXNlcjpww6Rzcw==", "Authorization: Basic (secret)=="],
  [["a b&c"], "?q=a%20b%26c", "?q=(secret)"],
  // Too short to be looked for within texts: masked only where nothing else stands.
  [["1"], "1", "(secret)"],
  [["1"], "port 1 of 10", "port 1 of 10"],
  [["abc"], "abcdef", "abcdef"],
  [[""], "", ""],
];

describe("mask", () => {
  it.each(cases)("knowing %j, of %j shows %j", (known, text, shown) => {
    expect(knowing(...known).mask(text)).toBe(shown);
  });

  it("finds a secret wherever it stands, in whichever of its forms", () => {
    const secret = fc.string({ minLength: MIN_SECRET, maxLength: 40, unit: "grapheme" });
    const around = fc.string({ maxLength: 12 });
    fc.assert(
      fc.property(secret, around, around, (text, before, after) => {
        fc.pre(text.trim().length >= MIN_SECRET && !text.includes("\0"));
        const secrets = knowing(text);
        const bytes = Buffer.from(before + text + after);
        for (const said of [
          before + text + after,
          JSON.stringify(before + text + after),
          sh`echo ${before + text + after}`.sh,
          quote(quote(before + text + after)),
          bytes.toString("base64"),
          bytes.toString("base64url"),
        ]) {
          const shown = secrets.mask(said);
          for (const form of formsOf(text)) expect(shown).not.toContain(form);
        }
      }),
    );
  });

  it("masks names and texts of plain data, at any depth, and leaves other values as they are", () => {
    const secrets = knowing("hunter22");
    expect(secrets.maskAll({ hunter22: [{ a: "x hunter22" }, 1, null, true] })).toEqual({
      "(secret)": [{ a: "x (secret)" }, 1, null, true],
    });
    const data = { a: 1 };
    expect(knowing().maskAll(data)).toBe(data);
  });
});
