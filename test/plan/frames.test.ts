import fc from "fast-check";
import { expect, it } from "vitest";
import type { Frame } from "../../src/plan/frames.js";
import { Between, FrameParser, probeErrors, STEP_OUTPUT_LIMIT } from "../../src/plan/frames.js";

const T = "@0123456789abcdef";

function chunks(bytes: Buffer, cuts: readonly number[]): readonly Buffer[] {
  const at = [0, ...[...cuts].map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  return at.slice(1).map((end, i) => bytes.subarray(at[i], end));
}

function parse(bytes: Buffer, cuts: readonly number[] = []): readonly Frame[] {
  const parser = new FrameParser(T);
  return chunks(bytes, cuts).flatMap((chunk) => parser.push(chunk));
}

const text = fc.string({ unit: "binary", maxLength: 60 });

it("reads the same frames however the bytes are cut into chunks", () => {
  const entry = fc.record({ exit: fc.nat(255), output: text });
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 6 }), fc.array(fc.nat(4000)), text, (entries, cuts, noise) => {
      const probes = entries.map(
        ({ exit, output }, i) => `${T} read ${i}\n${output}\n${T} probe ${i} ${exit}\n`,
      );
      const stream = Buffer.from(`${noise}\n${T} hello 7 8\n${probes.join("")}${T} bye\n`);
      expect(parse(stream, cuts)).toEqual([
        { type: "hello", pid: 7, pgid: 8 },
        ...entries.map(({ exit, output }, i) => ({ type: "probe", probe: i, exit, output })),
        { type: "bye" },
      ]);
    }),
  );
});

it("hands out as it comes what a probe writes to either stream, however it is cut", () => {
  const near = fc.oneof(text, fc.constant(T), fc.constant(`\n${T} pro`));
  const output = fc.array(near, { maxLength: 5 }).map((parts) => parts.join(""));
  fc.assert(
    fc.property(output, output, fc.array(fc.nat(400), { maxLength: 9 }), (stdout, stderr, cuts) => {
      const heard: Record<"stdout" | "stderr", Buffer[]> = { stdout: [], stderr: [] };
      const parser = new FrameParser(T);
      parser.onProbeOutput = (bytes) => heard.stdout.push(bytes);
      const between = new Between(`${T} probe 0\n`, `${T} bye\n`, (bytes) => heard.stderr.push(bytes));
      const frames = chunks(Buffer.from(`noise\n${T} read 0\n${stdout}\n${T} probe 0 7\n${T} bye\n`), cuts);
      expect(frames.flatMap((chunk) => parser.push(chunk))).toEqual([
        { type: "probe", probe: 0, exit: 7, output: "" },
        { type: "bye" },
      ]);
      for (const chunk of chunks(Buffer.from(`noise${T} probe 0\n${stderr}${T} bye\nnoise`), cuts))
        between.push(chunk);
      expect(Buffer.concat(heard.stdout).toString()).toBe(`${stdout}\n`);
      expect(Buffer.concat(heard.stderr).toString()).toBe(stderr);
    }),
  );
});

it("keeps back nothing but what may be the mark", () => {
  const heard: string[] = [];
  const parser = new FrameParser(T);
  parser.onProbeOutput = (bytes) => heard.push(bytes.toString());
  parser.push(Buffer.from(`${T} read 0\na line\n${T} p`));
  expect(heard.join("")).toBe("a line\n");
});

it("is not misled by a probe that prints what looks like a frame", () => {
  const fake = `${T} bye\n`;
  expect(parse(Buffer.from(`${T} read 0\n${fake}\n${T} probe 0 0\n${T} bye\n`))).toEqual([
    { type: "probe", probe: 0, exit: 0, output: fake },
    { type: "bye" },
  ]);
});

it("keeps a step's output, with or without a last newline", () => {
  const stream = `${T} begin 0\none\ntwo\n\n${T} end 0 0\n${T} begin 1\nno newline\n${T} end 1 3\n`;
  expect(parse(Buffer.from(stream))).toEqual([
    { type: "begin", step: 0 },
    { type: "end", step: 0, exit: 0, output: "one\ntwo\n" },
    { type: "begin", step: 1 },
    { type: "end", step: 1, exit: 3, output: "no newline" },
  ]);
});

it("keeps the last part of a long output", () => {
  const lines = Array.from({ length: 40_000 }, (_, i) => `line ${i}\n`).join("");
  const [, end] = parse(Buffer.from(`${T} begin 0\n${lines}\n${T} end 0 0\n`));
  const output = end?.type === "end" ? end.output : "";
  expect(output.length).toBeLessThan(STEP_OUTPUT_LIMIT + 200);
  expect(output.endsWith("line 39999\n")).toBe(true);
});

it("shows what a step printed when the connection dies under it", () => {
  const parser = new FrameParser(T);
  parser.push(Buffer.from(`${T} begin 0\nhalf a li`));
  expect(parser.unfinishedOutput).toBe("half a li");
});

it("tells which probe wrote what to stderr", () => {
  const stderr = `lecture\n${T} probe 0\n${T} probe 1\noops\nagain\nno newline${T} probe 2\n`;
  expect([...probeErrors(stderr, T)]).toEqual([
    [-1, "lecture\n"],
    [1, "oops\nagain\nno newline\n"],
  ]);
});
