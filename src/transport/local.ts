import type { ChildProcessWithoutNullStreams } from "node:child_process";
import { spawn } from "node:child_process";
import type { Target } from "../model/target.js";
import type { Connection, ProcessExit, RemoteProcess, Transport } from "./transport.js";

/** Wraps a child process as a remote one. */
export function childAsRemote(child: ChildProcessWithoutNullStreams): RemoteProcess {
  const done = new Promise<ProcessExit>((resolve) => {
    child.on("error", () => resolve({ exit: null }));
    child.on("close", (exit, signal) => resolve(signal === null ? { exit } : { exit, signal }));
  });
  // The process may end without reading its stdin; how it ended says enough.
  child.stdin.on("error", () => undefined);
  return {
    write: (data) => child.stdin.write(data),
    end: () => child.stdin.end(),
    onStdout: (listener) => child.stdout.on("data", listener),
    onStderr: (listener) => child.stderr.on("data", listener),
    done,
    abandon: () => child.kill("SIGKILL"),
  };
}

/** Runs commands on this machine where a target says that it is this machine, and goes another way to all others. */
export function localOr(other: Transport): Transport {
  return {
    connect: (target, ...more) => (target.local === true ? localTransport : other).connect(target, ...more),
    knock: (target, ...more) => (target.local === true ? localTransport : other).knock(target, ...more),
    close: () => other.close(),
  };
}

/**
 * Runs commands on this machine. Each has a process group of its own, as a login by sshd has, so that it can
 * be killed as one.
 */
export const localTransport: Transport = {
  connect: (target: Target): Promise<Connection> =>
    Promise.resolve({
      target,
      exec: (command) =>
        Promise.resolve(
          childAsRemote(spawn("sh", ["-c", command], { stdio: ["pipe", "pipe", "pipe"], detached: true })),
        ),
      close: () => Promise.resolve(),
    }),
  knock: () => Promise.resolve(true),
  close: () => Promise.resolve(),
};
