/** Where a password comes from; read when it is first needed. */
export type PasswordSource =
  | { readonly value: string }
  | { readonly env: string }
  | { readonly file: string }
  | { readonly command: string };

/** How to become another user on the host. */
export interface Become {
  /** User to become; `root` where nothing is said. */
  readonly user: string;
  /** Password that sudo asks for; absent where it asks for none. */
  readonly password?: PasswordSource;
}

/** How to reach a host: plain data, all defaults filled in. */
export interface Target {
  /** Name in the inventory. */
  readonly host: string;
  /** Name or address to connect to. */
  readonly address: string;
  readonly port: number;
  readonly user: string;
  /** Private key files, absolute; tried in this order, after the agent's keys unless `identitiesOnly`. */
  readonly identityFiles: readonly string[];
  readonly identitiesOnly: boolean;
  /** known_hosts files, absolute. */
  readonly knownHostsFiles: readonly string[];
  /** Name to look up in known_hosts instead of address and port. */
  readonly hostKeyAlias?: string;
  /** Command whose stdin and stdout are the connection; `%h`, `%p` and `%r` stand for address, port and user. */
  readonly proxyCommand?: string;
  /** Host to go through: a name of the inventory or `user@address:port`. */
  readonly jump?: string;
  /** Longest time from the first packet to a login, in seconds. */
  readonly connectTimeout: number;
  /** Whether the host is this machine itself, reached without ssh. */
  readonly local?: true;
  /** How tasks get their rights by default; null: as the login user. */
  readonly become: Become | null;
}
