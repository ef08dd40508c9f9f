import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import ssh2 from "ssh2";
import { afterAll, expect, it } from "vitest";
import { Identities } from "../../src/transport/identities.js";

const dir = mkdtempSync(join(tmpdir(), "surefoot-identities-"));
afterAll(() => rmSync(dir, { recursive: true }));

const DATA = Buffer.from("what is to be signed");
const PASSPHRASE = { cipher: "aes256-ctr", passphrase: "open it", rounds: 1 } as const;

function keyPair(type: "ed25519" | "ecdsa" | "rsa", locked: boolean) {
  const lock = locked ? PASSPHRASE : {};
  if (type === "rsa") return ssh2.utils.generateKeyPairSync("rsa", { bits: 2048, ...lock });
  if (type === "ecdsa") return ssh2.utils.generateKeyPairSync("ecdsa", { bits: 256, ...lock });
  return ssh2.utils.generateKeyPairSync("ed25519", lock);
}

it.each([
  ["ed25519", false, undefined],
  ["ed25519", true, undefined],
  ["ecdsa", false, undefined],
  ["rsa", false, "sha512"],
] as const)(
  "signs by a key of type %s (encrypted: %s) so that its public half says so",
  async (type, locked, hash) => {
    const pair = keyPair(type, locked);
    const file = join(dir, `${type}-${locked}`);
    writeFileSync(file, pair.private);
    const identities = new Identities();
    const identity = await identities.load(file);
    const key =
      identity?.kind === "private"
        ? identity.key
        : await identities.open(
            file,
            Buffer.from(pair.private),
            undefined,
            async () => PASSPHRASE.passphrase,
          );
    const parsed = ssh2.utils.parseKey(pair.public);
    if (parsed instanceof Error) throw parsed;
    const half = Array.isArray(parsed) ? parsed[0] : parsed;
    for (let i = 0; i < 2; i++) {
      const signature = key.sign(DATA, hash);
      expect(half?.verify(DATA, signature, hash)).toBe(true);
      expect(half?.verify(Buffer.from("something else"), signature, hash)).toBe(false);
    }
  },
);
