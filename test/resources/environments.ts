import type { ChildProcess } from "node:child_process";
import { execFile, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Sh } from "../../src/model/sh.js";
import type { Ended, Executor, Sandbox } from "./harness.js";

/** A place where cases run; made anew for each case. */
export interface Environment {
  readonly sandbox: Sandbox;
  readonly run: Executor;
  dispose(): Promise<void>;
}

/** What a login without any settings has. */
const CLEAN = { PATH: "/usr/local/bin:/usr/bin:/bin", HOME: "/nonexistent" };

function execute(command: string, args: readonly string[], script: Sh): Promise<Ended> {
  return new Promise((resolve) => {
    const child = execFile(
      command,
      [...args, "sh", "-c", 'eval "$(cat)"'],
      { env: CLEAN },
      (error, stdout, stderr) => {
        const exit = error === null ? 0 : typeof error.code === "number" ? error.code : 255;
        resolve({ stdout, stderr, exit });
      },
    );
    child.stdin?.end(script.sh);
  });
}

function newSandbox(): Sandbox {
  return { dir: realpathSync(mkdtempSync(join(tmpdir(), "surefoot-"))) };
}

function removeSandbox(sandbox: Sandbox): void {
  rmSync(sandbox.dir, { recursive: true, force: true });
}

/** This machine's sh, as the user who runs the tests. */
export function shellEnvironment(): Promise<Environment> {
  const sandbox = newSandbox();
  const run: Executor = (script) => execute("env", [], script);
  return Promise.resolve({
    sandbox,
    run,
    dispose: () => {
      removeSandbox(sandbox);
      return Promise.resolve();
    },
  });
}

/** A user who is not root needs a user namespace to be root in. */
const USER_NAMESPACE = process.getuid?.() === 0 ? [] : ["--user", "--map-root-user"];
const NAMESPACES = [...USER_NAMESPACE, "--net", "--mount"];

/** Why no network namespace can be had here, or undefined where one can. */
export function netnsRefusal(): string | undefined {
  const link = "ip link add one type veth peer name other";
  const tried = spawnSync("unshare", [...NAMESPACES, "sh", "-c", `PATH=$PATH:/usr/sbin:/sbin; ${link}`], {
    encoding: "utf8",
  });
  if (tried.status === 0) return undefined;
  return (tried.error?.message ?? tried.stderr.trim()) || `unshare exited with ${tried.status}`;
}

/**
 * A network namespace with nothing but lo, kept alive by a process that holds it, in a mount namespace where
 * /etc/sysctl.d is an empty folder.
 */
export async function netnsEnvironment(): Promise<Environment> {
  const sandbox = newSandbox();
  const setUp = `mkdir ${sandbox.dir}/sysctl.d
mount --bind ${sandbox.dir}/sysctl.d /etc/sysctl.d
ip link set lo up
echo ready
exec sleep 600`;
  const holder = spawn("unshare", [...NAMESPACES, "--propagation", "private", "sh", "-ec", setUp], {
    env: { ...CLEAN, PATH: `${CLEAN.PATH}:/usr/sbin:/sbin` },
    stdio: ["ignore", "pipe", "inherit"],
  });
  await once(holder.stdout, "data");
  const enter = ["--target", String(holder.pid), "--net", "--mount"];
  const user = USER_NAMESPACE.length === 0 ? [] : ["--user", "--preserve-credentials"];
  return {
    sandbox,
    run: (script) => execute("nsenter", [...enter, ...user], script),
    dispose: () => end(holder, sandbox),
  };
}

async function end(holder: ChildProcess, sandbox: Sandbox): Promise<void> {
  const gone = once(holder, "exit");
  holder.kill("SIGKILL");
  await gone;
  removeSandbox(sandbox);
}
