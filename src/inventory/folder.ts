import { isUtf8 } from "node:buffer";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { basename, join, relative, resolve } from "node:path";
import type { ErrorCode } from "../model/error.js";
import { Complaints } from "./complaints.js";
import { missingHosts, unreadableFile, unreadableFolder } from "./missing.js";

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
  /** In the order in which they are read: by name, so that NAME.yml comes before the files in NAME/. */
  readonly groupVars: readonly VariableFile[];
  readonly hostVars: readonly VariableFile[];
  /** SHA-256 over all names and contents, for journals. */
  readonly hash: string;
}

/** Also of files that are encrypted by age. */
const YAML_NAME = /\.ya?ml(\.age)?$/;

/**
 * Reads an environment's files; complains about those that would be passed over. Synchronous: nothing else can be done
 * before they are read, and ten thousand small files are read several times faster so.
 * @throws SurefootError `inventory-missing` where the folder or its hosts.yml can't be read.
 */
export function readFolder(dir: string, complaints: Complaints): InventoryFolder {
  const root = resolve(complaints.cwd, dir);
  const names = listFolder(root, dir);
  const reader = new FolderReader(root, complaints);
  const [first, second] = names.filter((name) => name === "hosts.yml" || name === "hosts.yaml");
  if (first === undefined) throw missingHosts(root, dir, names);
  const hosts = reader.read(join(root, first));
  if (second !== undefined) {
    reader.refuse(join(root, second), `there are both ${first} and ${second}`, "Keep one of them.");
  }
  for (const name of names) {
    const [, kind] = /^(group|host)s?[-_]?vars?$/i.exec(name) ?? [];
    const right = `${kind?.toLowerCase()}_vars`;
    if (kind === undefined || name === right) continue;
    reader.refuse(join(root, name), `${name} is not read`, `Did you mean ${right}?`);
  }
  const variables = (kind: string): readonly VariableFile[] =>
    names.includes(kind) ? reader.readVariables(join(root, kind)) : [];
  const groupVars = variables("group_vars");
  const hostVars = variables("host_vars");
  return {
    hostsFile: hosts.file,
    hostsText: hosts.text,
    groupVars,
    hostVars,
    hash: reader.hash.digest("hex"),
  };
}

/**
 * SHA-256 over all files of an environment, in hex, for journals: equal hashes mean equal inventories, wherever the
 * folder lies. Values given by `-e` are no part of it.
 * @throws SurefootError `inventory-missing` where the folder or its hosts.yml can't be read.
 */
export function inventoryHash(dir: string, cwd = process.cwd()): string {
  return readFolder(dir, new Complaints(cwd)).hash;
}

class FolderReader {
  readonly hash = createHash("sha256");
  readonly #root: string;
  readonly #complaints: Complaints;

  constructor(root: string, complaints: Complaints) {
    this.#root = root;
    this.#complaints = complaints;
  }

  read(path: string): Omit<VariableFile, "owner"> {
    const read = readText(path, this.#complaints);
    const name = relative(this.#root, path);
    // Lengths in front, so that no text can pass for the end of a file.
    this.hash.update(`${Buffer.byteLength(name)}:${name}${Buffer.byteLength(read.text)}:${read.text}`);
    return read;
  }

  /** `NAME.yml` and `NAME/*.yml`; both forms may stand side by side. */
  readVariables(folder: string): readonly VariableFile[] {
    return this.#list(folder).flatMap((path): readonly VariableFile[] => {
      if (!isFolder(path)) return this.#variables(path, basename(path).replace(YAML_NAME, ""));
      return this.#list(path).flatMap((inner) => {
        if (!isFolder(inner)) return this.#variables(inner, basename(path));
        this.refuse(inner, "a folder this deep is not read", "Move its files one level up.");
        return [];
      });
    });
  }

  #variables(path: string, owner: string): readonly VariableFile[] {
    if (YAML_NAME.test(path)) return [{ owner, ...this.read(path) }];
    const message = `${basename(path)} is not read: its name does not end in .yml or .yml.age`;
    this.refuse(path, message, "Rename it to NAME.yml, or move it away.");
    return [];
  }

  /** In the order of their paths: `all.yml` before `all/`, so that the files of the folder win. */
  #list(folder: string): readonly string[] {
    const names = listFolder(folder, this.#complaints.shown(folder)).filter((name) => !isIgnored(name));
    const paths = names.map((name) => join(folder, name));
    const key = (path: string): string => (isFolder(path) ? `${path}/` : path);
    return paths.sort((a, b) => (key(a) < key(b) ? -1 : 1));
  }

  refuse(path: string, message: string, hint: string): void {
    const place = { file: this.#complaints.shown(path), line: 1, col: 1 };
    this.#complaints.add("inventory-invalid", message, place, hint);
  }
}

/**
 * Reads a text file and makes it known for code frames.
 * @param code The code of the error where it can't be read.
 */
export function readText(
  path: string,
  complaints: Complaints,
  code: ErrorCode = "inventory-missing",
): { readonly file: string; readonly text: string } {
  const file = complaints.shown(path);
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (thrown) {
    throw unreadableFile(file, thrown, code);
  }
  const text = bytes.toString("utf8").replace(/^\u{FEFF}/u, "");
  complaints.learn(file, text);
  if (!isUtf8(bytes)) {
    const before = text.slice(0, text.indexOf("\u{FFFD}")).split("\n");
    const place = { file, line: before.length, col: (before.at(-1)?.length ?? 0) + 1 };
    complaints.add("inventory-syntax", "the text is not UTF-8", place, "Save the file as UTF-8.");
  }
  return { file, text };
}

/** Files that editors, version control and people leave beside the inventory. */
function isIgnored(name: string): boolean {
  return name.startsWith(".") || name.endsWith("~") || name.endsWith(".md");
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

/** Names in the order of their code units, whatever the locale. */
function listFolder(path: string, shown: string): readonly string[] {
  try {
    return readdirSync(path).sort();
  } catch (thrown) {
    throw unreadableFolder(path, shown, thrown);
  }
}
