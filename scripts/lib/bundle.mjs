// Bundles the sources: start-up is short when a command reads a few files, not hundreds.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { rolldown } from "rolldown";
import { root } from "./setup.mjs";

const { dependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

/** Packages that go into the bundles: those that every command reads, in many small files. */
const INSIDE = new Set(["commander", "p-limit", "yaml", "zod"]);

/** The others: what guards connections (ssh2) is to be updated without us, and some are loaded only now and then. */
const outside = new Set(Object.keys(dependencies).filter((name) => !INSIDE.has(name)));

/** The package that an import names: "@scope/name" of "@scope/name/file.js". */
const packageOf = (id) => id.split("/", id.startsWith("@") ? 2 : 1).join("/");

/**
 * CommonJS packages that stay outside and are required: to import one, Node first looks through its sources for what it exports, which
 * takes longer than to run them.
 */
const REQUIRED = ["jiti", "ssh2"];

/** Stands for such a package. */
const STANDS_FOR = "\0required:";

const required = {
  name: "required",
  resolveId: (id, importer) =>
    REQUIRED.includes(id) && !importer?.startsWith(STANDS_FOR) ? `${STANDS_FOR}${id}` : undefined,
  load: (id) =>
    id.startsWith(STANDS_FOR)
      ? {
          code: `module.exports = require(${JSON.stringify(id.slice(STANDS_FOR.length))});`,
          moduleType: "js",
        }
      : undefined,
};

/** Whether an import stays as it is. */
const isOutside = (id, importer) =>
  isBuiltin(id) ||
  (outside.has(packageOf(id)) && (!REQUIRED.includes(id) || importer?.startsWith(STANDS_FOR) === true));

/**
 * Bundles modules of src/ in one build, so that all share the same instances of what they import. Files of the sources are found from a
 * bundle as from src/, since each lies as deep: dist/FOLDER/FILE.js. Beside them stand the licences of the packages that are in them.
 * @param modules Below src/, without .ts: "cli/main".
 * @param dir Where they are written to, each under its own name.
 */
export async function bundle(modules, dir = join(root, "dist")) {
  const built = await rolldown({
    cwd: root,
    input: Object.fromEntries(modules.map((module) => [module, join(root, "src", `${module}.ts`)])),
    platform: "node",
    external: isOutside,
    plugins: [required],
    tsconfig: false,
    transform: { target: "node20.11" },
    // Some commands load at once what others load when it is needed.
    checks: { ineffectiveDynamicImport: false },
    // An import that is not found stays as it is, with a warning only.
    onLog: (level, log) => {
      if (level === "warn") throw new Error(log.message);
    },
  });
  const { output } = await built.write({
    dir,
    entryFileNames: "[name].js",
    chunkFileNames: "chunks/[name].js",
    sourcemap: true,
    // They are in the declarations and in the source maps.
    comments: false,
  });
  await built.close();
  writeFileSync(join(dir, "LICENSES.txt"), licences(output.flatMap((chunk) => chunk.moduleIds ?? [])));
}

/** The licences of the packages that files are of. */
function licences(files) {
  const folders = new Set(
    files.flatMap((file) => /^\/.*\/node_modules\/(@[^/]+\/)?[^/]+/.exec(file)?.[0] ?? []),
  );
  const texts = [...folders].sort().map((folder) => {
    const { name, version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
    if (file === undefined) throw new Error(`${name} has no licence that could be kept`);
    return `${name} ${version}\n\n${readFileSync(join(folder, file), "utf8").trim()}\n`;
  });
  return ["These packages are part of this program.\n", ...texts].join(`\n${"-".repeat(80)}\n\n`);
}

/**
 * Loads modules that are not public, for measurements: as bundled as what is published, in build/.
 * @param modules As for {@link bundle}.
 */
export async function internals(...modules) {
  const dir = join(root, "build");
  await bundle(modules, dir);
  return Promise.all(modules.map((module) => import(pathToFileURL(join(dir, `${module}.js`)).href)));
}
