import { createHash } from "node:crypto";
import type { Dirent } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { SurefootError } from "../model/error.js";
import { shownPath } from "./complaints.js";

/** A file of variables: for which group or host it is, and what it says. */
export interface VariableFile {
  readonly owner: string;
  /** Path as shown in messages. */
  readonly file: string;
  readonly text: string;
}

/** An environment's folder as read, before anything is understood. */
export interface InventoryFolder {
  readonly hostsFile: string;
  readonly hostsText: string;
  readonly groupVars: readonly VariableFile[];
  readonly hostVars: readonly VariableFile[];
  /** SHA-256 over all names and contents, for journals. */
  readonly hash: string;
}

const YAML_NAME = /\.ya?ml$/;

/**
 * Reads an environment's files.
 * @throws SurefootError `inventory-missing` where the folder or its hosts.yml is not there.
 */
export async function readFolder(dir: string): Promise<InventoryFolder> {
  const entries = await list(dir);
  if (entries === null) throw missing(dir, `there is no inventory folder ${dir}`);
  const hosts = entries.find((entry) => entry.name === "hosts.yml" || entry.name === "hosts.yaml");
  if (hosts === undefined) throw missing(dir, `the inventory ${dir} has no hosts.yml`);
  const hostsPath = join(dir, hosts.name);
  const hostsText = await readFile(hostsPath, "utf8");
  const groupVars = await variableFiles(join(dir, "group_vars"));
  const hostVars = await variableFiles(join(dir, "host_vars"));
  const hash = createHash("sha256");
  const all = [{ file: shownPath(hostsPath), text: hostsText }, ...groupVars, ...hostVars];
  for (const { file, text } of all) hash.update(`${basename(file)}\0${text.length}\0${text}\0`);
  return { hostsFile: shownPath(hostsPath), hostsText, groupVars, hostVars, hash: hash.digest("hex") };
}

function missing(dir: string, message: string): SurefootError {
  const hint =
    basename(dir) === "lab"
      ? "Run `surefoot lab up`: it writes the lab's inventory."
      : "Name the folder of an environment, for example -i inventories/staging; it holds hosts.yml.";
  return new SurefootError({ code: "inventory-missing", message, hint });
}

async function list(dir: string): Promise<readonly Dirent[] | null> {
  try {
    const entries = await readdir(dir, { withFileTypes: true });
    return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch {
    return null;
  }
}

/** `NAME.yml` and `NAME/*.yml` in a folder of variables; both forms may stand side by side. */
async function variableFiles(dir: string): Promise<readonly VariableFile[]> {
  const files: VariableFile[] = [];
  const add = async (owner: string, path: string): Promise<void> => {
    files.push({ owner, file: shownPath(path), text: await readFile(path, "utf8") });
  };
  for (const entry of (await list(dir)) ?? []) {
    const path = join(dir, entry.name);
    if (YAML_NAME.test(entry.name)) await add(entry.name.replace(YAML_NAME, ""), path);
    else if (entry.isDirectory()) {
      for (const inner of (await list(path)) ?? []) {
        if (YAML_NAME.test(inner.name)) await add(entry.name, join(path, inner.name));
      }
    }
  }
  // A file beside a folder of its name comes first, so that the folder's files win.
  return files.sort((a, b) => (a.owner < b.owner ? -1 : a.owner > b.owner ? 1 : 0));
}
