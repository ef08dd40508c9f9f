import type { ChildProcessWithoutNullStreams } from "node:child_process";
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SurefootError } from "../model/error.js";
import { quote } from "../model/sh.js";
import type { Target } from "../model/target.js";
import { childAsRemote } from "./local.js";
import type { Login, Way } from "./login.js";
import { startLine } from "./proxy.js";
import { interrupted } from "./ssh-errors.js";
import { lost, noTerminal } from "./ssh2-connection.js";
import { clientArgs, systemArgs, systemName } from "./system-args.js";
import { systemError } from "./system-errors.js";
import type { RemoteProcess } from "./transport.js";

/** Sockets have short names (unix(7): 108 bytes), to which ssh adds 17 while it makes one. */
const MAX_FOLDER = 60;
/** How long a login may take to end by itself. */
const CLOSE_TIMEOUT_MS = 2_000;
/** ssh's own ConnectTimeout ends with the banner; a login that hangs later is given up after this much more. */
const EXTRA_MS = 15_000;

/** Logins by the system's ssh: each is a master process that others go through by its socket. */
export class SystemSsh {
  #folder: Promise<string> | undefined;
  #count = 0;
  readonly #logins = new Set<SystemLogin>();

  /**
   * Logs in.
   * @param jump A login of the system's ssh to go through.
   * @throws SurefootError of class `unreachable`.
   */
  async logIn(target: Target, jump: Login | undefined, signal?: AbortSignal): Promise<Login> {
    this.#folder ??= mkdtemp(join(tmpdir().length > MAX_FOLDER ? "/tmp" : tmpdir(), "surefoot-"));
    const socket = join(await this.#folder, String(++this.#count));
    if (jump !== undefined && jump.proxyLine === undefined)
      throw new Error("the jump host's login is not one of ssh");
    const login = await startMaster(target, socket, jump?.proxyLine?.(target), signal);
    this.#logins.add(login);
    return login;
  }

  /** Ends all logins and leaves nothing behind. */
  async close(): Promise<void> {
    await Promise.all([...this.#logins].map((login) => login.close()));
    if (this.#folder !== undefined) await rm(await this.#folder, { recursive: true, force: true });
  }
}

/** A clean surrounding: messages in English, and proxy commands by the POSIX shell. */
function environment(): NodeJS.ProcessEnv {
  return { ...process.env, LC_ALL: "C", SHELL: "/bin/sh" };
}

/**
 * Runs ssh and ends it as soon as descriptor 3 is closed at the other end, as it is when this process is gone, however it ended: a
 * master would live on as long as a command of its hosts does. A job in the background has no stdin unless it is given one.
 */
const LEASH = `exec 4<&0
ssh "$@" <&4 3<&- 4<&- & master=$!
{ read -r _ <&3; kill "$master"; } <&- >&- 2>&- 4<&- & leash=$!
exec 4<&-
wait "$master"; status=$?
kill "$leash" 2>/dev/null
exit "$status"`;

/** Starts a master whose remote command is `cat`: that it gives a word back proves the login. */
function startMaster(
  target: Target,
  socket: string,
  line: string | undefined,
  signal: AbortSignal | undefined,
): Promise<SystemLogin> {
  const args = [...systemArgs(target, socket, line), "--", systemName(target), "cat"];
  const child = spawn("sh", ["-c", LEASH, "surefoot-ssh", ...args], {
    stdio: ["pipe", "pipe", "pipe", "pipe"],
    env: environment(),
  });
  child.stdin.on("error", () => undefined);
  const [, , , leash] = child.stdio;
  leash?.on("error", () => undefined);
  const kill = (): void => {
    leash?.destroy();
  };
  return new Promise((resolve, reject) => {
    const word = `surefoot-${randomBytes(8).toString("hex")}`;
    let out = "";
    let said = "";
    const settle = (finish: () => void): void => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", abort);
      child.off("close", onClose);
      finish();
    };
    const fail = (error: SurefootError): void => {
      kill();
      settle(() => reject(error));
    };
    const abort = (): void => fail(interrupted(target));
    const timer = setTimeout(
      () => fail(new SurefootError(systemError(target, `${said}\nlogin timed out`, null))),
      target.connectTimeout * 1000 + EXTRA_MS,
    );
    const onClose = (exit: number | null): void => fail(new SurefootError(systemError(target, said, exit)));
    child.on("close", onClose);
    child.on("error", (error) => fail(unstartable(target, error)));
    child.stderr.on("data", (chunk: Buffer) => {
      said = (said + chunk.toString("utf8")).slice(-4000);
    });
    child.stdout.on("data", (chunk: Buffer) => {
      out = (out + chunk.toString("latin1")).slice(-4000);
      if (out.includes(word)) settle(() => resolve(new SystemLogin(target, { child, kill }, socket)));
    });
    child.stdin.write(`${word}\n`);
    signal?.addEventListener("abort", abort, { once: true });
    if (signal?.aborted === true) abort();
  });
}

function unstartable(target: Target, error: Error): SurefootError {
  return new SurefootError(
    {
      code: "system-ssh-failed",
      message: "the system's ssh can't be started",
      place: { host: target.host },
      hint: "Install the OpenSSH client, or use ours: `ssh: { transport: ssh2 }`.",
      detail: error.message,
    },
    { cause: error },
  );
}

/** A master process and how to end it. */
interface Master {
  readonly child: ChildProcessWithoutNullStreams;
  kill(): void;
}

class SystemLogin implements Login {
  readonly target: Target;
  readonly #master: Master;
  readonly #socket: string;
  readonly #closed: Promise<void>;
  #alive = true;

  constructor(target: Target, master: Master, socket: string) {
    this.target = target;
    this.#master = master;
    this.#socket = socket;
    this.#closed = new Promise((resolve) => {
      master.child.once("close", () => {
        this.#alive = false;
        resolve();
      });
    });
  }

  get alive(): boolean {
    return this.#alive;
  }

  exec(command: string, terminal = false): Promise<RemoteProcess> {
    // Its ssh would echo what is typed: it gives a command no terminal that is silent.
    if (terminal) return Promise.reject(noTerminal(this.target, "the system's ssh gives no silent terminal"));
    if (!this.#alive) return Promise.reject(lost(this.target, "the connection is closed"));
    const env = Object.entries(this.target.env ?? {}).map(
      ([name, value]) => `"${name}=${value.replaceAll('"', '\\"')}"`,
    );
    const sent = env.length === 0 ? [] : ["-o", `SetEnv ${env.join(" ")}`];
    const args = [...clientArgs(this.#socket), ...sent, "--", systemName(this.target), command];
    const child = spawn("ssh", args, { stdio: ["pipe", "pipe", "pipe"], env: environment() });
    const remote = childAsRemote(child);
    // ssh ends with 255 where it lost the connection, and where the command itself did (ssh(1), EXIT STATUS).
    const done = remote.done.then(async (exit) => {
      if (exit.exit !== 255) return exit;
      return (await this.#stands()) ? exit : { exit: null };
    });
    return Promise.resolve({ ...remote, done });
  }

  forward(target: Target): Promise<Way> {
    if (!this.#alive) return Promise.reject(lost(this.target, "the connection is closed"));
    const way = startLine(
      this.proxyLine(target),
      (said) => new SurefootError(systemError(target, said, null)),
    );
    return Promise.resolve({ stream: way.stream, end: way.kill, failure: way.failure });
  }

  proxyLine(target: Target): string {
    const host = target.address.includes(":") ? `[${target.address}]` : target.address;
    const args = [...clientArgs(this.#socket), "-W", `${host}:${target.port}`, "--", systemName(this.target)];
    return ["ssh", ...args].map(quote).join(" ");
  }

  async close(): Promise<void> {
    if (!this.#alive) return;
    this.#master.child.stdin.end();
    const timer = setTimeout(() => this.#master.kill(), CLOSE_TIMEOUT_MS);
    await this.#closed;
    clearTimeout(timer);
  }

  /** Whether the master still stands a moment after a command of it ended. */
  async #stands(): Promise<boolean> {
    await Promise.race([this.#closed, new Promise((resolve) => setTimeout(resolve, 200))]);
    return this.#alive;
  }
}
