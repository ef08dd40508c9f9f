import { readFile } from "node:fs/promises";
import type { ParsedKey } from "ssh2";
import ssh2 from "ssh2";
import { SurefootError } from "../model/error.js";
import type { KnownHost } from "./known-hosts.js";
import { parseKnownHosts } from "./known-hosts.js";

/** Keys and known hosts read from files, each file once for all the hosts that name it. */
export class SshFiles {
  readonly #keys = new Map<string, Promise<ParsedKey | null>>();
  readonly #hosts = new Map<string, Promise<readonly KnownHost[]>>();

  /** All entries of the files; one that does not exist has none. */
  async knownHosts(files: readonly string[]): Promise<readonly KnownHost[]> {
    const lists = files.map((file) => {
      const known = this.#hosts.get(file) ?? readFile(file, "utf8").then(parseKnownHosts, () => []);
      this.#hosts.set(file, known);
      return known;
    });
    return (await Promise.all(lists)).flat();
  }

  /**
   * A private key, or null where the file does not exist.
   * @throws SurefootError `auth-key-unreadable` for a file that is no private key, or an encrypted one.
   */
  privateKey(file: string): Promise<ParsedKey | null> {
    const known = this.#keys.get(file) ?? readKey(file);
    this.#keys.set(file, known);
    return known;
  }
}

async function readKey(file: string): Promise<ParsedKey | null> {
  let text: Buffer;
  try {
    text = await readFile(file);
  } catch (thrown) {
    if (thrown instanceof Error && "code" in thrown && thrown.code === "ENOENT") return null;
    throw unreadable(file, "can't be read", "Check its owner and mode.", thrown);
  }
  const parsed = ssh2.utils.parseKey(text);
  if (parsed instanceof Error) {
    const encrypted = /encrypted|passphrase/i.test(parsed.message);
    throw unreadable(
      file,
      encrypted ? "is encrypted" : `is no private key (${parsed.message})`,
      encrypted
        ? `Load it into an agent: ssh-add ${file}`
        : "Name a private key in `ssh: { identity_file }`.",
      parsed,
    );
  }
  // A file in PEM form holds one key; the typing allows for several.
  return Array.isArray(parsed) ? (parsed[0] ?? null) : parsed;
}

function unreadable(file: string, what: string, hint: string, cause: unknown): SurefootError {
  return new SurefootError(
    { code: "auth-key-unreadable", message: `key file ${file} ${what}`, hint },
    { cause },
  );
}
