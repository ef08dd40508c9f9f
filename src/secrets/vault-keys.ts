import { execFile } from "node:child_process";
import { readFile, stat } from "node:fs/promises";
import { promisify } from "node:util";
import { SurefootError } from "../model/error.js";
import type { Place } from "../model/place.js";
import { secrets } from "../model/secret.js";
import { decryptVault, vaultId } from "./vault.js";

/** Longest time that a program which prints a vault's password may take, in milliseconds. */
const PROGRAM_TIMEOUT_MS = 60_000;

/** Where the passwords of vaults come from. */
export interface VaultKeys {
  /** Files, tried in this order; one that is executable prints the password instead. */
  readonly files: readonly string[];
  /** Asks a person, where no file is given. */
  readonly ask?: () => Promise<string>;
}

let keys: VaultKeys = { files: [] };
let passwords: Promise<readonly string[]> | undefined;

/** Sets where passwords come from for vaults that are opened from now on; they are read when the first one is. */
export function useVaultKeys(given: VaultKeys): void {
  keys = given;
  passwords = undefined;
}

/**
 * Opens a vault by whichever of the known passwords fits, as Ansible does.
 * @throws SurefootError `secret-locked` without a password that fits, `secret-invalid` for a text that is no vault of a known format.
 */
export async function openVault(text: string, what: string, place: Place): Promise<string> {
  passwords ??= readPasswords();
  const known = await passwords;
  for (const password of known) {
    const opened = decryptVault(text, password);
    if ("text" in opened) return opened.text;
    if (opened.problem === "wrong-password") continue;
    const message = `${what} is ${PROBLEMS[opened.problem]}`;
    const hint = "Encrypt it again with ansible-vault, which writes format 1.1 or 1.2.";
    throw new SurefootError({ code: "secret-invalid", message, place, hint });
  }
  const id = vaultId(text);
  const of = id === undefined || id === "" ? "" : ` (vault id ${id})`;
  throw new SurefootError({
    code: "secret-locked",
    message:
      known.length === 0
        ? `${what} is encrypted by ansible-vault${of}, and no password is given`
        : `${what} is encrypted by ansible-vault${of} with another password`,
    place,
    hint: "Give --vault-password-file FILE, once for each password, or set ANSIBLE_VAULT_PASSWORD_FILE.",
  });
}

const PROBLEMS = {
  "no-vault": "no text of ansible-vault",
  unsupported: "in a format of ansible-vault that is not read",
  damaged: "a damaged text of ansible-vault",
} as const;

async function readPasswords(): Promise<readonly string[]> {
  const { ANSIBLE_VAULT_PASSWORD_FILE: file = "" } = process.env;
  const files = keys.files.length > 0 ? keys.files : file === "" ? [] : [file];
  const found =
    files.length === 0 && keys.ask !== undefined
      ? [await keys.ask()]
      : await Promise.all(files.map(readFrom));
  for (const password of found) secrets.add(password);
  return found;
}

async function readFrom(file: string): Promise<string> {
  try {
    const { mode } = await stat(file);
    const text =
      (mode & 0o111) === 0
        ? await readFile(file, "utf8")
        : (await promisify(execFile)(file, { timeout: PROGRAM_TIMEOUT_MS, shell: false })).stdout;
    // As Ansible does, so that the same file opens the same vault.
    return text.trim();
  } catch (thrown) {
    const reason = thrown instanceof Error && "code" in thrown ? ` (${String(thrown.code)})` : "";
    const message = `the vault password file ${file} can't be read${reason}`;
    const hint = "Check that it exists and is yours; one that is executable must print the password.";
    throw new SurefootError({ code: "secret-unavailable", message, hint });
  }
}
