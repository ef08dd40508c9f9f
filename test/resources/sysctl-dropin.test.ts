import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import type { Sh } from "../../src/model/sh.js";
import { sh } from "../../src/model/sh.js";
import { DUMP, parseDump } from "../../src/resources/sysctl/dump.js";
import { editDropin } from "../../src/resources/sysctl/edit.js";
import { itInNetns } from "./in-netns.js";

const dir = mkdtempSync(join(tmpdir(), "surefoot-"));
const file = join(dir, "x.conf");
afterAll(() => rmSync(dir, { recursive: true, force: true }));

function put(text: string | null): void {
  if (text === null) rmSync(file, { force: true });
  else writeFileSync(file, text);
}
const read = (): string | null => (existsSync(file) ? readFileSync(file, "utf8") : null);

function run(script: Sh): { readonly status: number | null; readonly stderr: string } {
  const { status, stderr } = spawnSync("sh", ["-ec", script.sh], { encoding: "utf8" });
  return { status, stderr };
}
const done = { status: 0, stderr: "" };

describe("a drop-in that several tasks share", () => {
  const word = fc.constantFrom("a = 1", "# c", "", "  ", "back\\slash", "-d", "é '\"$x`", "own 0", "own 1");
  const text = fc.option(
    fc
      .tuple(fc.array(word, { maxLength: 5 }), fc.boolean())
      .map(([lines, end]) => lines.join("\n") + (end ? "\n" : "")),
    { nil: null },
  );
  const values = fc.array(fc.constantFrom("1", "x y", "-", "é '\"$x`\\", "a/b&\\1\\n"), {
    minLength: 1,
    maxLength: 3,
  });

  it("is byte for byte as it was once all are taken back, in any order", () => {
    fc.assert(
      fc.property(text, values, fc.boolean(), (before, wanted, reverse) => {
        put(before);
        const fileExists = before !== null;
        const lines = (before ?? "").split("\n");
        const edits = wanted.map((value, i) => ({
          from: { line: lines.includes(`own ${i}`) ? `own ${i}` : null, fileExists },
          to: { line: `own ${i} = ${value}`, fileExists: true },
        }));
        for (const edit of edits) expect(run(editDropin(file, edit.from, edit.to))).toEqual(done);
        for (const { to } of edits) expect((read() ?? "").split("\n")).toContain(to.line);
        for (const edit of reverse ? edits.toReversed() : edits) {
          expect(run(editDropin(file, edit.to, edit.from))).toEqual(done);
        }
        expect(read()).toBe(before);
      }),
      { numRuns: 30 },
    );
  });
});

describe("editing", () => {
  const at = (line: string | null, fileExists = true) => ({ line, fileExists });
  it.each<[string, { before: string | null; from: string | null; to: string | null; after: string | null }]>([
    [
      "changes the last of equal lines",
      { before: "a\n#\na\nb\n", from: "a", to: "c", after: "a\n#\nc\nb\n" },
    ],
    ["appends behind a last line without newline", { before: "x", from: null, to: "a", after: "x\na" }],
    ["makes the file", { before: null, from: null, to: "a", after: "a\n" }],
    ["adds nothing twice", { before: "a\nb\n", from: null, to: "a", after: "a\nb\n" }],
    ["changes nothing twice", { before: "c\n", from: "a", to: "c", after: "c\n" }],
    ["removes nothing that is gone", { before: "b\n", from: "a", to: null, after: "b\n" }],
    ["removes nothing from a file that is gone", { before: null, from: "a", to: null, after: null }],
  ])("%s", (_name, { before, from, to, after }) => {
    put(before);
    expect(run(editDropin(file, at(from), at(to)))).toEqual(done);
    expect(read()).toBe(after);
  });

  it("refuses a file that has changed since it was read, and leaves it alone", () => {
    put("b\n");
    expect(run(editDropin(file, at("a"), at("c")))).toEqual({
      status: 1,
      stderr: `${file} has changed since it was read\n`,
    });
    expect(read()).toBe("b\n");
  });

  it("removes a file that it made only once nothing is left in it", () => {
    put("# by hand\na\n");
    expect(run(editDropin(file, at("a"), at(null, false)))).toEqual(done);
    expect(read()).toBe("# by hand\n");
  });

  it("refuses what is no regular file", () => {
    expect(run(editDropin("/dev/null", at(null), at("a")))).toEqual({
      status: 1,
      stderr: "/dev/null is no regular file\n",
    });
  });
});

itInNetns(
  "reads what lies in the folders: links, masks, comments, both spellings",
  async ({ run: inside }) => {
    const prepare = `cd /etc/sysctl.d
printf '# no\\n ; no\\n\\n a.b = 1\\nnonsense\\n-c.d/e = x = y \\n-f.*\\n' > "10 a.conf"
ln -s /dev/null 20-b.conf
ln -s nowhere 30-c.conf
: > 40-d.conf
echo 'g.h=1' > 50-e.config
printf 'i/j.k=\\t7  8' > 60-f.conf`;
    expect(await inside({ sh: prepare })).toMatchObject({ exit: 0, stderr: "" });
    const { stdout, stderr } = await inside(DUMP);
    expect(stderr).toBe("");
    const own = [...parseDump(stdout)].filter(([name]) => name.startsWith("/etc/sysctl.d/"));
    const shown = own.map(([name, { kind, lines }]) => [
      name.slice("/etc/sysctl.d/".length),
      kind,
      lines.map(({ line, path, value }) => [line, path, value]),
    ]);
    expect(shown).toEqual([
      [
        "10 a.conf",
        "file",
        [
          [4, "a/b", "1"],
          [6, "c/d.e", "x = y"],
          [7, "f/*", null],
        ],
      ],
      ["20-b.conf", "special", []],
      ["40-d.conf", "file", []],
      ["60-f.conf", "file", [[1, "i/j.k", "7 8"]]],
    ]);
  },
);

itInNetns(
  "leaves the file as it was where the disk is full, and nothing beside it",
  async ({ run: inside }) => {
    const folder = "/etc/sysctl.d";
    const before = { line: null, fileExists: true };
    const edit = editDropin(`${folder}/x.conf`, before, { line: "a = 1", fileExists: true });
    const mount = "mount -t tmpfs -o size=4k none /etc/sysctl.d && printf 'b = 1\\n' > /etc/sysctl.d/x.conf";
    expect(await inside({ sh: mount })).toMatchObject({ exit: 0 });
    expect(await inside(sh`set -e\n${edit}`)).toMatchObject({
      stderr: expect.stringContaining("No space left"),
    });
    const { stdout } = await inside({ sh: `ls -A ${folder}; cat ${folder}/*; umount ${folder}` });
    expect(stdout).toBe("x.conf\nb = 1\n");
  },
);
