import { spawn } from "node:child_process";
import fc from "fast-check";
import { expect, it } from "vitest";
import { carryLine, Uncarry } from "../../src/transport/pty.js";

const TOKEN = "@0123456789abcdef";

function takeApart(chunks: readonly Buffer[]): { readonly out: string; readonly err: string } {
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  const uncarry = new Uncarry(
    TOKEN,
    (bytes) => out.push(bytes),
    (bytes) => err.push(bytes),
  );
  for (const chunk of chunks) uncarry.push(chunk);
  return { out: Buffer.concat(out).toString(), err: Buffer.concat(err).toString() };
}

it("takes stderr out of stdout byte for byte, however it is cut into pieces", () => {
  const out = fc.string({ unit: fc.constantFrom("a", "\n", "\r", " ", "err ", "ü") });
  const err = fc.string({ unit: fc.constantFrom("e", " ", "@", "ü") });
  const pieces = fc.array(fc.tuple(out, err), { maxLength: 6 });
  fc.assert(
    fc.property(pieces, fc.integer({ min: 1, max: 40 }), (said, size) => {
      const whole = Buffer.from(said.map(([o, e]) => `${o}${TOKEN} err ${e}\n`).join(""));
      const chunks = Array.from({ length: Math.ceil(whole.length / size) }, (_, i) =>
        whole.subarray(i * size, (i + 1) * size),
      );
      expect(takeApart(chunks)).toEqual({
        out: said.map(([o]) => o).join(""),
        err: said.map(([, e]) => `${e}\n`).join(""),
      });
    }),
  );
});

it("keeps nothing back that can't be the beginning of a mark: the last line of a script must not wait", () => {
  expect(takeApart([Buffer.from("bye\n")]).out).toBe("bye\n");
  expect(takeApart([Buffer.from(`bye\n${TOKEN} er`)]).out).toBe("bye\n");
});

it("gives a shell two outputs again", async () => {
  const child = spawn("sh", ["-c", 'read -r x; eval "$x"'], { stdio: ["pipe", "pipe", "inherit"] });
  const chunks: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
  child.stdin.end(
    `${carryLine(TOKEN)}printf one; echo two >&2; echo three\necho ${"x".repeat(5000)} >&2; echo four\n`,
  );
  await new Promise((resolve) => child.on("close", resolve));
  expect(takeApart(chunks)).toEqual({ out: "onethree\nfour\n", err: `two\n${"x".repeat(3000)}\n` });
});
