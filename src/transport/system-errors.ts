import type { ErrorCode, ErrorData } from "../model/error.js";
import type { Target } from "../model/target.js";
import { where } from "./ssh-errors.js";

/** What OpenSSH's client prints (sshconnect.c, sshconnect2.c, ssh.c), what it means, and what to do. The first that fits counts. */
const MEANINGS: readonly (readonly [RegExp, ErrorCode, string, string])[] = [
  [
    /open failed: connect failed: .*refused|connect to host .*: Connection refused/i,
    "connect-refused",
    "nothing listens on that port",
    "Check that sshd runs there and that the port is right.",
  ],
  [
    /Could not resolve hostname|open failed: connect failed: .*(?:not known|name resolution)/i,
    "dns-failed",
    "the name has no address",
    "Check the name, or give `ssh: { address }`.",
  ],
  [
    /timed out/i,
    "connect-timeout",
    "no answer in time",
    "Check the address, the route to it and firewalls on the way.",
  ],
  [
    /No route to host|Network is unreachable/i,
    "connect-failed",
    "there is no way to that address",
    "Check that the host is up and the route to it.",
  ],
  [
    /REVOKED HOST KEY|marked as revoked/i,
    "host-key-revoked",
    "its host key is revoked",
    "Do not log in there; ask who revoked it (a @revoked line in known_hosts).",
  ],
  [
    /Certificate invalid: (?:expired|not yet valid|name is not a listed principal)|CertificateAuthority|Certificate does not/i,
    "host-certificate-invalid",
    "its host certificate does not hold",
    "Sign the host's key anew: the detail says what is wrong with the certificate.",
  ],
  [
    /REMOTE HOST IDENTIFICATION HAS CHANGED/i,
    "host-key-changed",
    "its host key is not the known one",
    "Someone may be listening in, or the host was reinstalled. Once that is sure, remove the known key with ssh-keygen -R and run surefoot hosts scan.",
  ],
  [
    /host key is known for|Host key verification failed/i,
    "host-key-unknown",
    "its host key is not known",
    "Add it: surefoot hosts scan -i INVENTORY",
  ],
  [
    /MaxStartups|Not allowed at this time/i,
    "connect-dropped",
    "the server has too many logins under way, or shuts this machine out for a while",
    "Tried several times. Look at sshd's log there: MaxStartups, PerSourcePenalties; `--forks` makes fewer at once.",
  ],
  [
    /Permission denied|Too many authentication failures|No more authentication methods/i,
    "auth-failed",
    "the host refused the login",
    "Logged in by the system's ssh, which asks for nothing: is the key in an agent or without a passphrase, and allowed on the host? `ssh -v` shows what is tried.",
  ],
  [
    /stdio forwarding failed|administratively prohibited|open failed/i,
    "proxy-failed",
    "the jump host can't reach it",
    "Check the address, and that the jump host's sshd allows TCP forwarding.",
  ],
];

/** Only that the connection was closed before the banner, and nothing of why. */
const CLOSED =
  /^(?:kex_exchange_identification: .*|(?:ssh_dispatch_run_fatal: )?Connection (?:closed|reset) by .*|banner exchange: .*|\s*)$/;

/** Turns what the system's ssh printed when it could not log in into an error with a hint. */
export function systemError(target: Target, stderr: string, exit: number | null): ErrorData {
  const said = stderr.trim();
  const place = { host: target.host, at: `ssh ${where(target)}` };
  const detail = said === "" ? {} : { detail: said.slice(-2000) };
  const known = MEANINGS.find(([pattern]) => pattern.test(said));
  if (known !== undefined) {
    const [, code, message, hint] = known;
    return { code, message: `can't log in: ${message}`, place, hint, ...detail };
  }
  if (
    /kex_exchange_identification/.test(said) &&
    said.split("\n").every((line) => CLOSED.test(line.trim()))
  ) {
    return {
      code: "connect-dropped",
      message: "the server dropped the connection before it said who it is",
      place,
      hint: "Tried several times. Look at sshd's log there: MaxStartups drops logins in bursts, fail2ban for longer.",
      ...detail,
    };
  }
  return {
    code: /kex_exchange_identification|UNKNOWN port/.test(said) ? "proxy-failed" : "system-ssh-failed",
    message: `the system's ssh did not log in (exit ${exit ?? "unknown"})`,
    place,
    hint: "The detail shows what it printed; try `ssh -v` to the same host.",
    ...detail,
  };
}
