import type { Target } from "../model/target.js";
import type { AuthSources } from "./auth.js";
import { Deadline } from "./deadline.js";
import { Identities } from "./identities.js";
import type { Chain } from "./jump-hosts.js";
import { JumpHosts } from "./jump-hosts.js";
import type { KnownHost } from "./known-hosts.js";
import { entriesForHost, hostNameOf } from "./known-hosts.js";
import { KnownHostsFiles } from "./known-hosts-files.js";
import type { Login, Way } from "./login.js";
import { explainRefusal, needsSystem } from "./needs-system.js";
import { wayOpener } from "./open-way.js";
import { Pace, retryDropped } from "./pace.js";
import type { Ask } from "./secrets.js";
import { configReader } from "./ssh-config/resolve.js";
import { logIn } from "./ssh2-login.js";
import { SystemSsh } from "./system-ssh.js";
import type { Flow, Transport } from "./transport.js";

/** What the SSH transport needs to know besides the target. */
export interface SshOptions {
  /** Finds the target that a `jump` names; undefined where the inventory has no such host. */
  readonly resolveJump?: (name: string) => Target | undefined;
  /** Asks the person at the terminal; absent where there is none. */
  readonly ask?: Ask;
  /** Keys that were read and opened so far, for commands that reach the hosts several times and ask once. */
  readonly identities?: Identities;
  /** known_hosts files that count for all hosts, besides their own. */
  readonly alsoKnown?: readonly string[];
  /** Told once of each thing that is set somewhere and not followed. */
  readonly warn?: (message: string) => void;
}

/** An SSH transport and what else can be done by its ways. */
export interface SshTransport extends Transport {
  /** A target with what ssh_config says of it. */
  configure(target: Target): Promise<Target>;
  /** The jump hosts that lead to a target, the nearest first, with what ssh_config says of them. */
  hopsOf(target: Target): Promise<readonly Target[]>;
  /**
   * Opens a way to a host's sshd, up to its banner.
   * @throws SurefootError of class `unreachable`.
   */
  reach(target: Target, signal?: AbortSignal): Promise<Way>;
  /** What known_hosts says of a target that ssh_config was asked about. */
  knownKeys(target: Target): Promise<readonly KnownHost[]>;
  /** Reads the known_hosts files anew, as they were written. */
  forgetKnownHosts(): void;
}

/** Reaches hosts by ssh2, or by the system's ssh where ssh2 can't do what is asked. Host keys are always checked against known_hosts. */
export function sshTransport(options: SshOptions = {}): SshTransport {
  const identities = options.identities ?? new Identities();
  const sources: AuthSources = { identities, ask: options.ask };
  const knownHosts = new KnownHostsFiles();
  const pace = new Pace();
  const warn = options.warn ?? (() => undefined);
  const configure = configReader({ warn });
  const systemSsh = new SystemSsh();
  const jumps = new JumpHosts({
    resolveJump: options.resolveJump ?? (() => undefined),
    configure,
    logIn: (hop, via, system, signal) => login(hop, via, system, signal),
  });

  const entriesOf = async (target: Target): Promise<readonly KnownHost[]> => {
    const files = [...target.knownHostsFiles, ...(options.alsoKnown ?? [])];
    return entriesForHost(await knownHosts.read(files), hostNameOf(target));
  };

  const open = wayOpener({ jumps, pace, warn });

  const bySsh2 = async (
    target: Target,
    chain: Chain | undefined,
    signal?: AbortSignal,
    flow?: Flow,
  ): Promise<Login> => {
    const entries = await entriesOf(target);
    const leave = await pace.enter(endpoint(target, chain));
    try {
      return await retryDropped(async () => {
        const deadline = new Deadline(target.connectTimeout * 1000);
        const way = await open(target, chain, deadline, signal, flow);
        try {
          return await logIn({ target, way, entries, sources, deadline, signal });
        } catch (thrown) {
          way.end();
          throw thrown;
        }
      }, signal);
    } finally {
      leave();
    }
  };

  const bySystem = async (target: Target, chain: Chain | undefined, signal?: AbortSignal): Promise<Login> => {
    const jump = chain === undefined ? undefined : await jumps.login(target, chain, signal);
    const leave = await pace.enter(endpoint(target, chain));
    try {
      return await retryDropped(() => systemSsh.logIn(target, jump, signal), signal);
    } finally {
      leave();
    }
  };

  /** Logs in on a target that ssh_config was asked about, by its own way or through the jump hosts given. */
  const login = async (
    target: Target,
    via: Chain | undefined,
    system: boolean,
    signal?: AbortSignal,
    flow?: Flow,
  ): Promise<Login> => {
    const own = via ?? (await jumps.chainOf(target, false));
    const isSystem = system || (await needsSystem(target, identities, await entriesOf(target)));
    try {
      if (!isSystem) return await bySsh2(target, own, signal, flow);
      return await bySystem(target, own === undefined ? undefined : { ...own, system: true }, signal);
    } catch (thrown) {
      throw await explainRefusal(target, identities, thrown);
    }
  };

  const reach = async (
    target: Target,
    deadline: Deadline,
    signal?: AbortSignal,
    flow?: Flow,
  ): Promise<Way> => {
    const configured = await configure(target);
    return open(configured, await jumps.chainOf(configured, false), deadline, signal, flow);
  };

  return {
    configure,
    hopsOf: async (target) => (await jumps.chainOf(await configure(target), false))?.hops ?? [],
    reach: (target, signal) =>
      retryDropped(() => reach(target, new Deadline(target.connectTimeout * 1000), signal), signal),
    knownKeys: entriesOf,
    forgetKnownHosts: () => knownHosts.forget(),
    connect: async (target, signal, flow) => login(await configure(target), undefined, false, signal, flow),
    knock: async (target, timeoutMs, flow = {}) => {
      const opening = reach(target, new Deadline(timeoutMs), undefined, flow);
      // Also a way that opens too late is closed.
      void opening.then(
        (way) => way.end(),
        () => undefined,
      );
      return within(
        opening.then(
          () => true,
          () => false,
        ),
        timeoutMs,
      );
    },
    close: async () => {
      await jumps.close();
      await systemSsh.close();
    },
  };
}

/** Whom a handshake is with: names of the same sshd are one, logins by different ways are not. */
function endpoint(target: Target, chain: Chain | undefined): string {
  const way = chain?.hops.map((hop) => hop.host).join() ?? target.proxyCommand ?? "";
  return `${way} ${target.address}:${target.port}`;
}

/** What a promise gives, or false where it takes longer. */
function within(promise: Promise<boolean>, timeoutMs: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), timeoutMs);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
