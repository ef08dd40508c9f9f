import { WireReader } from "./wire.js";

/** What an OpenSSH certificate says of itself (PROTOCOL.certkeys in OpenSSH's sources). */
export interface Certificate {
  /** For example `ssh-ed25519-cert-v01@openssh.com`. */
  readonly type: string;
  readonly blob: Buffer;
  readonly keyId: string;
  /** Seconds since 1970; the last second is not in it. */
  readonly validAfter: bigint;
  readonly validBefore: bigint;
}

/** How many fields the public key has, by the type that the certificate's type begins with. */
const KEY_FIELDS: readonly (readonly [string, number])[] = [
  ["ssh-ed25519-cert", 1],
  ["ssh-rsa-cert", 2],
  ["ecdsa-sha2-", 2],
  ["sk-ssh-ed25519-cert", 2],
  ["sk-ecdsa-sha2-", 3],
];

/** Reads the one line of a `-cert.pub` file; null where it holds no certificate that is known. */
export function parseCertificate(text: string): Certificate | null {
  const [type = "", base64 = ""] = text.trim().split(/\s+/);
  const fields = KEY_FIELDS.find(([prefix]) => type.startsWith(prefix))?.[1];
  if (!type.endsWith("-cert-v01@openssh.com") || fields === undefined) return null;
  const blob = Buffer.from(base64, "base64");
  const reader = new WireReader(blob);
  if (reader.text() !== type) return null;
  reader.bytes();
  for (let i = 0; i < fields; i++) reader.bytes();
  reader.uint64();
  reader.uint32();
  const keyId = reader.text();
  reader.bytes();
  return { type, blob, keyId, validAfter: reader.uint64(), validBefore: reader.uint64() };
}

/** Whether a certificate holds at a time, in milliseconds since 1970. */
export function certificateHolds(certificate: Certificate, now: number): "yes" | "not yet" | "expired" {
  const seconds = BigInt(Math.floor(now / 1000));
  if (seconds < certificate.validAfter) return "not yet";
  return seconds < certificate.validBefore ? "yes" : "expired";
}
