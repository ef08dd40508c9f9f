import { cp, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { Command } from "commander";
import { SurefootError } from "../model/error.js";

/** This package's own folder, whose playbook, template and lab inventory a new repository starts with. */
const PACKAGE = fileURLToPath(new URL("../..", import.meta.url));

/** Taken over as they are. */
const COPIED = [
  "playbooks/ecmp.ts",
  "templates/ecmp-route.service.hbs",
  "inventories/lab/hosts.yml",
  "inventories/lab/group_vars/all.yml",
];

const TSCONFIG = {
  compilerOptions: {
    target: "ES2022",
    module: "NodeNext",
    moduleResolution: "NodeNext",
    strict: true,
    noUncheckedIndexedAccess: true,
    exactOptionalPropertyTypes: true,
    noEmit: true,
    skipLibCheck: true,
  },
  include: ["playbooks"],
};

const GITIGNORE = `node_modules/
# Records of runs
.surefoot/
# Written by \`surefoot lab up\`
inventories/lab/group_vars/all/lab.yml
`;

/** `surefoot init`: a new repository with the layout that users share. */
export function registerInit(program: Command): void {
  program
    .command("init")
    .description(
      "Make a new repository: an inventory for the lab, the ECMP playbook, its template, and what tsc needs.",
    )
    .argument("[dir]", "the folder; it must be empty or not exist", ".")
    .addHelpText(
      "after",
      "\nExample:\n  surefoot init fleet && cd fleet && npm install && npx surefoot lab up",
    )
    .action(async (dir: string) => {
      const made = await initRepository(resolve(dir));
      process.stdout.write(`${made.map((file) => `  ${file}`).join("\n")}\n`);
      const enter = resolve(dir) === process.cwd() ? "" : `cd ${dir} && `;
      process.stdout.write(`\nNext: ${enter}npm install && npx tsc && npx surefoot lab up\n`);
    });
}

/**
 * Writes a new repository.
 * @returns the files made, relative to the folder.
 * @throws SurefootError `flag-invalid` if the folder holds anything but a git repository.
 */
async function initRepository(dir: string): Promise<readonly string[]> {
  const present = (await readdir(dir).catch(() => [])).filter((name) => name !== ".git");
  if (present.length > 0) {
    throw new SurefootError({
      code: "flag-invalid",
      message: `${dir} is not empty (it holds ${present.slice(0, 3).join(", ")})`,
      hint: "Name a new folder: surefoot init NAME",
    });
  }
  for (const file of COPIED) {
    await mkdir(dirname(join(dir, file)), { recursive: true });
    await cp(join(PACKAGE, file), join(dir, file));
  }
  const own: unknown = JSON.parse(await readFile(join(PACKAGE, "package.json"), "utf8"));
  const version = typeof own === "object" && own !== null && "version" in own ? String(own.version) : "*";
  const manifest = {
    name: basename(dir),
    private: true,
    type: "module",
    scripts: { check: "tsc" },
    dependencies: { surefoot: `^${version}` },
    devDependencies: { typescript: "~6.0.3" },
  };
  const written: Readonly<Record<string, string>> = {
    "package.json": `${JSON.stringify(manifest, null, 2)}\n`,
    "tsconfig.json": `${JSON.stringify(TSCONFIG, null, 2)}\n`,
    ".gitignore": GITIGNORE,
  };
  for (const [file, text] of Object.entries(written)) await writeFile(join(dir, file), text);
  return [...COPIED, ...Object.keys(written)];
}
