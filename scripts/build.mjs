// Builds dist/: writes the barrels of resources and checks (one line per file in their folders, so that adding a kind
// touches no registry), checks types and writes their declarations, bundles, and marks the command executable.
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
for (const folder of ["src/resources", "src/checks"]) {
  const kinds = join(root, folder);
  const names = readdirSync(kinds)
    .filter((name) => name.endsWith(".ts") && name !== "index.ts")
    .sort();
  const barrel = [
    "// Written by scripts/build.mjs from the files beside it; not kept in git.",
    ...names.map((name) => `export * from "./${name.replace(/\.ts$/, ".js")}";`),
    "",
  ].join("\n");
  const file = join(kinds, "index.ts");
  if (!existsSync(file) || readFileSync(file, "utf8") !== barrel) writeFileSync(file, barrel);
}

if (!process.argv.includes("--barrel-only")) {
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  if (!existsSync(tsc)) {
    console.error("surefoot build: TypeScript is not installed; run `npm ci` first.");
    process.exit(1);
  }
  rmSync(join(root, "dist"), { recursive: true, force: true });
  const run = spawnSync(process.execPath, [tsc, "-p", join(root, "tsconfig.build.json")], {
    stdio: "inherit",
  });
  if (run.status !== 0) process.exit(run.status ?? 1);
  // Only now: --barrel-only runs before anything is installed.
  const { bundle } = await import("./lib/bundle.mjs");
  await bundle(["index", "cli/main", "lab/echo-server"]);
  chmodSync(join(root, "dist/cli/main.js"), 0o755);
}
