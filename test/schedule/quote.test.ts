import fc from "fast-check";
import { expect, it } from "vitest";
import { SurefootError } from "../../src/model/error.js";
import { plainPath, quoteArgument, quoteWord } from "../../src/schedule/quote.js";
import { NASTY } from "./sample.js";

/** Words as systemd takes them from a setting (extract-word.c: quotes, backslashes), specifiers and variables resolved. */
function wordsOf(line: string, variables: boolean): readonly string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quoted = false;
  for (let i = 0; i < line.length; i++) {
    const char = line[i] ?? "";
    if (char === '"') {
      quoted = !quoted;
      word ??= "";
    } else if (char === "\\") {
      i++;
      word = (word ?? "") + (line[i] ?? "");
    } else if (!quoted && char === " ") {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else word = (word ?? "") + char;
  }
  if (word !== undefined) words.push(word);
  expect(quoted).toBe(false);
  return words.map((text) => resolved(resolved(text, "%"), variables ? "$" : undefined));
}

/** Doubled signs become one; a single one would be a specifier or a variable. */
function resolved(text: string, sign: "%" | "$" | undefined): string {
  if (sign === undefined) return text;
  const rest = text.replaceAll(sign + sign, "\0");
  expect(rest).not.toContain(sign);
  return rest.replaceAll("\0", sign);
}

it.each(NASTY)("hands %j to a program as it is", (word) => {
  expect(wordsOf(`/bin/x ${quoteArgument(word)} end`, true)).toEqual(["/bin/x", word, "end"]);
  expect(wordsOf(`${quoteWord(word)} end`, false)).toEqual([word, "end"]);
});

it("hands any words to a program as they are", () => {
  const text = fc.string({ unit: "grapheme" }).filter((word) => !/\p{Cc}/u.test(word));
  fc.assert(
    fc.property(fc.array(text), (words) => {
      expect(wordsOf(words.map(quoteArgument).join(" "), true)).toEqual(words);
    }),
  );
});

it("leaves alone what means itself, so that units read like commands", () => {
  for (const word of ["/usr/bin/node", "--fix", "-i", "client[1:3]", "10%"])
    expect(quoteArgument(word) === word).toBe(!/[[%]/.test(word));
});

it("doubles percent signs in a path that is a whole value, and leaves the rest", () => {
  expect(plainPath('/srv/my "fleet" $HOME 100%')).toBe('/srv/my "fleet" $HOME 100%%');
});

it.each(["/a\nExecStart=/bin/evil", "/a\u0007", "/a\0"])("refuses %j, which no unit can hold", (path) => {
  for (const put of [plainPath, quoteWord, quoteArgument]) expect(() => put(path)).toThrow(SurefootError);
});

it.each(["/ends in space ", "/ends in backslash\\"])("refuses %j as a whole value", (path) => {
  expect(() => plainPath(path)).toThrow(/can't stand in a unit/);
});
