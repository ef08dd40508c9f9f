import type { Client, ClientChannel } from "ssh2";
import { SurefootError } from "../model/error.js";
import type { Target } from "../model/target.js";
import { becomeOn } from "../model/target.js";
import { becomeError } from "./become-errors.js";
import type { Login, Way } from "./login.js";
import { forwardError, where } from "./ssh-errors.js";
import type { Endpoints, ProcessExit, RemoteProcess } from "./transport.js";

/** How long a farewell may take before the socket is torn down. */
const CLOSE_TIMEOUT_MS = 2_000;

/** Unanswered forwards that are many: each is a file of the sshd there, of which it usually may have 1024. */
const CROWD = 100;

/** No echo, which could show a password, and no `\\r` before newlines (RFC 4254, section 8). */
const SILENT_TERMINAL = { term: "dumb", modes: { ECHO: 0, ECHONL: 0, OPOST: 0, ONLCR: 0 } } as const;

/** A login by ssh2. */
export class Ssh2Connection implements Login {
  readonly target: Target;
  readonly endpoints: Endpoints | undefined;
  readonly #client: Client;
  readonly #way: Way;
  readonly #closed: Promise<void>;
  #alive = true;
  /** Ways through it that were asked for and not answered yet: none can be given up. */
  #asked = 0;

  constructor(target: Target, client: Client, way: Way) {
    this.target = target;
    this.#client = client;
    this.#way = way;
    this.endpoints = way.endpoints?.();
    // Every process and every way through it listens.
    client.setMaxListeners(0);
    this.#closed = new Promise((resolve) => {
      client.once("close", () => {
        this.#alive = false;
        resolve();
      });
    });
  }

  get alive(): boolean {
    return this.#alive;
  }

  exec(command: string, terminal = false): Promise<RemoteProcess> {
    return new Promise((resolve, reject) => {
      if (!this.#alive) return reject(lost(this.target, "the connection is closed"));
      const closed = (): void => reject(lost(this.target, "the connection died"));
      this.#client.once("close", closed);
      const options = {
        ...(this.target.env === undefined ? {} : { env: { ...this.target.env } }),
        ...(terminal ? { pty: SILENT_TERMINAL } : {}),
      };
      this.#client.exec(command, options, (error, channel) => {
        this.#client.off("close", closed);
        if (error === undefined) resolve(this.#process(channel));
        else if (terminal && /pseudo-terminal/.test(error.message))
          reject(noTerminal(this.target, error.message));
        else reject(lost(this.target, error.message));
      });
    });
  }

  get crowded(): boolean {
    return this.#asked >= CROWD;
  }

  forward(target: Target): Promise<Way> {
    return new Promise((resolve, reject) => {
      if (!this.#alive) return reject(lost(this.target, "the connection is closed"));
      const closed = (): void => reject(lost(this.target, "the connection died"));
      this.#client.once("close", closed);
      this.#asked++;
      this.#client.forwardOut("127.0.0.1", 0, target.address, target.port, (error, channel) => {
        this.#asked--;
        this.#client.off("close", closed);
        if (error === undefined) resolve({ stream: channel, end: () => channel.destroy() });
        else reject(new SurefootError(forwardError(target, this.target, error.message), { cause: error }));
      });
    });
  }

  async close(): Promise<void> {
    if (this.#alive) {
      this.#client.end();
      const timer = setTimeout(() => this.#client.destroy(), CLOSE_TIMEOUT_MS);
      await this.#closed;
      clearTimeout(timer);
    }
    this.#way.end();
  }

  #process(channel: ClientChannel): RemoteProcess {
    const done = new Promise<ProcessExit>((resolve) => {
      let exit: ProcessExit = { exit: null };
      channel.on("exit", (code: number | null, signal?: string) => {
        exit = signal === undefined ? { exit: code } : { exit: code, signal };
      });
      channel.once("close", () => resolve(exit));
      this.#client.once("close", () => resolve(exit));
    });
    channel.on("error", () => undefined);
    return {
      write: (data) => channel.write(data),
      end: () => channel.end(),
      onStdout: (listener) => channel.on("data", listener),
      onStderr: (listener) => channel.stderr.on("data", listener),
      done,
      abandon: () => channel.close(),
    };
  }
}

/** The error for a host, or a way to it, that gives no terminal to a command that needs one. */
export function noTerminal(target: Target, detail: string): SurefootError {
  return new SurefootError(becomeError("become-tty-refused", target.host, becomeOn(target), detail));
}

/** The error for a connection that is gone. */
export function lost(target: Target, detail: string): SurefootError {
  return new SurefootError({
    code: "connection-lost",
    message: "the connection to the host was lost",
    place: { host: target.host, at: `ssh ${where(target)}` },
    hint: "Check that the host is up and reachable, then run again: what was done already will not be done twice.",
    detail,
  });
}
