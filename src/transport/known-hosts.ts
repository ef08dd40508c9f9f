import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import type { Target } from "../model/target.js";

/** One line of a known_hosts file (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT). */
export interface KnownHost {
  readonly marker: "" | "@revoked" | "@cert-authority";
  /** Comma-separated patterns, or one hashed name `|1|SALT|HASH`. */
  readonly names: string;
  readonly type: string;
  readonly key: Buffer;
}

/** Result of looking a presented key up. */
export type HostKeyVerdict =
  | { readonly verdict: "known" }
  | { readonly verdict: "unknown" }
  | { readonly verdict: "changed"; readonly knownTypes: readonly string[] }
  | { readonly verdict: "revoked" };

/** Reads a known_hosts file; blank lines, comments and lines that are no entry are passed over, as OpenSSH does. */
export function parseKnownHosts(text: string): readonly KnownHost[] {
  const entries: KnownHost[] = [];
  for (const line of text.split(/\r?\n/)) {
    const words = line.trim().split(/\s+/);
    const first = words[0] ?? "";
    if (first === "" || first.startsWith("#")) continue;
    const marker = first === "@revoked" || first === "@cert-authority" ? first : "";
    if (marker === "" && first.startsWith("@")) continue;
    const [names, type, base64] = marker === "" ? words : words.slice(1);
    if (names === undefined || type === undefined || base64 === undefined) continue;
    entries.push({ marker, names, type, key: Buffer.from(base64, "base64") });
  }
  return entries;
}

/** The name that known_hosts keeps for an address and port: `[address]:port` unless the port is 22. */
export function knownHostName(address: string, port: number): string {
  const name = address.toLowerCase();
  return port === 22 ? name : `[${name}]:${port}`;
}

/** Whether a name matches a pattern of `*` and `?`, in letters of any size (ssh_config(5), PATTERNS). */
export function globMatches(pattern: string, name: string): boolean {
  // Most are plain names, and each host's name is held against those of all others.
  if (!/[*?]/.test(pattern)) return pattern.toLowerCase() === name;
  const source = pattern
    .toLowerCase()
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${source}$`).test(name);
}

function hashMatches(hashed: string, name: string): boolean {
  const [, , salt, hash] = hashed.split("|");
  if (salt === undefined || hash === undefined) return false;
  const want = Buffer.from(hash, "base64");
  const have = createHmac("sha1", Buffer.from(salt, "base64")).update(name).digest();
  return want.length === have.length && timingSafeEqual(want, have);
}

/** Whether an entry speaks of this name. */
export function namesMatch(names: string, name: string): boolean {
  if (names.startsWith("|1|")) return hashMatches(names, name);
  let matched = false;
  for (const pattern of names.split(",")) {
    if (pattern.startsWith("!")) {
      if (globMatches(pattern.slice(1), name)) return false;
    } else if (globMatches(pattern, name)) {
      matched = true;
    }
  }
  return matched;
}

/** Which host of known_hosts a target is: its name there, and the one without a port, which OpenSSH takes too. */
export interface HostName {
  readonly name: string;
  readonly fallback?: string;
}

/** The name under which a target's keys are kept. */
export function hostNameOf(target: Pick<Target, "address" | "port" | "hostKeyAlias">): HostName {
  if (target.hostKeyAlias !== undefined) return { name: target.hostKeyAlias.toLowerCase() };
  const name = knownHostName(target.address, target.port);
  return target.port === 22 ? { name } : { name, fallback: target.address.toLowerCase() };
}

/** The entries for a host; where none speaks of its port, those of the host itself (sshconnect.c, check_host_key). */
export function entriesForHost(
  entries: readonly KnownHost[],
  { name, fallback }: HostName,
): readonly KnownHost[] {
  const own = entries.filter((entry) => namesMatch(entry.names, name));
  if (fallback === undefined || own.some((entry) => entry.marker !== "@revoked")) return own;
  return [...own, ...entries.filter((entry) => namesMatch(entry.names, fallback))];
}

/** Whether a host is known by nothing but a certificate authority, which ssh2 can't ask for. */
export function onlyByAuthority(entries: readonly KnownHost[]): boolean {
  return (
    entries.some((entry) => entry.marker === "@cert-authority") &&
    !entries.some((entry) => entry.marker === "")
  );
}

/** The type name inside a public key blob (RFC 4253, section 6.6). */
export function keyType(blob: Buffer): string {
  return blob.length < 4 ? "" : blob.toString("latin1", 4, 4 + blob.readUInt32BE(0));
}

/** Judges a presented host key by the entries for that host. */
export function judgeHostKey(entries: readonly KnownHost[], blob: Buffer): HostKeyVerdict {
  const same = entries.filter((entry) => entry.marker !== "@cert-authority" && entry.key.equals(blob));
  if (same.some((entry) => entry.marker === "@revoked")) return { verdict: "revoked" };
  if (same.length > 0) return { verdict: "known" };
  const kept = entries.filter((entry) => entry.marker === "");
  if (kept.length === 0) return { verdict: "unknown" };
  return { verdict: "changed", knownTypes: [...new Set(kept.map((entry) => entry.type))] };
}

/** A key's fingerprint as `ssh-keygen -l` prints it. */
export function fingerprintOf(blob: Buffer): string {
  return `SHA256:${createHash("sha256").update(blob).digest("base64").replace(/=+$/, "")}`;
}

/** Signature algorithms to ask a server for, so that it shows a key whose type is known (RFC 8332 for rsa-sha2). */
export function hostKeyAlgorithms(entries: readonly KnownHost[], all: readonly string[]): readonly string[] {
  const known = new Set(entries.flatMap((entry) => (entry.marker === "" ? [entry.type] : [])));
  const typeOf = (algorithm: string): string => (algorithm.startsWith("rsa-sha2-") ? "ssh-rsa" : algorithm);
  return [
    ...all.filter((name) => known.has(typeOf(name))),
    ...all.filter((name) => !known.has(typeOf(name))),
  ];
}
