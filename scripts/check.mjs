// Everything that can be said of the sources without running them: format and lint, types, unused code, layers.
import { join } from "node:path";
import { installAndBuild, requireNode, root, run } from "./lib/setup.mjs";

requireNode();
installAndBuild();
const tool = (name) => join(root, "node_modules/.bin", name);
const checks = [
  ["format and lint", tool("biome"), ["check", "--error-on-warnings", "."]],
  ["types", tool("tsc"), ["--noEmit", "-p", "."]],
  ["unused code", tool("knip"), ["--no-progress"]],
];
const failed = checks.filter(([name, command, args]) => {
  process.stdout.write(`check: ${name}\n`);
  return run(command, args) !== 0;
});
if (failed.length > 0) process.stderr.write(`\nfailed: ${failed.map(([name]) => name).join(", ")}\n`);
process.exit(failed.length > 0 ? 1 : 0);
