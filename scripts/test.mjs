// `npm test`: installs what is missing, checks the sources, runs the unit tests, those in a browser, and the end-to-end tests on the lab
// where this machine can have them. The last line says how many tests passed and failed.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import {
  installAndBuild,
  prepareBrowser,
  prepareLab,
  prepareOracle,
  requireNode,
  root,
  run,
  say,
} from "./lib/setup.mjs";

requireNode();
installAndBuild();
const missing = prepareLab();
const oracle = prepareOracle();
const browser = prepareBrowser();
const results = mkdtempSync(join(tmpdir(), "surefoot-test-"));
const counts = { passed: 0, failed: 0 };

say("Sources: format, lint, types, unused code");
let broken = run(process.execPath, [join(root, "scripts/check.mjs")]) !== 0;

const projects = {
  unit: "Unit tests",
  ...(browser.length === 0 ? { browser: "Pages, in a real browser" } : {}),
  ...(missing.length === 0 ? { lab: "End-to-end tests on the lab" } : {}),
};
for (const [project, title] of Object.entries(projects)) {
  say(title);
  const file = join(results, `${project}.json`);
  const vitest = join(root, "node_modules/vitest/vitest.mjs");
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${file}`];
  const status = run(process.execPath, [
    vitest,
    "run",
    "--project",
    project,
    // Both mostly wait for processes and hosts: one worker per core but one, as is usual, leaves two cores half idle.
    `--maxWorkers=${Math.max(2, availableParallelism())}`,
    ...reporters,
    ...process.argv.slice(2),
  ]);
  let passed = 0;
  let failed = 0;
  try {
    const report = JSON.parse(readFileSync(file, "utf8"));
    passed = report.numPassedTests;
    failed = report.numFailedTests;
  } catch {
    process.stderr.write(`the ${project} tests left no report\n`);
  }
  counts.passed += passed;
  counts.failed += failed;
  if (status !== 0 && failed === 0) broken = true;
}
rmSync(results, { recursive: true, force: true });

if (missing.length > 0) {
  process.stdout.write("\nLeft out: the end-to-end tests (test/lab). They need\n");
  for (const what of missing) process.stdout.write(`  - ${what}\n`);
}
if (oracle.length > 0) {
  process.stdout.write(
    "\nLeft out: comparing inventories with Ansible itself; recorded answers were used. It needs\n",
  );
  for (const what of oracle) process.stdout.write(`  - ${what}\n`);
}
if (browser.length > 0) {
  process.stdout.write("\nLeft out: opening pages in a real browser (test/browser). It needs\n");
  for (const what of browser) process.stdout.write(`  - ${what}\n`);
}
if (broken) process.stdout.write("\nNot all is well besides the tests: see above.\n");
process.stdout.write(`\n${counts.passed} passed, ${counts.failed} failed\n`);
process.exit(broken || counts.failed > 0 || counts.passed === 0 ? 1 : 0);
