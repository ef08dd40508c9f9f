import { cpSync, mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { ROOT, surefoot } from "../support/cli.js";
import { away, ENV } from "./fleet.js";

/** What the README tells to type, in its order, and with which exit status each ends. */
const readme = readFileSync(join(ROOT, "README.md"), "utf8");
const block = /## Use it\n\n```sh\n([\s\S]*?)```/.exec(readme)?.[1] ?? "";
const commands = block
  .split("\n")
  .filter((line) => line.startsWith("npx surefoot "))
  .map((line) =>
    line
      .replace(/\s+#.*$/, "")
      .split(" ")
      .slice(2),
  );

/** By words that a command holds: a plan before the run has something to tell, and says so by its exit status. */
const exits = (command: readonly string[], before: number): number =>
  command[0] === "plan" && before === 0 ? 2 : 0;

it("finds the commands that it tries", () => {
  expect(commands.map(([name]) => name)).toEqual(expect.arrayContaining(["lab", "plan", "run", "verify"]));
});

it("can do what the README says, in its words", async () => {
  await away();
  const cwd = mkdtempSync(join(tmpdir(), "surefoot-readme-"));
  for (const folder of ["inventories", "playbooks", "templates"]) {
    cpSync(join(ROOT, folder), join(cwd, folder), { recursive: true });
  }
  let runs = 0;
  for (const command of commands) {
    const ran = await surefoot(command, { env: ENV, cwd });
    expect(ran.exit, `${command.join(" ")}: ${ran.stderr}${ran.stdout}`).toBe(exits(command, runs));
    if (command[0] === "run") runs++;
  }
  expect(runs).toBeGreaterThan(0);
}, 300_000);
