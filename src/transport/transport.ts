import type { Target } from "../model/target.js";

/** How a remote process ended: its exit status, or null with the signal, or neither where the connection died. */
export interface ProcessExit {
  readonly exit: number | null;
  readonly signal?: string;
}

/** A command running on the host. */
export interface RemoteProcess {
  /** Sends bytes to its stdin. */
  write(data: string): void;
  /** Ends its stdin. */
  end(): void;
  onStdout(listener: (chunk: Buffer) => void): void;
  onStderr(listener: (chunk: Buffer) => void): void;
  /** Resolves when the process and both its outputs have ended; never rejects. */
  readonly done: Promise<ProcessExit>;
  /** Gives the process up; `done` resolves. What it started on the host may go on running. */
  abandon(): void;
}

/** A login on a host, on which commands can be run. */
export interface Connection {
  readonly target: Target;
  /**
   * Starts a command by the login shell.
   * @param command Only words and single quotes that fish, csh and POSIX shells read alike.
   * @throws SurefootError `connection-lost` if no command can be started any more.
   */
  exec(command: string): Promise<RemoteProcess>;
  /** Ends the login; resolves when it is gone. */
  close(): Promise<void>;
}

/** A way to reach hosts. */
export interface Transport {
  /**
   * Logs in.
   * @throws SurefootError of class `unreachable`: unknown name, refused, timed out, wrong host key, login refused.
   */
  connect(target: Target, signal?: AbortSignal): Promise<Connection>;
  /**
   * Opens a new TCP connection to the host's sshd by the target's way (directly, by proxy command or jump host) and reads its banner;
   * true where one came within `timeoutMs`. Never rejects, and logs in nowhere but on jump hosts.
   */
  knock(target: Target, timeoutMs: number): Promise<boolean>;
  /** Frees what the connections shared (jump hosts). */
  close(): Promise<void>;
}
