import type { ErrorCode, ErrorData } from "../model/error.js";
import { SurefootError } from "../model/error.js";
import { quote } from "../model/sh.js";
import type { Target } from "../model/target.js";
import type { Greeting } from "./banner.js";
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
    "Look at sshd's log there, and at firewalls on the way.",
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
      hint: `Tried ${tried(target)}: is the public key in that user's authorized_keys?`,
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

function tried(target: Target): string {
  const files = target.identityFiles.length > 0 ? target.identityFiles.join(", ") : "the default keys";
  const password = target.password === undefined ? "" : ", the password";
  return `${files}${target.identitiesOnly ? "" : ", the agent's keys"}${password}`;
}

/** The error for a server that ended the connection, or was silent, before it said who it is. */
export function greetingError(target: Target, greeting: Exclude<Greeting, { kind: "banner" }>): ErrorData {
  if (greeting.kind === "timeout")
    return connectError(target, { level: "client-timeout" }, target.connectTimeout);
  const { said, error } = greeting;
  const dropped =
    error === undefined || field(error, "code") === "ECONNRESET" || field(error, "code") === "EPIPE";
  if (!dropped) return connectError(target, error, target.connectTimeout);
  const full = /MaxStartups|Not allowed at this time/.test(said);
  return {
    code: "connect-dropped",
    message: full
      ? "the server has too many logins under way, or shuts this machine out for a while"
      : "the server dropped the connection before it said who it is",
    place: { host: target.host, at: `ssh ${where(target)}` },
    hint: "Tried several times. Look at sshd's log there: MaxStartups drops logins in bursts, PerSourcePenalties, fail2ban and hosts.deny for longer; `--forks` makes fewer at once.",
    ...(said.trim() === "" ? {} : { detail: said.trim().slice(0, 500) }),
  };
}

/** What a jump host's sshd says when it can't reach on (serverloop.c; the words are strerror(3)'s and gai_strerror(3)'s). */
const FORWARD: readonly (readonly [RegExp, ErrorCode, string, string])[] = [
  [
    /refused/i,
    "connect-refused",
    "nothing listens on that port",
    "Check that sshd runs there and that the port is right.",
  ],
  [
    /timed out/i,
    "connect-timeout",
    "no answer",
    "Check the address, the route to it from the jump host, and firewalls on the way.",
  ],
  [
    /not known|name resolution|no address/i,
    "dns-failed",
    "the name has no address there",
    "Jump hosts look names up themselves: check the name there, or give `ssh: { address }`.",
  ],
  [
    /no route|unreachable/i,
    "connect-failed",
    "there is no way to that address",
    "Check that the host is up, and the jump host's routes.",
  ],
];

/** The error for a jump host that can't reach on. */
export function forwardError(target: Target, jump: Target, said: string): ErrorData {
  const place = { host: target.host, at: `jump host ${jump.host}` };
  const known = FORWARD.find(([pattern]) => pattern.test(said));
  const what = `the jump host ${jump.host} can't reach ${target.address}:${target.port}`;
  if (known !== undefined) {
    const [, code, why, hint] = known;
    return { code, message: `${what}: ${why}`, place, hint, detail: said };
  }
  const hint =
    "Check the address, and that the jump host's sshd allows TCP forwarding (AllowTcpForwarding, PermitOpen).";
  return { code: "proxy-failed", message: what, place, hint, detail: said };
}

/** A jump host's own error, told of a host behind it. */
export function hopError(target: Target, hop: Target, thrown: unknown): unknown {
  if (!(thrown instanceof SurefootError) || thrown.code === "interrupted") return thrown;
  const { data } = thrown;
  // A login that is lost on the way there has changed nothing on the host.
  const code = data.code === "connection-lost" ? "proxy-failed" : data.code;
  const at = `jump host ${hop.host} (${where(hop)})`;
  const message = `by way of ${hop.host}: ${data.message}`;
  return new SurefootError({ ...data, code, message, place: { host: target.host, at } }, { cause: thrown });
}

/** The error for a login that was given up because the run is ended. */
export function interrupted(target: Target): SurefootError {
  return new SurefootError({
    code: "interrupted",
    message: "interrupted while logging in",
    place: { host: target.host },
    hint: "Run the command again.",
  });
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
      hint: `If that fingerprint is the host's, add it: surefoot hosts scan -i INVENTORY --limit ${target.host}`,
    };
  }
  if (verdict.verdict === "revoked") {
    return {
      code: "host-key-revoked",
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
    hint: `Someone may be listening in, or the host was reinstalled. Once that is sure: ssh-keygen -R ${quote(name)} -f ${quote(file)}, then surefoot hosts scan -i INVENTORY --limit ${target.host}`,
  };
}
