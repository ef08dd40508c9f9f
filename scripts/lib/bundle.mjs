// Bundles the sources: start-up is short when a command reads a few files, not hundreds.
import { readFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { rolldown } from "rolldown";
import { root } from "./setup.mjs";

const { dependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const packages = new Set(Object.keys(dependencies));

/** The package that an import names: "@scope/name" of "@scope/name/file.js". */
const packageOf = (id) => id.split("/", id.startsWith("@") ? 2 : 1).join("/");

/**
 * Bundles modules of src/ in one build, so that all share the same instances of what they import. npm packages stay outside. Files of the
 * sources are found from a bundle as from src/, since each lies as deep: dist/FOLDER/FILE.js.
 * @param modules Below src/, without .ts: "cli/main".
 * @param dir Where they are written to, each under its own name.
 */
export async function bundle(modules, dir = join(root, "dist")) {
  const built = await rolldown({
    cwd: root,
    input: Object.fromEntries(modules.map((module) => [module, join(root, "src", `${module}.ts`)])),
    platform: "node",
    external: (id) => isBuiltin(id) || packages.has(packageOf(id)),
    tsconfig: false,
    transform: { target: "node20.11" },
    // Some commands load at once what others load when it is needed.
    checks: { ineffectiveDynamicImport: false },
    // An import that is not found stays as it is, with a warning only.
    onLog: (level, log) => {
      if (level === "warn") throw new Error(log.message);
    },
  });
  await built.write({
    dir,
    entryFileNames: "[name].js",
    chunkFileNames: "chunks/[name].js",
    sourcemap: true,
    // They are in the declarations and in the source maps.
    comments: false,
  });
  await built.close();
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
