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

/** Both ends of a TCP connection, as this machine sees them. */
export interface Endpoints {
  readonly address: string;
  readonly port: number;
  readonly peer: { readonly address: string; readonly port: number };
}

/** A login on a host, on which commands can be run. */
export interface Connection {
  readonly target: Target;
  /** Where it is one TCP connection to the host; absent where it goes through something else. */
  readonly endpoints?: Endpoints | undefined;
  /**
   * Starts a command by the login shell.
   * @param command Only words and single quotes that fish, csh and POSIX shells read alike.
   * @param terminal Whether it gets a terminal of its own: stderr then comes with stdout, and what is typed is not echoed.
   * @throws SurefootError `connection-lost` if no command can be started any more, `become-tty-refused` if the host gives no terminal.
   */
  exec(command: string, terminal?: boolean): Promise<RemoteProcess>;
  /** Ends the login; resolves when it is gone. */
  close(): Promise<void>;
}

/** What makes a connection one flow alone: where it is to prove something, no other is opened beside it. */
export interface Flow {
  /** Local ports of this machine to come from, where the way is direct: the first that is free, any where none is, or none is given. */
  readonly ports?: readonly number[] | undefined;
}

/** A way to reach hosts. */
export interface Transport {
  /**
   * Logs in. Where a connection does not come to stand, another one from another port is tried beside it.
   * @param flow The one flow that it is to be, and nothing beside it.
   * @throws SurefootError of class `unreachable`: unknown name, refused, timed out, wrong host key, login refused.
   */
  connect(target: Target, signal?: AbortSignal, flow?: Flow): Promise<Connection>;
  /**
   * Opens one new TCP connection to the host's sshd by the target's way (directly, by proxy command or jump host) and reads its banner;
   * true where one came within `timeoutMs`. Never rejects, and logs in nowhere but on jump hosts.
   */
  knock(target: Target, timeoutMs: number, flow?: Flow): Promise<boolean>;
  /** Frees what the connections shared (jump hosts). */
  close(): Promise<void>;
}
