import { lookup } from "node:dns";
import type { LookupFunction } from "node:net";
import { connect } from "node:net";
import type { Target } from "../model/target.js";
import type { Way } from "./login.js";
import { startProxy } from "./proxy.js";
import type { Endpoints } from "./transport.js";

/**
 * A look-up that asks once, however many connections want to know: asking can't be ended, and two questions are asked at a time in a whole process
 * (libuv's getaddrinfo).
 */
export function lookUpOnce(): LookupFunction {
  let asked: Promise<Parameters<Parameters<LookupFunction>[2]>> | undefined;
  return (name, options, callback) => {
    asked ??= new Promise((answer) => lookup(name, options, (...said) => answer(said)));
    void asked.then((said) => callback(...said));
  };
}

/** Runs the target's proxy command, whose input and output are the way. */
export function proxyWay(target: Target, command: string, signal: AbortSignal): Way {
  const { stream, kill, failure } = startProxy(target, command);
  signal.addEventListener("abort", kill, { once: true });
  return { stream, end: kill, failure };
}

/**
 * Opens a TCP connection, which stands then. Rejects with the socket's error.
 * @param signal Ends it, before and after it stands.
 * @param find Finds the addresses of a name.
 * @param localPort The port of this machine that it is to come from.
 */
export async function tcpWay(
  target: Target,
  signal: AbortSignal,
  find: LookupFunction,
  localPort?: number,
): Promise<Way> {
  const from = localPort === undefined ? {} : { localPort };
  const stream = connect({ host: target.address, port: target.port, lookup: find, ...from });
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
