import { userInfo } from "node:os";
import { SurefootError } from "../model/error.js";
import { canonical } from "../model/json.js";
import type { Hop } from "../model/jump.js";
import { parseJump } from "../model/jump.js";
import type { Target } from "../model/target.js";
import type { Login } from "./login.js";
import { hopError } from "./ssh-errors.js";

/** What jump hosts need of the transport. */
export interface JumpOptions {
  /** Finds the target that a name stands for; undefined where the inventory has no such host. */
  readonly resolveJump: (name: string) => Target | undefined;
  /** Fills in what ssh_config says. */
  readonly configure: (target: Target) => Promise<Target>;
  /**
   * Logs in on a jump host.
   * @param via Leads there where others come before it; without it, the host's own way is taken.
   * @param system Whether it must be a login of the system's ssh.
   */
  readonly logIn: (
    hop: Target,
    via: Chain | undefined,
    system: boolean,
    signal: AbortSignal | undefined,
  ) => Promise<Login>;
}

/** Jump hosts to go through, the nearest first. */
export interface Chain {
  readonly hops: readonly Target[];
  /** Whether the logins are to be those of the system's ssh. */
  readonly system: boolean;
}

/** Chains longer than this are a circle that ssh_config and the inventory make together. */
const MAX_HOPS = 12;

/** Logins on jump hosts, one for all that is reached through it. */
export class JumpHosts {
  readonly #options: JumpOptions;
  readonly #logins = new Map<string, Promise<Login>>();

  constructor(options: JumpOptions) {
    this.#options = options;
  }

  /**
   * The chain that leads to a target, or undefined where it is reached without.
   * @throws SurefootError `proxy-failed` for a jump host that is not in the inventory.
   */
  async chainOf(target: Target, system: boolean): Promise<Chain | undefined> {
    const parsed = target.jump === undefined ? [] : parseJump(target.jump);
    if (parsed === null)
      throw badJump(target, `"${target.jump}" is no chain of jump hosts`, "Write host or user@host:port.");
    const hops: Target[] = [];
    for (const hop of parsed) {
      const next = await this.#options.configure(this.#target(hop, target));
      // As ssh does it: a jump host that ssh_config tells to go through itself goes directly.
      const itself =
        !("name" in hop) &&
        next.address === target.address &&
        next.port === target.port &&
        next.user === target.user;
      if (!itself) hops.push(next);
    }
    if (hops.length > MAX_HOPS)
      throw badJump(target, "the chain of jump hosts has no end", "Look for a circle.");
    return hops.length === 0
      ? undefined
      : { hops, system: system || hops.some((hop) => hop.transport === "system") };
  }

  /**
   * Opens something through a chain. A jump host whose connection has died is logged in on again, once.
   * @param logIn Waits for the login, which may have to ask a person.
   */
  async through<T>(
    target: Target,
    chain: Chain,
    open: (login: Login) => Promise<T>,
    logIn: (login: () => Promise<Login>) => Promise<Login>,
    signal?: AbortSignal,
  ): Promise<T> {
    const login = await logIn(() => this.login(target, chain, signal));
    try {
      return await open(login);
    } catch (thrown) {
      if (login.alive) throw thrown;
    }
    const again = await logIn(() => this.login(target, chain, signal));
    try {
      return await open(again);
    } catch (thrown) {
      throw again.alive ? thrown : hopError(target, again.target, thrown);
    }
  }

  /** The login on the last host of a chain; a dead one is replaced. */
  async login(target: Target, chain: Chain, signal?: AbortSignal): Promise<Login> {
    const key = canonical({ hops: chain.hops.map(identityOf), system: chain.system });
    const last = chain.hops.at(-1);
    if (last === undefined)
      throw badJump(target, "the chain of jump hosts is empty", "Write host or user@host:port.");
    const known = this.#logins.get(key);
    const begin = (): Promise<Login> => {
      const before = chain.hops.slice(0, -1);
      const via = before.length === 0 ? undefined : { ...chain, hops: before };
      const login = this.#options.logIn(last, via, chain.system, signal);
      this.#logins.set(key, login);
      return login;
    };
    try {
      const login = await (known ?? begin());
      if (login.alive) return login;
      const current = this.#logins.get(key);
      return await (current === known || current === undefined ? begin() : current);
    } catch (thrown) {
      throw hopError(target, last, thrown);
    }
  }

  /** Ends all logins, the farthest first. */
  async close(): Promise<void> {
    const settled = await Promise.allSettled([...this.#logins.values()].reverse());
    for (const login of settled) if (login.status === "fulfilled") await login.value.close();
  }

  #target(hop: Hop, behind: Target): Target {
    if (!("name" in hop)) return addressedHop(hop, behind);
    const found = this.#options.resolveJump(hop.name);
    if (found !== undefined) return found;
    const hint = "Add it to the inventory, correct the name, or write it as user@address:port.";
    throw badJump(behind, `the jump host ${hop.name} is not in the inventory`, hint);
  }
}

/** What makes a login another one. */
function identityOf(hop: Target): object {
  const { become: _become, given: _given, ...identity } = hop;
  return identity;
}

/**
 * A jump host that is written out: ssh_config speaks of it, and what the inventory says of keys and known_hosts for the host behind
 * it holds for it too.
 */
function addressedHop(hop: Exclude<Hop, { name: string }>, behind: Target): Target {
  const {
    jump: _jump,
    proxyCommand: _proxy,
    hostKeyAlias: _alias,
    password: _password,
    configName: _name,
    given,
    ...shared
  } = behind;
  const own = given?.filter((field) => !/^(jump|proxyCommand|hostKeyAlias|port|user)$/.test(field));
  const { user, port } = hop;
  const said = [
    ...(user === undefined ? [] : ["user" as const]),
    ...(port === undefined ? [] : ["port" as const]),
  ];
  return {
    ...shared,
    host: hop.text,
    address: hop.address,
    port: port ?? 22,
    user: user ?? userInfo().username,
    become: null,
    ...(own === undefined ? {} : { given: [...own, ...said] }),
  };
}

function badJump(target: Target, message: string, hint: string): SurefootError {
  return new SurefootError({
    code: "proxy-failed",
    message,
    place: { host: target.host, at: "ssh.jump" },
    hint,
  });
}
