import { isIPv4, isIPv6 } from "node:net";

/** 4 or 6. */
export type Family = 4 | 6;

/** An address as a number, with its family. */
interface Parsed {
  readonly family: Family;
  readonly bits: bigint;
}

/** The family of an address, or null where it is none; one with a zone (`fe80::1%eth0`) is none either, a route has its `dev`. */
export function familyOf(address: string): Family | null {
  return isIPv4(address) ? 4 : isIPv6(address) && !address.includes("%") ? 6 : null;
}

function parse(address: string): Parsed | null {
  if (isIPv4(address)) {
    return { family: 4, bits: address.split(".").reduce((sum, part) => sum * 256n + BigInt(part), 0n) };
  }
  if (familyOf(address) === null) return null;
  const [head = "", tail] = address.split("::");
  const words = (text: string): bigint[] =>
    text === ""
      ? []
      : text.split(":").flatMap((part) => {
          if (!part.includes(".")) return [BigInt(`0x${part}`)];
          const bits = parse(part)?.bits ?? 0n;
          return [bits >> 16n, bits & 0xffffn];
        });
  const first = words(head);
  const last = tail === undefined ? [] : words(tail);
  const zeros = Array.from({ length: 8 - first.length - last.length }, () => 0n);
  const all = tail === undefined ? first : [...first, ...zeros, ...last];
  return { family: 6, bits: all.reduce((sum, word) => sum * 65536n + word, 0n) };
}

/** An address as the kernel prints it: IPv6 as RFC 5952 has it. Anything that is no address is given back as it is. */
export function canonicalAddress(address: string): string {
  const parsed = parse(address);
  if (parsed === null || parsed.family === 4) return address;
  const words = Array.from({ length: 8 }, (_, i) => Number((parsed.bits >> BigInt(112 - 16 * i)) & 0xffffn));
  let best = { at: -1, length: 1 };
  for (let i = 0; i < 8; i++) {
    let length = 0;
    while (i + length < 8 && words[i + length] === 0) length++;
    if (length > best.length) best = { at: i, length };
  }
  const hex = words.map((word) => word.toString(16));
  if (best.at < 0) return hex.join(":");
  return `${hex.slice(0, best.at).join(":")}::${hex.slice(best.at + best.length).join(":")}`;
}

/** A network: an address and how many of its leading bits count. */
export interface Prefix {
  readonly family: Family;
  readonly bits: bigint;
  readonly length: number;
}

/** Reads `10.0.0.0/8`, `fd00::/8`, an address alone as its own network, or `default` of a family; null where it is none. */
export function parsePrefix(text: string, family?: Family): Prefix | null {
  if (text === "default") return family === undefined ? null : { family, bits: 0n, length: 0 };
  const [address = "", length, more] = text.split("/");
  const parsed = parse(address);
  if (parsed === null || more !== undefined) return null;
  const width = parsed.family === 4 ? 32 : 128;
  const count = length === undefined ? width : /^\d+$/.test(length) ? Number(length) : -1;
  return count < 0 || count > width ? null : { ...parsed, length: count };
}

function mask(prefix: Prefix): bigint {
  const width = prefix.family === 4 ? 32 : 128;
  return ((1n << BigInt(prefix.length)) - 1n) << BigInt(width - prefix.length);
}

/** Whether a network's address has bits set behind its length, which the kernel refuses. */
export function hasHostBits(prefix: Prefix): boolean {
  return (prefix.bits & ~mask(prefix)) !== 0n;
}

/** Whether an address lies in a network. */
export function contains(prefix: Prefix, address: string): boolean {
  const parsed = parse(address);
  return parsed !== null && parsed.family === prefix.family && (parsed.bits & mask(prefix)) === prefix.bits;
}

/** A destination as `ip` prints it: `default`, a network with its length, an address without. */
export function canonicalDestination(text: string): string {
  const [address = "", length] = text.split("/");
  const width = familyOf(address) === 4 ? "32" : "128";
  if (length === "0" || text === "default") return "default";
  return length === undefined || length === width
    ? canonicalAddress(address)
    : `${canonicalAddress(address)}/${length}`;
}
