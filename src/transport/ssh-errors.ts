import type { ErrorCode, ErrorData } from "../model/error.js";
import type { Target } from "../model/target.js";
import type { HostKeyVerdict } from "./known-hosts.js";
import { fingerprintOf, keyType, knownHostName } from "./known-hosts.js";

/** `user@address:port`, as it stands in messages. */
export function where(target: Target): string {
  return `${target.user}@${target.address}:${target.port}`;
}

function field(error: unknown, name: "code" | "level"): unknown {
  if (typeof error !== "object" || error === null) return undefined;
  return name === "code"
    ? "code" in error
      ? error.code
      : undefined
    : "level" in error
      ? error.level
      : undefined;
}

/** What the socket's error codes mean to a person (errno(3)). */
const SOCKET: Readonly<Record<string, readonly [ErrorCode, string, string]>> = {
  ENOTFOUND: ["dns-failed", "the name has no address", "Check the name, or give `ssh: { address }`."],
  EAI_AGAIN: [
    "dns-failed",
    "no name server answered",
    "Check the resolver of this machine, or give `ssh: { address }`.",
  ],
  ECONNREFUSED: [
    "connect-refused",
    "nothing listens on that port",
    "Check that sshd runs there and that the port is right.",
  ],
  ETIMEDOUT: ["connect-timeout", "no answer", "Check the address, the route to it and firewalls on the way."],
  EHOSTUNREACH: [
    "connect-failed",
    "there is no way to that address",
    "Check that the host is up and the route to it.",
  ],
  ENETUNREACH: [
    "connect-failed",
    "there is no route to that network",
    "Check this machine's routes, or set `ssh: { jump }`.",
  ],
  ECONNRESET: [
    "connect-failed",
    "the connection was reset",
    "Look at sshd's log there; MaxStartups drops logins in bursts.",
  ],
};

/** Turns what ssh2 or the socket says while logging in into an error with a hint. */
export function connectError(target: Target, error: unknown, seconds: number): ErrorData {
  const place = { host: target.host, at: `ssh ${where(target)}` };
  const detail = error instanceof Error ? error.message : String(error);
  const code = field(error, "code");
  const known = typeof code === "string" ? SOCKET[code] : undefined;
  if (known !== undefined)
    return { code: known[0], message: `can't connect: ${known[1]}`, place, hint: known[2], detail };
  if (field(error, "level") === "client-timeout") {
    return {
      code: "connect-timeout",
      message: `no login within ${seconds} s`,
      place,
      hint: "Check the address and firewalls on the way; a slow host may need a longer `ssh: { connect_timeout }`.",
    };
  }
  if (field(error, "level") === "client-authentication") {
    return {
      code: "auth-failed",
      message: `the host refused the login of ${target.user}`,
      place,
      hint:
        target.identityFiles.length > 0
          ? `Tried the agent and ${target.identityFiles.join(", ")}: is the public key in that user's authorized_keys?`
          : "Tried the agent and the default keys: name one with `ssh: { identity_file }`.",
    };
  }
  return {
    code: "connect-failed",
    message: "the SSH handshake failed",
    place,
    hint: "Try `ssh -v` to the same address; the detail shows what was said.",
    detail,
  };
}

/** The error for a host key that was not accepted. */
export function hostKeyError(target: Target, verdict: HostKeyVerdict, blob: Buffer): ErrorData {
  const name = target.hostKeyAlias ?? knownHostName(target.address, target.port);
  const file = target.knownHostsFiles[0] ?? "~/.ssh/known_hosts";
  const place = { host: target.host, at: `ssh ${where(target)}` };
  const shown = `${keyType(blob)} ${fingerprintOf(blob)}`;
  if (verdict.verdict === "unknown") {
    return {
      code: "host-key-unknown",
      message: `the host key of ${name} is not known (it shows ${shown})`,
      place,
      hint: `If that fingerprint is the host's, add it: ssh-keyscan -p ${target.port} ${target.address} >> ${file}`,
    };
  }
  if (verdict.verdict === "revoked") {
    return {
      code: "host-key-changed",
      message: `the host key of ${name} is revoked (${shown})`,
      place,
      hint: `Do not log in there; ask who revoked it (a @revoked line in ${file}).`,
    };
  }
  const types = verdict.verdict === "changed" ? verdict.knownTypes.join(", ") : "";
  return {
    code: "host-key-changed",
    message: `the host key of ${name} is not the known one (it shows ${shown}; known: ${types})`,
    place,
    hint: `Someone may be listening in, or the host was reinstalled. Once that is sure: ssh-keygen -R '${name}' -f ${file}, then add the new key.`,
  };
}
