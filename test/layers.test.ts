import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { expect, it } from "vitest";

const src = resolve(import.meta.dirname ?? dirname(new URL(import.meta.url).pathname), "../src");

/** What each folder of src/ may import besides itself and model/. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  model: [],
  secrets: [],
  inventory: ["secrets"],
  resources: [],
  // Checks read some of what resources manage: who sets a parameter at boot.
  checks: ["resources"],
  transport: ["secrets"],
  report: [],
  journal: [],
  // What was last applied stands in the journals.
  drift: ["journal", "plan"],
  // An index of the journals, and what is told from it.
  history: ["journal", "drift", "inventory", "report"],
  // Pages of what is recorded, for a browser.
  serve: ["journal", "history", "report"],
  // Who is told of what drift remembers.
  notify: ["drift", "report", "secrets"],
  lab: [],
  schedule: [],
  facts: ["resources"],
  // It reads what resources and facts know how to read, and tries gateways by a check.
  doctor: ["resources", "facts", "checks"],
  playbook: ["inventory", "resources", "facts"],
  plan: ["playbook"],
  run: ["plan", "transport", "doctor"],
  cli: [
    "secrets",
    "inventory",
    "resources",
    "transport",
    "report",
    "journal",
    "lab",
    "playbook",
    "plan",
    "run",
    "drift",
    "history",
    "serve",
    "notify",
    "schedule",
    "doctor",
    "index",
  ],
  index: ["playbook", "resources", "checks", "facts"],
};

function files(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? files(path) : /\.c?ts$/.test(entry.name) ? [path] : [];
  });
}

/** The part of src/ that a file belongs to: its first folder, or `index` for src/index.ts. */
const part = (file: string): string => (relative(src, file).split("/")[0] ?? "").replace(/\.[jt]s$/, "");

const imports = files(src).flatMap((file) =>
  [...readFileSync(file, "utf8").matchAll(/(?:from|import)\s*\(?\s*"(\.[^"]+)"/g)].map((match) => ({
    file: relative(src, file),
    from: part(file),
    to: part(resolve(dirname(file), match[1] ?? "")),
  })),
);

it("finds the imports that it judges", () => {
  expect(imports.length).toBeGreaterThan(100);
});

it("lets imports point one way only", () => {
  const wrong = imports.filter(
    ({ from, to }) => from !== to && to !== "model" && !MAY_IMPORT[from]?.includes(to),
  );
  expect(wrong).toEqual([]);
});

/** A bundle lies as deep as a file of src/, but in another folder. */
it("finds its own files by paths that start at the folder above", () => {
  const paths = files(src).flatMap((file) =>
    [...readFileSync(file, "utf8").matchAll(/new URL\(([^)]*), import\.meta\.url\)/g)].map(
      (match) => match[1] ?? "",
    ),
  );
  expect(paths.length).toBeGreaterThan(3);
  expect(paths.filter((path) => !path.startsWith('"..'))).toEqual([]);
});
