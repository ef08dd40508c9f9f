import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { SurefootError } from "../model/error.js";

/** What a command of this machine printed and how it ended. */
export interface Ran {
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Longest time for a command that is expected to be quick. */
const TIMEOUT_MS = 60_000;

/** Runs a command of this machine; never rejects for its exit status. */
export function run(
  command: string,
  args: readonly string[],
  options: { readonly input?: string; readonly timeoutMs?: number; readonly env?: NodeJS.ProcessEnv } = {},
): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, [...args], {
      stdio: ["pipe", "pipe", "pipe"],
      timeout: options.timeoutMs ?? TIMEOUT_MS,
      // nsenter(1) stops with what it entered for, as when a host that goes down stops all its processes: nothing less ends it then.
      killSignal: "SIGKILL",
      env: options.env ?? process.env,
    });
    let stdout = "";
    let stderr = "";
    child.stdout.on("data", (chunk: Buffer) => {
      stdout += chunk.toString("utf8");
    });
    child.stderr.on("data", (chunk: Buffer) => {
      stderr += chunk.toString("utf8");
    });
    child.stdin.on("error", () => undefined);
    child.stdin.end(options.input ?? "");
    child.on("error", reject);
    child.on("close", (code, signal) =>
      resolve({ exit: code ?? (signal === null ? 1 : 128), stdout, stderr }),
    );
  });
}

/**
 * Runs a command of this machine that must succeed.
 * @returns what it printed.
 * @throws SurefootError `lab-failed` with what it printed.
 */
export async function must(
  command: string,
  args: readonly string[],
  options: { readonly input?: string; readonly timeoutMs?: number; readonly env?: NodeJS.ProcessEnv } = {},
): Promise<string> {
  const ran = await run(command, args, options);
  if (ran.exit === 0) return ran.stdout;
  const said = `${ran.stderr}\n${ran.stdout}`.trim().slice(-2000);
  throw new SurefootError({
    code: "lab-failed",
    message: `${command} ${args.slice(0, 4).join(" ")} failed with exit ${ran.exit}`,
    hint: "The detail shows what it printed; `surefoot lab down` and `lab up` start afresh.",
    ...(said === "" ? {} : { detail: said }),
  });
}

/** Runs a POSIX shell script, fed by stdin, that must succeed. */
export function mustSh(
  script: string,
  args: readonly string[] = [],
  timeoutMs = TIMEOUT_MS,
): Promise<string> {
  return must("sh", ["-eus", "--", ...args], { input: script, timeoutMs });
}

/** A process that can be recognised again: its number alone may have gone to another. */
export interface ProcessId {
  readonly pid: number;
  /** Field 22 of /proc/PID/stat (proc(5)): ticks from boot to its start. */
  readonly start: string;
}

/** A running process by its number, or null where there is none. */
export function identify(pid: number): ProcessId | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The command's name stands in brackets and may hold anything; fields are counted behind it.
    const start = stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
    return start === undefined || / Z /.test(stat.slice(stat.lastIndexOf(")"))) ? null : { pid, start };
  } catch {
    return null;
  }
}

/** Whether this very process still runs. */
export function isRunning(process: ProcessId): boolean {
  return identify(process.pid)?.start === process.start;
}

/** Processes whose parent is this one. */
export function childrenOf(pid: number): readonly number[] {
  try {
    const text = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim();
    return text === "" ? [] : text.split(/\s+/).map(Number);
  } catch {
    return [];
  }
}

/** Waits, in milliseconds. */
export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Waits until a condition holds; gives whether it did in time. */
export async function until(
  condition: () => boolean | Promise<boolean>,
  timeoutMs: number,
  stepMs = 50,
): Promise<boolean> {
  const end = Date.now() + timeoutMs;
  for (;;) {
    if (await condition()) return true;
    if (Date.now() >= end) return false;
    await sleep(stepMs);
  }
}
