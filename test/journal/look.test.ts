import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { isLookFile } from "../../src/journal/look.js";
import { folder } from "../support/folder.js";
import { header } from "./simulate.js";

const dir = folder({});
const line = (more: Parameters<typeof header>[0]): string => `${JSON.stringify(header(more))}\n`;

it.each<readonly [string, string, boolean]>([
  ["a look", `${line({ command: "drift" })}{"type":"x"}\n`, true],
  ["a correction", line({ command: "drift", of: "r0" }), false],
  ["a run", line({}), false],
  ["one that was cut off in its first line", line({ command: "drift" }).slice(0, -9), false],
  ["an empty one", "", false],
  ["something else", '{"command":"drift"}\n', false],
  [
    "a look whose first line is very long, which is read whole by others",
    line({ command: "drift", playbook: { path: "p", files: { ["x".repeat(20_000)]: "0" } } }),
    false,
  ],
])("knows by its beginning %s", (_what, text, expected) => {
  const file = join(dir, "j");
  writeFileSync(file, text);
  expect(isLookFile(file)).toBe(expected);
});

it("knows none that is not there", () => {
  expect(isLookFile(join(dir, "none"))).toBe(false);
});
