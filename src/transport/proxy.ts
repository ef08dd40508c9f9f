import { spawn } from "node:child_process";
import { Duplex } from "node:stream";
import { SurefootError } from "../model/error.js";
import { quote } from "../model/sh.js";
import type { Target } from "../model/target.js";

/** Fills in a proxy command's tokens (ssh_config(5), TOKENS): `%h` address, `%p` port, `%r` user, `%n` name, `%%`. */
export function expandProxyCommand(command: string, target: Target): string {
  const values: Readonly<Record<string, string>> = {
    h: quote(target.address),
    p: String(target.port),
    r: quote(target.user),
    n: quote(target.host),
    "%": "%",
  };
  return command.replace(/%(.)/g, (whole, token: string) => values[token] ?? whole);
}

/** How long a proxy command whose output has ended may take to end itself. */
const END_GRACE_MS = 1_000;

/** A proxy command that runs: its stdin and stdout as one stream. */
export interface ProxyProcess {
  readonly stream: Duplex;
  /** Why it ended by itself: a `proxy-failed` error that holds what it printed. */
  failure(): Promise<SurefootError | undefined>;
  /** Ends the command. */
  kill(): void;
}

/** Starts a target's proxy command. */
export function startProxy(target: Target, command: string): ProxyProcess {
  const line = expandProxyCommand(command, target);
  return startLine(line, (said) => proxyError(target, line, said));
}

/** What a proxy command that is itself an ssh says when the sshd that it goes to has too many logins under way. */
const DROPPED =
  /MaxStartups|Not allowed at this time|kex_exchange_identification: (?:Connection closed|read: Connection reset)/;

function proxyError(target: Target, line: string, said: string): SurefootError {
  const dropped = DROPPED.test(said);
  return new SurefootError({
    code: dropped ? "connect-dropped" : "proxy-failed",
    message: dropped ? "the proxy command was not let in" : "the proxy command ended before the login",
    place: { host: target.host, at: "proxy_command" },
    hint: `Run it by hand: ${line}`,
    detail: said,
  });
}

/** Starts a shell command whose stdin and stdout are a way; `explain` makes an error of what it printed. */
export function startLine(line: string, explain: (said: string) => SurefootError): ProxyProcess {
  const child = spawn("sh", ["-c", `exec ${line}`], { stdio: ["pipe", "pipe", "pipe"] });
  let said = "";
  child.stderr.on("data", (chunk: Buffer) => {
    said = (said + chunk.toString("utf8")).slice(-2000);
  });
  const ended = new Promise<SurefootError | undefined>((resolve) => {
    child.on("error", (error) => resolve(explain(error.message)));
    child.on("close", (exit, signal) =>
      resolve(signal === null ? explain(said.trim() || `exit ${exit}`) : undefined),
    );
  });
  const stillRunning = (): Promise<undefined> =>
    new Promise((resolve) => setTimeout(() => resolve(undefined), END_GRACE_MS).unref());
  const stream = Duplex.from({ readable: child.stdout, writable: child.stdin });
  // Whoever uses the stream sees that it closed; why, failure() tells.
  stream.on("error", () => undefined);
  child.on("close", () => stream.destroy());
  return {
    stream,
    failure: () => Promise.race([ended, stillRunning()]),
    kill: () => child.kill("SIGTERM"),
  };
}
