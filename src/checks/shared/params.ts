import { z } from "zod";

/** An address, IPv4 or IPv6, in one spelling (RFC 5952), so that two spellings of one are the same. */
export const address = z.union([z.ipv4(), z.ipv6()]).transform(canonicalAddress);

/** An address in the one spelling that is compared; what is none is given back. */
export function canonicalAddress(text: string): string {
  return text.includes(":") && URL.canParse(`http://[${text}]`)
    ? new URL(`http://[${text}]`).hostname.slice(1, -1)
    : text;
}

/** A TCP port. */
export const port = z.int().min(1).max(65_535);

/** A time in whole seconds: what `curl`, `nc` and `ping` all take. */
export const seconds = z.int().min(1).max(600);

/** The name of an interface, as the kernel allows it. */
export const interfaceName = z
  .string()
  .regex(/^[^\s/]{1,15}$/, "an interface name has 1 to 15 characters, none of them a space or /");

/** A host to connect to: a name or an address, nothing that a tool would take for a flag. */
export const hostName = z
  .string()
  .regex(/^[A-Za-z0-9_.:%][A-Za-z0-9_.:%-]*$/, "a host is a name or an address");

/** An address as it stands in a URL. */
export function inUrl(host: string): string {
  return host.includes(":") ? `[${host}]` : host;
}
