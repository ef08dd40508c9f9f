import { mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { inventoryFiles, pin, unlikePinned } from "../../src/schedule/pin.js";
import { folder } from "../support/folder.js";

const FILES = {
  "playbook.ts": "one",
  "inv/hosts.yml": "a",
  "inv/group_vars/all.yml": "b",
  "inv/group_vars/web/x.yml": "c",
};

const CHANGES: readonly (readonly [what: string, change: (dir: string) => void, told: RegExp])[] = [
  [
    "a changed playbook",
    (dir) => writeFileSync(join(dir, "playbook.ts"), "two"),
    /playbook\.ts has changed$/,
  ],
  ["a playbook that is gone", (dir) => rmSync(join(dir, "playbook.ts")), /playbook\.ts is gone$/],
  [
    "changed variables",
    (dir) => writeFileSync(join(dir, "inv/group_vars/all.yml"), ""),
    /all\.yml has changed$/,
  ],
  ["new variables", (dir) => writeFileSync(join(dir, "inv/group_vars/db.yml"), ""), /db\.yml is new$/],
  [
    "variables that are gone",
    (dir) => rmSync(join(dir, "inv/group_vars/web"), { recursive: true }),
    /x\.yml is gone$/,
  ],
  ["an inventory that is gone", (dir) => rmSync(join(dir, "inv"), { recursive: true }), /is gone$/],
];

it.each(CHANGES)("sees %s", async (_what, change, told) => {
  const dir = folder(FILES);
  const pins = await pin([join(dir, "playbook.ts")], join(dir, "inv"));
  expect(await unlikePinned(pins, join(dir, "inv"))).toEqual([]);
  change(dir);
  const changes = await unlikePinned(pins, join(dir, "inv"));
  expect(changes.length).toBeGreaterThan(0);
  for (const line of changes) expect(line).toMatch(told);
});

it("sees nothing in editors' copies and hidden files, which no inventory is read from", async () => {
  const dir = folder(FILES);
  const pins = await pin([], join(dir, "inv"));
  for (const name of ["hosts.yml~", ".hosts.yml.swp"]) writeFileSync(join(dir, "inv", name), "x");
  mkdirSync(join(dir, "inv/.git"));
  writeFileSync(join(dir, "inv/.git/HEAD"), "x");
  expect(await unlikePinned(pins, join(dir, "inv"))).toEqual([]);
});

it("follows links, but not in circles", async () => {
  const dir = folder({ ...FILES, "shared/y.yml": "d" });
  symlinkSync(join(dir, "shared"), join(dir, "inv/host_vars"));
  symlinkSync(join(dir, "inv"), join(dir, "inv/circle"));
  const files = await inventoryFiles(join(dir, "inv"));
  expect(files).toContain(join(dir, "inv/host_vars/y.yml"));
});

it("takes an inventory in a file with the variables beside it, and a list of hosts for no file", async () => {
  const dir = folder({ "hosts.ini": "", "other.ini": "", "host_vars/a.yml": "", "x/y": "" });
  expect(await inventoryFiles(join(dir, "hosts.ini"))).toEqual([
    join(dir, "host_vars/a.yml"),
    join(dir, "hosts.ini"),
  ]);
  expect(await inventoryFiles(join(dir, "a,b"))).toEqual([]);
});
