import { existsSync, readdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { didYouMean } from "../model/did-you-mean.js";
import type { ErrorCode } from "../model/error.js";
import { SurefootError } from "../model/error.js";

const LAB_HINT = "Run `surefoot lab up`: it makes the lab and its inventory.";

function missing(
  message: string,
  hint: string,
  cause?: unknown,
  code: ErrorCode = "inventory-missing",
): SurefootError {
  return new SurefootError({ code, message, hint }, cause === undefined ? undefined : { cause });
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error && "code" in cause ? String(cause.code) : String(cause);
}

/** The error for a file that can't be read. */
export function unreadableFile(shown: string, cause: unknown, code: ErrorCode): SurefootError {
  const reason = reasonOf(cause);
  return reason === "ENOENT"
    ? missing(`there is no file ${shown}`, "Correct the path, or make the file.", cause, code)
    : missing(`${shown} can't be read (${reason})`, "Check what it is, its owner and its mode.", cause, code);
}

/** The error for a folder that can't be read: that it is not there, or why else. */
export function unreadableFolder(path: string, shown: string, cause: unknown): SurefootError {
  const reason = reasonOf(cause);
  if (reason === "ENOENT") return missing(`there is no inventory ${shown}`, folderHint(path, shown), cause);
  if (reason === "ENOTDIR") {
    const hint = `Name the folder that holds hosts.yml: -i ${dirname(shown)}`;
    return missing(`${shown} is not a folder`, hint, cause);
  }
  return missing(`${shown} can't be read (${reason})`, "Check what it is, its owner and its mode.", cause);
}

function folderHint(path: string, shown: string): string {
  if (basename(path) === "lab") return LAB_HINT;
  const beside = inventoriesIn(dirname(path));
  const near = didYouMean(basename(path), beside);
  if (near !== undefined) return `Did you mean ${join(dirname(shown), near)}?`;
  return beside.length > 0
    ? `There are: ${beside.map((name) => join(dirname(shown), name)).join(", ")}`
    : "Name a folder that holds hosts.yml, for example -i inventories/staging.";
}

function inventoriesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder).filter((name) => existsSync(join(folder, name, "hosts.yml")));
  } catch {
    // There is no folder above either: nothing to suggest.
    return [];
  }
}

/** The error for a folder without hosts.yml. */
export function missingHosts(dir: string, shown: string, names: readonly string[]): SurefootError {
  // In a folder Ansible passes over these endings, and so do we.
  const other = names.find((name) => /^(hosts|inventory)\.(ini|cfg|txt)$/.test(name));
  const hint =
    basename(dir) === "lab"
      ? LAB_HINT
      : other === undefined
        ? "Write `hosts: { NAME: {} }` into hosts.yml, or name another folder."
        : `Name the file itself: -i ${shown}/${other}`;
  return missing(`there is no hosts.yml in ${shown}`, hint);
}
