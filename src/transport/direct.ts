import { connect } from "node:net";
import type { Target } from "../model/target.js";
import type { Way } from "./login.js";
import { startProxy } from "./proxy.js";
import type { Endpoints } from "./transport.js";

/**
 * Opens a way without jump hosts: by the target's proxy command, or by TCP, which then stands. Rejects with the socket's error.
 * @param signal Ends it, before and after it stands.
 * @param localPort The port of this machine that a TCP connection is to come from.
 */
export function directWay(target: Target, signal: AbortSignal, localPort?: number): Promise<Way> {
  if (target.proxyCommand !== undefined) {
    const proxy = startProxy(target, target.proxyCommand);
    signal.addEventListener("abort", proxy.kill, { once: true });
    return Promise.resolve({ stream: proxy.stream, end: proxy.kill, failure: proxy.failure });
  }
  const from = localPort === undefined ? {} : { localPort };
  const stream = connect({ host: target.address, port: target.port, ...from });
  // Answers are small and each is waited for.
  stream.setNoDelay(true);
  const end = (): void => void stream.destroy();
  signal.addEventListener("abort", end, { once: true });
  const endpoints = (): Endpoints | undefined => {
    const { localAddress, localPort: port, remoteAddress, remotePort } = stream;
    if (localAddress === undefined || port === undefined) return undefined;
    if (remoteAddress === undefined || remotePort === undefined) return undefined;
    return { address: localAddress, port, peer: { address: remoteAddress, port: remotePort } };
  };
  return new Promise((resolve, reject) => {
    // Stays, for an error may come before anybody else listens; it then shows by the stream's close.
    stream.on("error", reject);
    stream.once("connect", () => resolve({ stream, endpoints, end }));
  });
}

/**
 * Whether a connection did not come about because its local port can't be had: something else has it, or somebody forbids it (bind(2), connect(2)).
 * One to a name of several addresses has an error for each.
 */
export function isTaken(error: unknown): boolean {
  return error instanceof AggregateError ? error.errors.every(ofPort) : ofPort(error);
}

function ofPort(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { syscall, code }: NodeJS.ErrnoException = error;
  return syscall === "bind" || code === "EADDRINUSE" || code === "EADDRNOTAVAIL";
}
