import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { expect, it } from "vitest";

const root = resolve(import.meta.dirname ?? dirname(new URL(import.meta.url).pathname), "..");
const read = (file: string): string => readFileSync(join(root, file), "utf8");

/** Rows of the page's tables: number, case, what is done, tests. */
const rows = [...read("docs/edge-cases.md").matchAll(/^\| (\d+) \| (.*) \| (.*) \| (.*) \|$/gm)];
const named = (text = ""): readonly string[] => [...text.matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name);

it("tells each case once, in order", () => {
  expect(rows.map(([, number]) => Number(number))).toEqual(Array.from({ length: 58 }, (_, i) => i + 1));
});

it.each(rows.map(([, number, , does, tests]) => ({ number, does, tests })))(
  "case $number names tests that there are, and what the doctor really says",
  ({ does = "", tests }) => {
    const files = named(tests);
    expect(files).not.toEqual([]);
    const missing = files.filter(
      (file) => ![".test.ts", ".ts"].some((end) => existsSync(join(root, "test", file + end))),
    );
    expect(missing).toEqual([]);
    const ids = named(/\*doctor\* ((?:`[a-z0-9-]+`(?:, )?)+)/.exec(does)?.[1]);
    const findings = read("docs/doctor.md");
    expect(ids.filter((id) => !findings.includes(`\`${id}\``) && !/^-?-/.test(id))).toEqual([]);
  },
);
