// `npm run nodes`: the unit tests on each supported Node but the one that runs this. The npm package `node` brings the others; they are kept nowhere.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { installAndBuild, requireNode, root, run, say } from "./lib/setup.mjs";

/** Major versions, as `engines` in package.json and the README name them. */
const SUPPORTED = ["20", "22", "24"];

requireNode();
installAndBuild();
const [own] = process.versions.node.split(".");
const failed = [];
for (const major of SUPPORTED.filter((one) => one !== own)) {
  const folder = mkdtempSync(join(tmpdir(), "surefoot-node-"));
  try {
    say(`Node ${major}`);
    const installed =
      run("npm", ["install", "--prefix", folder, "--no-audit", "--no-fund", `node@${major}`]) === 0;
    const bin = join(folder, "node_modules", "node", "bin");
    const vitest = join(root, "node_modules/vitest/vitest.mjs");
    const args = [vitest, "run", "--project", "unit", "--maxWorkers=2", ...process.argv.slice(2)];
    // The tests start programs by `node`, too.
    const env = { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH ?? ""}` };
    if (!installed || run(join(bin, "node"), args, { env }) !== 0) failed.push(major);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
process.stdout.write(
  failed.length === 0 ? "\nAll is well on each.\n" : `\nNot well on Node ${failed.join(", ")}.\n`,
);
process.exit(failed.length === 0 ? 0 : 1);
