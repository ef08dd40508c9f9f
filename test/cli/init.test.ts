import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { ROOT, surefoot } from "../support/cli.js";
import { folder } from "../support/folder.js";

/** tsc of this project on a repository; gives what it printed. */
function tsc(dir: string): string {
  try {
    return execFileSync(process.execPath, [join(ROOT, "node_modules/typescript/bin/tsc")], {
      cwd: dir,
      encoding: "utf8",
    });
  } catch (thrown) {
    return typeof thrown === "object" && thrown !== null && "stdout" in thrown
      ? String(thrown.stdout)
      : String(thrown);
  }
}

/** A new repository, with this very package installed in it. */
async function made(): Promise<string> {
  const dir = join(folder({}), "fleet");
  const ran = await surefoot(["init", dir]);
  expect(ran.exit).toBe(0);
  expect(ran.stdout).toContain("Next: ");
  mkdirSync(join(dir, "node_modules"));
  symlinkSync(ROOT, join(dir, "node_modules/surefoot"));
  return dir;
}

it("makes a repository that type-checks, and whose playbook and inventory are sound", async () => {
  const dir = await made();
  expect(tsc(dir)).toBe("");
  const listed = await surefoot(["inventory", "list", "-i", "inventories/lab"], { cwd: dir });
  expect(listed.stdout).toContain("client1");
  const planned = await surefoot(["plan", "playbooks/ecmp.ts", "-i", "inventories/lab", "--limit", "nope"], {
    cwd: dir,
  });
  expect(planned.stderr).toContain("error[pattern-no-match]");
});

it.each([
  ["a variable", "vars.gateways", "vars.gatways", "gatways"],
  ["a parameter", "scope:", "scpoe:", "scpoe"],
  ["a value", 'scope: "global"', 'scope: "everywhere"', "everywhere"],
])("has tsc refuse a misspelt name of %s", async (_name, from, to, word) => {
  const dir = await made();
  const file = join(dir, "playbooks/ecmp.ts");
  writeFileSync(file, readFileSync(file, "utf8").replace(from, to));
  expect(tsc(dir)).toMatch(new RegExp(`playbooks/ecmp.ts\\(\\d+,\\d+\\): error.*${word}`));
});

it("touches no folder that holds anything", async () => {
  const dir = folder({ keep: "me" });
  const ran = await surefoot(["init", dir]);
  expect(ran.exit).toBe(3);
  expect(ran.stderr).toContain("not empty");
  expect(readdirSync(dir)).toEqual(["keep"]);
});
