import { createHash } from "node:crypto";
import { readdir, readFile, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { Pins } from "./record.js";
import { changedFiles } from "./record.js";

/** Deeper folders than this are links in a circle. */
const DEEPEST = 8;

/** Files that an inventory in a file may have beside it. */
const BESIDE = new Set(["group_vars", "host_vars"]);

/**
 * SHA-256 in hex of each of these files. One that can't be read is left out.
 * @param files Absolute.
 */
export async function hashFiles(files: readonly string[]): Promise<Readonly<Record<string, string>>> {
  const hashed = await Promise.all(
    files.map(async (file) => {
      try {
        const hash = createHash("sha256").update(await readFile(file));
        return [[file, hash.digest("hex")] as const];
      } catch {
        return [];
      }
    }),
  );
  return Object.fromEntries(hashed.flat());
}

/**
 * All files that an inventory may be read from: those below its folder, or it and the folders of variables beside it. Hidden files and editors' copies
 * (`.NAME`, `NAME~`) are left out, which no inventory is read from. Empty for a list of hosts, which is no file.
 * @param inventory Absolute.
 */
export async function inventoryFiles(inventory: string): Promise<readonly string[]> {
  const kind = await kindOf(inventory);
  if (kind === "folder") return below(inventory, 0);
  if (kind === "nothing") return [];
  const folder = dirname(inventory);
  const beside = (await readdir(folder)).filter((name) => BESIDE.has(name));
  const files = await Promise.all(beside.map((name) => below(join(folder, name), 1)));
  return [inventory, ...files.flat()].sort();
}

async function below(path: string, depth: number): Promise<readonly string[]> {
  if (depth > DEEPEST) return [];
  const kind = await kindOf(path);
  if (kind !== "folder") return kind === "file" ? [path] : [];
  const names = (await readdir(path)).filter((name) => !isIgnored(name)).sort();
  return (await Promise.all(names.map((name) => below(join(path, name), depth + 1)))).flat();
}

function isIgnored(name: string): boolean {
  return basename(name).startsWith(".") || name.endsWith("~");
}

async function kindOf(path: string): Promise<"file" | "folder" | "nothing"> {
  try {
    const found = await stat(path);
    return found.isDirectory() ? "folder" : "file";
  } catch {
    return "nothing";
  }
}

/**
 * Pins what a schedule is for as it is now.
 * @param files The playbook and all that was read for it, absolute.
 * @param inventory Absolute.
 */
export async function pin(files: readonly string[], inventory: string): Promise<Pins> {
  return { files: await hashFiles(files), inventory: await hashFiles(await inventoryFiles(inventory)) };
}

/** How files are not as they were pinned, a line each; nothing of them is run for that. */
export async function unlikePinned(pins: Pins, inventory: string): Promise<readonly string[]> {
  const now = await pin(Object.keys(pins.files), inventory);
  return [...changedFiles(pins.files, now.files), ...changedFiles(pins.inventory, now.inventory)];
}
