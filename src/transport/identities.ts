import { createPrivateKey, sign } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { ParsedKey } from "ssh2";
import ssh2 from "ssh2";
import type { ErrorCode } from "../model/error.js";
import { SurefootError } from "../model/error.js";
import type { PasswordSource } from "../model/target.js";
import type { Certificate } from "./certificate.js";
import { parseCertificate } from "./certificate.js";
import type { Ask } from "./secrets.js";
import { readPassword } from "./secrets.js";
import { WireReader } from "./wire.js";

/** What an identity file holds. `blob` is its public key, where it is known without the passphrase. */
export type Identity =
  | { readonly kind: "private"; readonly key: ParsedKey; readonly blob: Buffer }
  | { readonly kind: "encrypted"; readonly text: Buffer; readonly blob?: Buffer }
  | { readonly kind: "public"; readonly blob: Buffer }
  /** A key in a security key, which only the system's ssh can use. */
  | { readonly kind: "hardware" };

/** How often a passphrase typed in may be wrong, as with ssh(1) (NumberOfPasswordPrompts). */
const TRIES = 3;

/** Keys and certificates read from files, each file once for all the hosts that name it. */
export class Identities {
  readonly #files = new Map<string, Promise<Identity | null>>();
  readonly #opened = new Map<string, Promise<ParsedKey>>();
  readonly #certificates = new Map<string, Promise<Certificate | null>>();

  /**
   * What a file holds, or null where it does not exist.
   * @throws SurefootError `auth-key-unreadable` for a file that is no key.
   */
  load(file: string): Promise<Identity | null> {
    return once(this.#files, file, () => loadIdentity(file));
  }

  /** A certificate, or null where the file does not exist or holds none. */
  certificate(file: string): Promise<Certificate | null> {
    return once(this.#certificates, file, async () =>
      readFile(file, "utf8").then(parseCertificate, () => null),
    );
  }

  /**
   * Opens an encrypted key; its passphrase is asked for once, however many hosts wait for the key.
   * @throws SurefootError `auth-passphrase-needed` or `auth-passphrase-wrong`.
   */
  open(
    file: string,
    text: Buffer,
    source: PasswordSource | undefined,
    ask: Ask | undefined,
  ): Promise<ParsedKey> {
    return once(this.#opened, file, async () => {
      if (source !== undefined) {
        const place = { file, line: 1, col: 1 };
        const passphrase = await readPassword(
          source,
          `the passphrase of ${file}`,
          place,
          "auth-passphrase-needed",
        );
        const key = parseWith(text, passphrase);
        if (key !== null) return key;
      } else if (ask === undefined) {
        throw keyError("auth-passphrase-needed", file, "is encrypted", openHint(file));
      } else {
        for (let i = 0; i < TRIES; i++) {
          const key = parseWith(text, await ask(`passphrase for ${file}: `, false));
          if (key !== null) return key;
        }
      }
      const hint = "Check the passphrase; Surefoot tries no other by itself.";
      throw keyError("auth-passphrase-wrong", file, "is not opened by that passphrase", hint);
    });
  }
}

function once<T>(map: Map<string, Promise<T>>, key: string, make: () => Promise<T>): Promise<T> {
  const known = map.get(key) ?? make();
  map.set(key, known);
  return known;
}

function openHint(file: string): string {
  return `Load it into an agent (ssh-add ${file}), run on a terminal, or give \`ssh: { passphrase: { env: NAME } }\`.`;
}

function parseWith(text: Buffer, passphrase: string): ParsedKey | null {
  const parsed = firstKey(ssh2.utils.parseKey(text, passphrase));
  return parsed instanceof Error ? null : parsed;
}

/** A file in PEM form holds one key; the typing allows for several. */
function firstKey(parsed: ParsedKey | readonly ParsedKey[] | Error): ParsedKey | Error {
  if (parsed instanceof Error) return parsed;
  const key = isList(parsed) ? parsed[0] : parsed;
  return key === undefined ? new Error("no key") : readOnce(key);
}

/** Has an Ed25519 key read once for all signatures; ssh2 reads it anew for each. Keys of other types have hashes that only ssh2 knows. */
function readOnce(key: ParsedKey): ParsedKey {
  if (key.type !== "ssh-ed25519" || !key.isPrivateKey()) return key;
  const read = createPrivateKey(key.getPrivatePEM());
  key.sign = (data) => sign(null, typeof data === "string" ? Buffer.from(data) : data, read);
  return key;
}

function isList(parsed: ParsedKey | readonly ParsedKey[]): parsed is readonly ParsedKey[] {
  return Array.isArray(parsed);
}

async function loadIdentity(file: string): Promise<Identity | null> {
  let text: Buffer;
  try {
    text = await readFile(file);
  } catch (thrown) {
    if (thrown instanceof Error && "code" in thrown && thrown.code === "ENOENT") return null;
    throw keyError("auth-key-unreadable", file, "can't be read", "Check its owner and mode.", thrown);
  }
  const blob = publicPart(text.toString("latin1"));
  if (blob !== undefined && new WireReader(blob).text().startsWith("sk-")) return { kind: "hardware" };
  const parsed = firstKey(ssh2.utils.parseKey(text));
  if (parsed instanceof Error) {
    if (/encrypted|passphrase/i.test(parsed.message)) {
      const known = blob ?? (await blobOf(`${file}.pub`));
      return { kind: "encrypted", text, ...(known === undefined ? {} : { blob: known }) };
    }
    const hint = "Name a private key in `ssh: { identity_file }`.";
    throw keyError("auth-key-unreadable", file, `is no private key (${parsed.message})`, hint, parsed);
  }
  if (!parsed.isPrivateKey()) return { kind: "public", blob: parsed.getPublicSSH() };
  return { kind: "private", key: parsed, blob: parsed.getPublicSSH() };
}

/** The public key inside a private key file of OpenSSH, which is never encrypted (PROTOCOL.key), or in a `.pub` file. */
function publicPart(text: string): Buffer | undefined {
  const body = /-----BEGIN OPENSSH PRIVATE KEY-----([\s\S]*?)-----END/.exec(text)?.[1];
  if (body === undefined) {
    const base64 = /^(?:ssh|ecdsa|sk)-\S+ (\S+)/.exec(text)?.[1];
    return base64 === undefined ? undefined : Buffer.from(base64, "base64");
  }
  const magic = "openssh-key-v1\0";
  const reader = new WireReader(Buffer.from(body, "base64").subarray(magic.length));
  for (let i = 0; i < 3; i++) reader.bytes();
  reader.uint32();
  return reader.bytes();
}

async function blobOf(file: string): Promise<Buffer | undefined> {
  return publicPart(await readFile(file, "latin1").catch(() => ""));
}

function keyError(code: ErrorCode, file: string, what: string, hint: string, cause?: unknown): SurefootError {
  return new SurefootError({ code, message: `key file ${file} ${what}`, hint }, { cause });
}
