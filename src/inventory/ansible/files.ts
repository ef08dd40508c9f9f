import { createHash } from "node:crypto";
import { readdirSync, statSync } from "node:fs";
import { relative } from "node:path";
import type { Complaints } from "../complaints.js";
import { readText } from "../folder.js";
import type { LocatedMap } from "../located.js";
import { isMap } from "../located.js";
import { unreadableFolder } from "../missing.js";
import { parseYaml } from "../yaml-file.js";
import { decryptFile, isVaultFile } from "./vault.js";
import { ansibleYaml, jsonText } from "./yaml-dialect.js";

/** Reads an inventory's files, and keeps a hash over all of them. */
export class Files {
  readonly complaints: Complaints;
  readonly #root: string;
  readonly #hash = createHash("sha256");

  /** @param root The inventory's folder, absolute: names in the hash are relative to it. */
  constructor(root: string, complaints: Complaints) {
    this.#root = root;
    this.complaints = complaints;
  }

  /**
   * A file's text, decrypted where it is encrypted as a whole; undefined where that can't be done, which is complained of.
   * @throws SurefootError `inventory-missing` where it can't be read.
   */
  text(path: string): { readonly file: string; readonly text: string } | undefined {
    const { file, text } = readText(path, this.complaints);
    this.count(path, text);
    if (!isVaultFile(text)) return { file, text };
    const opened = decryptFile(text, file, this.complaints);
    return opened === undefined ? undefined : { file, text: opened };
  }

  /** A YAML or JSON file; null where it is empty, undefined where it can't be understood, which is complained of. */
  yaml(path: string): ReturnType<typeof parseYaml> {
    const read = this.text(path);
    return read === undefined ? undefined : parseAnsibleYaml(read.text, read.file, this.complaints);
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
): ReturnType<typeof parseYaml> {
  return parseYaml(text, file, complaints, { dialect: isJson(text) ? jsonText : ansibleYaml });
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
