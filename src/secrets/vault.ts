import { createDecipheriv, createHmac, pbkdf2Sync, timingSafeEqual } from "node:crypto";

/*
 * ansible-vault's format (Ansible documentation, "Format of files encrypted with Ansible Vault"): a header line, then hex of three lines
 * joined by newlines, each hex again: salt, HMAC-SHA256 of the ciphertext, ciphertext in AES-256-CTR. Key, HMAC key and counter are 80
 * bytes of PBKDF2-HMAC-SHA256 in 10,000 rounds. The plaintext is padded as PKCS#7.
 */
const HEADER = /^\$ANSIBLE_VAULT;(1\.[012]);(AES256|AES)(?:;([^\r\n;]*))?\s*$/;
const ROUNDS = 10_000;

/** What came of it: the text, or why there is none. `wrong-password` may as well be a text that somebody changed. */
export type Opened =
  | { readonly text: string }
  | { readonly problem: "no-vault" | "unsupported" | "damaged" | "wrong-password" };

/** Whether a text is encrypted by ansible-vault. */
export function isVault(text: string): boolean {
  return text.trimStart().startsWith("$ANSIBLE_VAULT;");
}

/** The vault id in a text's header, if it names one (format 1.2). */
export function vaultId(text: string): string | undefined {
  return HEADER.exec(text.trimStart().split("\n", 1)[0] ?? "")?.[3];
}

/** Decrypts a whole file or a `!vault` value, of format 1.1 or 1.2. Pure; takes some ten milliseconds. */
export function decryptVault(text: string, password: string): Opened {
  const [first = "", ...lines] = text.trim().split(/\r?\n/);
  const header = HEADER.exec(first);
  if (header === null) return { problem: "no-vault" };
  if (header[1] === "1.0" || header[2] !== "AES256") return { problem: "unsupported" };
  const parts = unhex(lines.map((line) => line.trim()).join(""))
    ?.toString("latin1")
    .split("\n")
    .map(unhex);
  const [salt, mac, cipher] = parts ?? [];
  if (parts?.length !== 3 || !salt || !cipher || mac?.length !== 32) return { problem: "damaged" };
  const keys = pbkdf2Sync(password, salt, ROUNDS, 80, "sha256");
  const expected = createHmac("sha256", keys.subarray(32, 64)).update(cipher).digest();
  if (!timingSafeEqual(expected, mac)) return { problem: "wrong-password" };
  const opener = createDecipheriv("aes-256-ctr", keys.subarray(0, 32), keys.subarray(64, 80));
  const padded = Buffer.concat([opener.update(cipher), opener.final()]);
  const padding = padded.at(-1) ?? 0;
  if (padding < 1 || padding > 16) return { problem: "damaged" };
  return { text: padded.subarray(0, padded.length - padding).toString("utf8") };
}

function unhex(text: string): Buffer | undefined {
  return /^([0-9a-fA-F]{2})*$/.test(text) ? Buffer.from(text, "hex") : undefined;
}
