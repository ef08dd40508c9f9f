import { expect, it } from "vitest";
import { away } from "./fleet.js";
import { clone, toldBy, type } from "./words.js";

/** What the guide of the flagship job tells to type, in its order. */
const told = toldBy("docs/ecmp.md");

/** What some of it must show besides its exit status: by a part of the command and how often that came before. */
const SHOWN: readonly (readonly [part: string, nth: number, words: RegExp])[] = [
  [" plan ", 0, /can cut the connection/],
  [" plan ", 2, /in sync/],
  [" verify ", 0, /203\.0\.113\.221[\s\S]*203\.0\.113\.99/],
  [" verify ", 1, /192\.168\.1\.10\b/],
  ["ip -4 route show default", 0, /nexthop via 192\.168\.1\.1 [\s\S]*nexthop via 192\.168\.1\.10 /],
  ["for i in", 0, /^203\.0\.113\.(221|99)/],
  [" doctor ", 0, /\[hash-policy\]/],
  [" drift ", 0, /client3/],
  [" history ", 0, /client3/],
];

it("can do what the guide says, in its words, and sees what it says", async () => {
  await away();
  const cwd = clone();
  const said: string[] = [];
  for (const command of told) {
    const ran = await type(command, cwd);
    expect(ran.exit, `${command.line}: ${ran.stderr}${ran.stdout}`).toBe(command.exit);
    said.push(`${ran.stdout}${ran.stderr}`);
  }
  for (const [part, nth, words] of SHOWN) {
    const at = told.flatMap(({ line }, index) => (line.includes(part) ? [index] : []))[nth];
    expect(said[at ?? -1], `${part} (${nth})`).toMatch(words);
  }
}, 300_000);
