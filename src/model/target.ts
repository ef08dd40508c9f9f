import type { SecretSource } from "./secret.js";

/** Where a password comes from; read when it is first needed. */
export type PasswordSource = { readonly value: string } | SecretSource;

/** Commands that run others as another user. */
export const BECOME_METHODS = ["sudo", "doas", "su"] as const;
/** One of {@link BECOME_METHODS}. */
export type BecomeMethod = (typeof BECOME_METHODS)[number];

/** How to become another user on the host. */
export interface Become {
  readonly method: BecomeMethod;
  /** User to become; `root` where nothing is said. */
  readonly user: string;
  /** Password that is asked for, by su that of the other user; absent where none is. */
  readonly password?: PasswordSource;
  /** Longest time from the command to a shell that takes scripts, in seconds. */
  readonly timeout: number;
}

/** root by sudo, with what holds where nothing else is said. A directory service may take its time for a password. */
export const BECOME_ROOT: Become = { method: "sudo", user: "root", timeout: 60 };

/** How to reach a host: plain data, all defaults filled in. */
export interface Target {
  /** Name in the inventory, or of a jump host as it is written there. */
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
  /** Hosts to go through, separated by commas, the nearest first: names of the inventory or `user@address:port`. */
  readonly jump?: string;
  /** Longest time from the first packet to a login, in seconds. */
  readonly connectTimeout: number;
  /** Whether the host is this machine itself, reached without ssh. */
  readonly local?: true;
  /** How tasks get their rights by default; null: as the login user. */
  readonly become: Become | null;
  /** How a task that asks for it becomes another user where tasks by default don't; absent: root by sudo. */
  readonly becomeAs?: Become;
  /** OpenSSH user certificates, absolute; those beside a key (`KEY-cert.pub`) are found without being named. */
  readonly certificateFiles?: readonly string[];
  /** Socket of the agent to ask instead of the one that SSH_AUTH_SOCK names; `none`: no agent. */
  readonly identityAgent?: string;
  /** Opens encrypted keys; without it the passphrase is asked for. */
  readonly passphrase?: PasswordSource;
  /** Password to log in with, where the host takes one. */
  readonly password?: PasswordSource;
  /** Whose SSH it is: our own or the system's `ssh`; absent: ours, unless it can't do what the host asks for. */
  readonly transport?: "ssh2" | "system";
  /** A dead host is noticed after `count` unanswered questions, one every `interval` seconds. */
  readonly keepalive?: { readonly interval: number; readonly count: number };
  /** Variables to send, of which the host takes those that its AcceptEnv allows. */
  readonly env?: Readonly<Record<string, string>>;
  /** ssh_config file to read instead of the user's and the system's; false: none. */
  readonly configFile?: string | false;
  /** Name that ssh_config knows the host by, once it was asked; `address` then is what it stands for. */
  readonly configName?: string;
  /**
   * The fields that the inventory speaks of, if only to say null. The others are defaults, which ssh_config fills in. Absent: nothing
   * is asked of ssh_config.
   */
  readonly given?: readonly TargetField[];
}

/** A field of a target that both the inventory and ssh_config can set. */
export type TargetField =
  | "address"
  | "port"
  | "user"
  | "identityFiles"
  | "identitiesOnly"
  | "identityAgent"
  | "certificateFiles"
  | "knownHostsFiles"
  | "hostKeyAlias"
  | "proxyCommand"
  | "jump"
  | "connectTimeout"
  | "keepalive"
  | "env";

/** How what asks for another user's rights on a host gets them. */
export function becomeOn({ become, becomeAs }: Pick<Target, "become" | "becomeAs">): Become {
  return become ?? becomeAs ?? BECOME_ROOT;
}
