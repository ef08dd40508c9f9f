import { createHash } from "node:crypto";
import { readdirSync, statSync } from "node:fs";
import { relative } from "node:path";
import type { Complaints } from "../complaints.js";
import { readText } from "../folder.js";
import type { LocatedMap } from "../located.js";
import { isMap } from "../located.js";
import { unreadableFolder } from "../missing.js";
import { isVault } from "../vault.js";
import { parseYaml } from "../yaml-file.js";
import { ansibleYaml, jsonText } from "./yaml-dialect.js";

/** Reads an inventory's files, and keeps a hash over all of them. */
export class Files {
  readonly complaints: Complaints;
  readonly #root: string;
  readonly #hash = createHash("sha256");
  readonly #opened: ReadonlyMap<string, string>;
  /** Files met that are encrypted as a whole and not opened yet, by the name that is shown. */
  readonly locked = new Map<string, string>();

  /**
   * @param root The inventory's folder, absolute: names in the hash are relative to it.
   * @param opened Texts of files that are encrypted as a whole, by the names that are shown.
   */
  constructor(root: string, complaints: Complaints, opened: ReadonlyMap<string, string> = new Map()) {
    this.#root = root;
    this.complaints = complaints;
    this.#opened = opened;
  }

  /**
   * A file's text, decrypted where it is encrypted as a whole; undefined where it is not opened yet.
   * @throws SurefootError `inventory-missing` where it can't be read.
   */
  text(path: string): { readonly file: string; readonly text: string; readonly secret: boolean } | undefined {
    const { file, text } = readText(path, this.complaints);
    this.count(path, text);
    if (!isVault(text)) return { file, text, secret: false };
    // Neither what is encrypted nor what it holds helps in a code frame.
    this.complaints.learn(file, "");
    const plain = this.#opened.get(file);
    if (plain === undefined) this.locked.set(file, text);
    return plain === undefined ? undefined : { file, text: plain, secret: true };
  }

  /** A YAML or JSON file; null where it is empty, undefined where it can't be understood, which is complained of. */
  yaml(path: string): ReturnType<typeof parseYaml> {
    const read = this.text(path);
    return read === undefined
      ? undefined
      : parseAnsibleYaml(read.text, read.file, this.complaints, read.secret);
  }

  /** The variables of a file, which holds a mapping or nothing. */
  variables(path: string): LocatedMap {
    const root = this.yaml(path);
    if (root === undefined || root === null || isMap(root.value)) return mapOf(root);
    if (root.value && !(Array.isArray(root.value) && root.value.length === 0)) {
      const message = "a file of variables must be a mapping";
      this.complaints.add("inventory-invalid", message, root.place, "Write `key: value` lines.");
    }
    return new Map();
  }

  /** Takes a text into the hash. */
  count(path: string, text: string): void {
    const name = relative(this.#root, path);
    // Lengths in front, so that no text can pass for the end of a file.
    this.#hash.update(`${Buffer.byteLength(name)}:${name}${Buffer.byteLength(text)}:${text}`);
  }

  /** SHA-256 over all that was read, in hex; asked for once, at the end. */
  digest(): string {
    return this.#hash.digest("hex");
  }
}

function mapOf(root: ReturnType<typeof parseYaml>): LocatedMap {
  return root !== undefined && root !== null && isMap(root.value) ? root.value : new Map();
}

/** Reads a text as Ansible does: as JSON where it is that, else as YAML 1.1. */
export function parseAnsibleYaml(
  text: string,
  file: string,
  complaints: Complaints,
  secret = false,
): ReturnType<typeof parseYaml> {
  return parseYaml(text, file, complaints, { dialect: isJson(text) ? jsonText : ansibleYaml, secret });
}

function isJson(text: string): boolean {
  if (!/^\s*[[{]/.test(text)) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Whether there is a folder at a path. */
export function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

/**
 * Names in a folder, in the order of their code units.
 * @throws SurefootError `inventory-missing`.
 */
export function namesIn(path: string, complaints: Complaints): readonly string[] {
  try {
    return readdirSync(path).sort();
  } catch (thrown) {
    throw unreadableFolder(path, complaints.shown(path), thrown);
  }
}
