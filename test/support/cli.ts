import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Event } from "../../src/model/event.js";

/** The project's folder. */
export const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** The built command, as users run it. */
export const CLI = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));

/** How a command ended and what it printed. */
export interface Ran {
  readonly exit: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the built command line. */
export function surefoot(
  args: readonly string[],
  options: {
    readonly env?: NodeJS.ProcessEnv;
    readonly cwd?: string;
    /** A command that runs it elsewhere: `nsenter --net=... --`. */
    readonly within?: readonly string[];
    /** Sees stdout as it comes, and the means to signal the process. */
    readonly watch?: (stdout: string, kill: (signal: NodeJS.Signals) => void) => void;
  } = {},
): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const [program, ...words] = [...(options.within ?? []), process.execPath, CLI, ...args];
    const child = spawn(program ?? process.execPath, words, {
      cwd: options.cwd ?? ROOT,
      env: { ...process.env, NO_COLOR: "1", ...options.env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let stdout = "";
    let stderr = "";
    child.stdout.on("data", (chunk: Buffer) => {
      stdout += chunk.toString();
      options.watch?.(stdout, (signal) => child.kill(signal));
    });
    child.stderr.on("data", (chunk: Buffer) => {
      stderr += chunk.toString();
    });
    child.on("error", reject);
    child.on("close", (exit) => resolve({ exit, stdout, stderr }));
  });
}

/** The events of a `--json` run. */
export function eventsOf(ran: Ran): readonly Event[] {
  return ran.stdout
    .split("\n")
    .filter((line) => line !== "")
    .map((line): Event => JSON.parse(line));
}
