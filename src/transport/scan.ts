import ssh2 from "ssh2";
import { SurefootError } from "../model/error.js";
import type { Target } from "../model/target.js";
import type { KnownHost } from "./known-hosts.js";
import { judgeHostKey, keyType, onlyByAuthority } from "./known-hosts.js";
import type { SshTransport } from "./ssh.js";
import { connectError } from "./ssh-errors.js";
import { HOST_KEY_ALGORITHMS } from "./ssh2-login.js";

/** Which algorithms ask for which type of key; a server shows one key per handshake. */
const TYPES = [/^ssh-ed25519$/, /^ecdsa-/, /^rsa-/].map((pattern) =>
  HOST_KEY_ALGORITHMS.filter((name) => pattern.test(name)),
);

/**
 * Gathers a host's keys, one of each type that it has, by the host's own way. Nobody logs in: each handshake is ended when the key is
 * shown.
 * @throws SurefootError of class `unreachable`.
 */
export async function scanHost(
  transport: SshTransport,
  target: Target,
  signal: AbortSignal,
): Promise<readonly Buffer[]> {
  const keys: Buffer[] = [];
  for (const algorithms of TYPES) {
    const way = await transport.reach(target, signal);
    const key = await shownKey(target, way.stream, algorithms).finally(() => way.end());
    if (key !== null) keys.push(key);
  }
  if (keys.length > 0) return keys;
  throw new SurefootError({
    code: "connect-failed",
    message: "the server has no host key of a type that Surefoot knows",
    place: { host: target.host },
    hint: "Give it an ed25519, ecdsa or rsa key: ssh-keygen -A",
  });
}

/** The key that the server shows when asked for these algorithms, or null where it has none of them. */
function shownKey(
  target: Target,
  sock: Parameters<typeof ssh2.Client.prototype.connect>[0]["sock"],
  algorithms: typeof HOST_KEY_ALGORITHMS,
): Promise<Buffer | null> {
  const client = new ssh2.Client();
  return new Promise((resolve, reject) => {
    let key: Buffer | null = null;
    const end = (error?: Error): void => {
      client.destroy();
      if (key !== null) resolve(key);
      else if (error !== undefined && /no matching host key/i.test(error.message)) resolve(null);
      else {
        const thrown = error ?? new Error("the host closed the connection");
        reject(new SurefootError(connectError(target, thrown, target.connectTimeout), { cause: thrown }));
      }
    };
    client.on("error", end);
    client.once("close", () => end());
    client.connect({
      ...(sock === undefined ? {} : { sock }),
      username: target.user,
      readyTimeout: target.connectTimeout * 1000,
      algorithms: { serverHostKey: [...algorithms] },
      hostVerifier: (blob: Buffer) => {
        key = Buffer.from(blob);
        return false;
      },
    });
  });
}

/** What a host's keys mean beside what is known of it. */
export type ScanVerdict = "known" | "new" | "changed" | "revoked";

/**
 * Judges a host's keys: one that contradicts a known key of its type makes the host `changed`, whatever else it shows; a host of which
 * a key is known is `known`.
 */
export function judgeScan(entries: readonly KnownHost[], keys: readonly Buffer[]): ScanVerdict {
  const verdicts = keys.map((key) => judgeHostKey(entries, key).verdict);
  if (verdicts.includes("revoked")) return "revoked";
  const contradicts = keys.some((key) => {
    const ofType = entries.filter((entry) => entry.marker === "" && entry.type === keyType(key));
    return ofType.length > 0 && !ofType.some((entry) => entry.key.equals(key));
  });
  if (contradicts) return "changed";
  if (verdicts.includes("known") || onlyByAuthority(entries)) return "known";
  return verdicts.includes("changed") ? "changed" : "new";
}
