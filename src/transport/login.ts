import type { Duplex } from "node:stream";
import type { SurefootError } from "../model/error.js";
import type { Target } from "../model/target.js";
import type { Connection, Endpoints } from "./transport.js";

/** A stream that leads to a host's sshd. */
export interface Way {
  readonly stream: Duplex;
  /** Where it is a TCP connection that stands. */
  endpoints?(): Endpoints | undefined;
  end(): void;
  /** Why it broke, where it knows. */
  failure?(): Promise<SurefootError | undefined>;
}

/** A login that others can be reached through. */
export interface Login extends Connection {
  /** Whether the connection still stands, as far as is known. */
  readonly alive: boolean;
  /** Whether so many ways through it are waited for that no more should be asked for than must be. */
  readonly crowded?: boolean;
  /**
   * Opens a way through this host to another.
   * @throws SurefootError of class `unreachable`, or `connection-lost` if this login is gone.
   */
  forward(target: Target): Promise<Way>;
  /** The shell command that is a way through this login to another host, where it is one of the system's ssh. */
  proxyLine?(target: Target): string;
}
