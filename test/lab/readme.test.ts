import { expect, it } from "vitest";
import { away } from "./fleet.js";
import { clone, toldBy, type } from "./words.js";

/** What the README tells to type, in its order. */
const told = toldBy("README.md", "## Use it");

it("finds the commands that it tries", () => {
  const words = told.map(({ line }) => line.split(" ")[2]);
  expect(words).toEqual(expect.arrayContaining(["lab", "plan", "run", "verify"]));
});

it("can do what the README says, in its words", async () => {
  await away();
  const cwd = clone();
  for (const command of told) {
    const ran = await type(command, cwd);
    expect(ran.exit, `${command.line}: ${ran.stderr}${ran.stdout}`).toBe(command.exit);
  }
}, 300_000);
