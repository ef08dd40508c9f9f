/** One host of a chain of jumps: a name to look up, or an address written out. */
export type Hop =
  | { readonly name: string }
  | { readonly text: string; readonly address: string; readonly user?: string; readonly port?: number };

/** `[USER@]HOST[:PORT]`, an IPv6 address with a port in brackets, all of it also behind `ssh://` (ssh_config(5), ProxyJump). */
const FORM =
  /^(?:ssh:\/\/)?(?:(?<user>[^@]+)@)?(?:\[(?<v6>[0-9a-f:.%]+)\]|(?<host>[^@:/[\]]+))(?::(?<port>\d{1,5}))?\/?$/i;

/**
 * Reads a chain of jumps, the nearest host first. What has a user, a port or `ssh://` is an address; a word alone is a name.
 * @returns null where a part is neither.
 */
export function parseJump(jump: string): readonly Hop[] | null {
  const hops: Hop[] = [];
  for (const part of jump.split(",")) {
    const text = part.trim();
    if (/^[^@:/[\]\s]+$/.test(text)) {
      hops.push({ name: text });
      continue;
    }
    const { user, v6, host, port } = FORM.exec(text)?.groups ?? {};
    const address = v6 ?? host;
    if (address === undefined || Number(port ?? 22) > 65535 || Number(port ?? 22) < 1) return null;
    hops.push({
      text: text.replace(/^ssh:\/\//, ""),
      address,
      ...(user === undefined ? {} : { user }),
      ...(port === undefined ? {} : { port: Number(port) }),
    });
  }
  return hops;
}
