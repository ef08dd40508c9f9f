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

/** A proxy command that runs: its stdin and stdout as one stream. */
export interface ProxyProcess {
  readonly stream: Duplex;
  /** Ends the command. */
  kill(): void;
}

/**
 * Starts a proxy command. A command that fails destroys the stream with a `proxy-failed` error that holds what it
 * printed.
 */
export function startProxy(target: Target, command: string): ProxyProcess {
  const child = spawn("sh", ["-c", `exec ${expandProxyCommand(command, target)}`], {
    stdio: ["pipe", "pipe", "pipe"],
  });
  let said = "";
  child.stderr.on("data", (chunk: Buffer) => {
    said = (said + chunk.toString("utf8")).slice(-2000);
  });
  const stream = Duplex.from({ readable: child.stdout, writable: child.stdin });
  const failed = (detail: string): SurefootError =>
    new SurefootError({
      code: "proxy-failed",
      message: "the proxy command ended before the login",
      place: { host: target.host, at: "proxy_command" },
      hint: `Run it by hand: ${expandProxyCommand(command, target)}`,
      detail,
    });
  child.on("error", (error) => stream.destroy(failed(error.message)));
  child.on("close", (exit, signal) => {
    if (exit !== 0 && signal === null) stream.destroy(failed(said.trim() || `exit ${exit}`));
  });
  return { stream, kill: () => child.kill("SIGTERM") };
}
