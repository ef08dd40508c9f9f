import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { SurefootError } from "../model/error.js";
import type { Place } from "../model/place.js";

/** Lists the recipients of the encrypted files in its folder and the folders below, one a line, as age's own `-R` file does. */
export const RECIPIENTS_FILE = ".age-recipients";

/** The file with the identities that decrypt: SUREFOOT_AGE_IDENTITY, or age.txt in the user's configuration. */
export function identityFile(env: NodeJS.ProcessEnv = process.env): string {
  const { SUREFOOT_AGE_IDENTITY: named = "", XDG_CONFIG_HOME: config = "" } = env;
  if (named !== "") return named;
  return join(config === "" ? join(homedir(), ".config") : config, "surefoot", "age.txt");
}

/** Lines of a file of keys that are neither empty nor comments. */
function keyLines(text: string): readonly string[] {
  return text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"));
}

/**
 * The identities that decrypt.
 * @throws SurefootError `secret-locked` where there are none.
 */
async function identities(place?: Place): Promise<readonly string[]> {
  const file = identityFile();
  try {
    return keyLines(await readFile(file, "utf8"));
  } catch (thrown) {
    const reason = thrown instanceof Error && "code" in thrown ? String(thrown.code) : String(thrown);
    const message = `there is no age identity: ${file} can't be read (${reason})`;
    const hint = "Make one with `surefoot secrets keygen`, or name its file in SUREFOOT_AGE_IDENTITY.";
    throw new SurefootError({
      code: "secret-locked",
      message,
      hint,
      ...(place === undefined ? {} : { place }),
    });
  }
}

/** Whether a file begins as those of age do; of another one, whose first line the library's error would show, nothing may be said. */
function looksLikeAge(bytes: Uint8Array): boolean {
  return /^(age-encryption\.org\/|-----BEGIN AGE)/.test(
    Buffer.from(bytes.subarray(0, 32)).toString("latin1"),
  );
}

/**
 * Decrypts a file of age, armored or not.
 * @throws SurefootError `secret-locked` where no identity fits, `secret-invalid` for a file that is not of age.
 */
export async function decryptAge(bytes: Uint8Array, place: Place): Promise<string> {
  const { armor, Decrypter } = await import("age-encryption");
  const decrypter = new Decrypter();
  const keys = await identities(place);
  try {
    for (const key of keys) decrypter.addIdentity(key);
  } catch {
    const message = `${identityFile()} holds a line that is no age identity`;
    const hint = "Lines are comments or AGE-SECRET-KEY-1...; make it anew with `surefoot secrets keygen`.";
    throw new SurefootError({ code: "secret-locked", message, hint, place });
  }
  try {
    const text = Buffer.from(bytes).toString("latin1");
    const raw = text.startsWith("-----BEGIN AGE") ? armor.decode(text) : bytes;
    return await decrypter.decrypt(raw, "text");
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    const locked = /no identity matched/i.test(reason);
    throw new SurefootError({
      code: locked ? "secret-locked" : "secret-invalid",
      message: locked
        ? "it is encrypted for none of your age identities"
        : `it is no intact file of age${looksLikeAge(bytes) ? ` (${reason})` : ""}`,
      place,
      hint: locked
        ? `Have somebody who can read it add your recipient to ${RECIPIENTS_FILE} and encrypt it again; your identities are in ${identityFile()}.`
        : "Make it by `surefoot secrets encrypt FILE`.",
    });
  }
}

/**
 * Encrypts a text for recipients, armored, so that version control shows it as text.
 * @throws SurefootError `flag-invalid` for a recipient that is none.
 */
export async function encryptAge(text: string, recipients: readonly string[]): Promise<string> {
  const { armor, Encrypter } = await import("age-encryption");
  const encrypter = new Encrypter();
  for (const recipient of recipients) {
    try {
      encrypter.addRecipient(recipient);
    } catch {
      const hint = "A recipient is age1...; `surefoot secrets keygen` prints yours.";
      throw new SurefootError({ code: "flag-invalid", message: `${recipient} is no recipient of age`, hint });
    }
  }
  return `${armor.encode(await encrypter.encrypt(text)).trimEnd()}\n`;
}

/** For whom a file is encrypted: those of the nearest {@link RECIPIENTS_FILE} above it, else oneself. */
export async function recipientsOf(file: string): Promise<readonly string[]> {
  for (let folder = dirname(resolve(file)); ; folder = dirname(folder)) {
    const list = join(folder, RECIPIENTS_FILE);
    if (existsSync(list)) return keyLines(await readFile(list, "utf8"));
    if (folder === dirname(folder)) break;
  }
  const { identityToRecipient } = await import("age-encryption");
  return Promise.all((await identities()).map((identity) => identityToRecipient(identity)));
}

/** A new identity as a file of age holds it, and its recipient. */
export async function newIdentity(): Promise<{ readonly text: string; readonly recipient: string }> {
  const { generateX25519Identity, identityToRecipient } = await import("age-encryption");
  const identity = await generateX25519Identity();
  const recipient = await identityToRecipient(identity);
  return { text: `# public key: ${recipient}\n${identity}\n`, recipient };
}
