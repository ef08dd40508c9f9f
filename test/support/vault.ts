import { createCipheriv, createHmac, pbkdf2Sync, randomBytes } from "node:crypto";

/** What `ansible-vault encrypt` makes of a text, in format 1.1. */
export function encryptVault(text: string, password: string): string {
  const salt = randomBytes(32);
  const keys = pbkdf2Sync(password, salt, 10_000, 80, "sha256");
  const plain = Buffer.from(text, "utf8");
  const padding = 16 - (plain.length % 16);
  const cipher = createCipheriv("aes-256-ctr", keys.subarray(0, 32), keys.subarray(64, 80));
  const sealed = Buffer.concat([
    cipher.update(Buffer.concat([plain, Buffer.alloc(padding, padding)])),
    cipher.final(),
  ]);
  const mac = createHmac("sha256", keys.subarray(32, 64)).update(sealed).digest();
  const lines = [salt, mac, sealed].map((part) => part.toString("hex")).join("\n");
  const hex = Buffer.from(lines, "latin1").toString("hex");
  return `$ANSIBLE_VAULT;1.1;AES256\n${hex.replace(/.{80}/g, "$&\n").trimEnd()}\n`;
}
