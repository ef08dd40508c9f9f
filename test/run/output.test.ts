import { expect, it } from "vitest";
import { secrets } from "../../src/model/secret.js";
import type { Kept } from "../../src/run/output.js";
import { LINE_LIMIT, LineFeed, OUTPUT_LIMIT, OutputTail } from "../../src/run/output.js";

/** A text in pieces of some bytes, so that characters and lines are cut anywhere. */
function* pieces(text: string, size: number): Generator<Buffer> {
  const bytes = Buffer.from(text, "utf8");
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

function tail(text: string, size: number): Kept {
  const kept = new OutputTail();
  for (const piece of pieces(text, size)) kept.add(piece);
  return kept.read();
}

function lines(text: string, size: number, extra = false): readonly Kept[] {
  const said: Kept[] = [];
  const feed = new LineFeed((line) => said.push(line));
  for (const piece of pieces(text, size)) feed.add(piece);
  feed.end(extra);
  return said;
}

it.each([1, 7, 4096, 200_000])("keeps a whole output that is short enough, in pieces of %i", (size) => {
  const text = `ä✓\n${"x".repeat(OUTPUT_LIMIT - 6)}`;
  expect(tail(text, size)).toEqual({ text, cut: 0 });
});

it.each([7, 4096, 400_000])("keeps the last whole lines of a long one, in pieces of %i", (size) => {
  const text = Array.from({ length: 50_000 }, (_, i) => `line ${i}\n`).join("");
  const kept = tail(text, size);
  expect(kept.text).toMatch(/^line \d+\n/);
  expect(text.endsWith(kept.text)).toBe(true);
  expect(kept.text.length).toBeGreaterThan(OUTPUT_LIMIT - 100);
  expect(kept.cut + kept.text.length).toBe(text.length);
});

it("cuts a stream into lines wherever its pieces end", () => {
  const text = "one\n\nzwö ✓\nlast";
  for (const size of [1, 2, 5, 100])
    expect(lines(text, size).map((line) => line.text)).toEqual(["one", "", "zwö ✓", "last"]);
  expect(lines("one\n", 1)).toHaveLength(1);
  expect(lines("\n\none\n\n", 3).map((line) => line.text)).toEqual(["", "", "one", ""]);
});

it("knows a newline that was put behind the output from the output's own", () => {
  for (const [output, expected] of [
    ["", []],
    ["one", ["one"]],
    ["one\n", ["one"]],
    ["one\n\n", ["one", ""]],
  ] as const) {
    expect(lines(`${output}\n`, 2, true).map((line) => line.text)).toEqual(expected);
    const kept = new OutputTail();
    for (const piece of pieces(`${output}\n`, 2)) kept.add(piece);
    kept.dropNewline();
    expect(kept.read()).toEqual({ text: output, cut: 0 });
  }
});

it("keeps half a secret on neither side of a cut", () => {
  const secret = `begin-${"s3cret".repeat(40)}-end`;
  secrets.add(secret);
  const before = tail(`${secret}${"x".repeat(OUTPUT_LIMIT - 100)}`, 999);
  expect(before.text).not.toContain("s3cret");
  expect(before.cut).toBeGreaterThan(secret.length);
  const [line] = lines(`${"x".repeat(LINE_LIMIT - 100)}${secret}`, 999);
  expect(line?.text).not.toContain("s3cret");
  expect(line?.text).toContain("xxx");
  expect(line?.cut).toBeGreaterThan(secret.length);
});
