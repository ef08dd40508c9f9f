import { connect } from "node:net";
import { homedir } from "node:os";
import { join } from "node:path";
import type { Duplex } from "node:stream";
import type { AnyAuthMethod, Client, ClientChannel, ConnectConfig, ServerHostKeyAlgorithm } from "ssh2";
import ssh2 from "ssh2";
import type { ErrorData } from "../model/error.js";
import { SurefootError } from "../model/error.js";
import type { Target } from "../model/target.js";
import { readBanner } from "./banner.js";
import { SshFiles } from "./files.js";
import { entriesFor, hostKeyAlgorithms, judgeHostKey, knownHostName } from "./known-hosts.js";
import { startProxy } from "./proxy.js";
import { connectError, hostKeyError, where } from "./ssh-errors.js";
import type { Connection, ProcessExit, RemoteProcess, Transport } from "./transport.js";

/** A dead peer is noticed after three unanswered keepalives, as with OpenSSH's ServerAliveCountMax. */
const KEEPALIVE_INTERVAL_MS = 5_000;
/** How long a farewell may take before the socket is torn down. */
const CLOSE_TIMEOUT_MS = 2_000;

/** Strongest first; curve25519 leads because group exchange costs many times the CPU. */
const HOST_KEY_ALGORITHMS: readonly ServerHostKeyAlgorithm[] = [
  "ssh-ed25519",
  "ecdsa-sha2-nistp256",
  "ecdsa-sha2-nistp384",
  "ecdsa-sha2-nistp521",
  "rsa-sha2-512",
  "rsa-sha2-256",
];

/** Keys that ssh(1) tries when none is named. */
const DEFAULT_IDENTITIES = ["id_ed25519", "id_ecdsa", "id_rsa"].map((name) => join(homedir(), ".ssh", name));

/** What the SSH transport needs to know besides the target. */
export interface SshOptions {
  /** Finds the target that a `jump` names; undefined where the inventory has no such host. */
  readonly resolveJump?: (name: string) => Target | undefined;
}

/** Reaches hosts by ssh2. Host keys are always checked against known_hosts. */
export function sshTransport(options: SshOptions = {}): Transport {
  const files = new SshFiles();
  const jumps = new Map<string, Promise<SshLogin>>();

  const login = async (target: Target, signal?: AbortSignal): Promise<SshLogin> => {
    const via = await openWay(target, signal);
    try {
      return await logIn(target, via, files, signal);
    } catch (thrown) {
      const why =
        thrown instanceof SurefootError && thrown.code === "connect-failed"
          ? await via?.failure?.()
          : undefined;
      via?.end();
      throw why ?? thrown;
    }
  };

  const openWay = async (target: Target, signal?: AbortSignal): Promise<Way | undefined> => {
    if (target.proxyCommand !== undefined) {
      const proxy = startProxy(target, target.proxyCommand);
      return { stream: proxy.stream, end: proxy.kill, failure: proxy.failure };
    }
    if (target.jump === undefined) return undefined;
    const name = target.jump;
    const jumpTarget = options.resolveJump?.(name);
    if (jumpTarget === undefined) {
      throw new SurefootError({
        code: "proxy-failed",
        message: `the jump host ${name} is not in the inventory`,
        place: { host: target.host, at: "ssh.jump" },
        hint: "Add it to the inventory, or correct the name.",
      });
    }
    const shared = jumps.get(name) ?? login(jumpTarget, signal);
    jumps.set(name, shared);
    const jump = await shared;
    const stream = await jump.forward(target);
    return { stream, end: () => stream.destroy() };
  };

  const knock = async (target: Target, timeoutMs: number): Promise<boolean> => {
    const start = performance.now();
    const opening = openWay(target).then((way) => way ?? directWay(target));
    try {
      const way = await within(opening, timeoutMs);
      if (way === undefined) return false;
      return (await readBanner(way.stream, timeoutMs - (performance.now() - start))).kind === "banner";
    } catch {
      return false;
    } finally {
      // Also a way that opens too late is closed.
      void opening.then(
        (way) => way.end(),
        () => undefined,
      );
    }
  };

  return {
    connect: login,
    knock,
    close: async () => {
      const settled = await Promise.allSettled(jumps.values());
      await Promise.all(
        settled.map((jump) => (jump.status === "fulfilled" ? jump.value.close() : undefined)),
      );
    },
  };
}

function directWay(target: Target): Way {
  const stream = connect({ host: target.address, port: target.port });
  return { stream, end: () => stream.destroy() };
}

/** What a promise gives, or undefined where it takes longer. */
function within<T>(promise: Promise<T>, timeoutMs: number): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), timeoutMs);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/** A stream that leads to the host. */
interface Way {
  readonly stream: Duplex;
  end(): void;
  /** Why it broke, where it knows. */
  failure?(): Promise<SurefootError | undefined>;
}

async function logIn(
  target: Target,
  way: Way | undefined,
  files: SshFiles,
  signal?: AbortSignal,
): Promise<SshLogin> {
  const name = target.hostKeyAlias ?? knownHostName(target.address, target.port);
  const entries = entriesFor(await files.knownHosts(target.knownHostsFiles), name);
  const authHandler = await authMethods(target, files);
  const client = new ssh2.Client();
  let refused: ErrorData | undefined;
  const config: ConnectConfig = {
    host: target.address,
    port: target.port,
    username: target.user,
    readyTimeout: target.connectTimeout * 1000,
    keepaliveInterval: KEEPALIVE_INTERVAL_MS,
    keepaliveCountMax: 3,
    algorithms: {
      serverHostKey: [...hostKeyAlgorithms(entries, HOST_KEY_ALGORITHMS)].filter(isHostKeyAlgorithm),
    },
    authHandler,
    hostVerifier: (blob: Buffer) => {
      const verdict = judgeHostKey(entries, blob);
      if (verdict.verdict === "known") return true;
      refused = hostKeyError(target, verdict, blob);
      return false;
    },
    ...(way === undefined ? {} : { sock: way.stream }),
  };
  return new Promise((resolve, reject) => {
    const fail = (thrown: unknown): void => {
      client.destroy();
      if (thrown instanceof SurefootError) reject(thrown);
      else
        reject(
          new SurefootError(refused ?? connectError(target, thrown, target.connectTimeout), {
            cause: thrown,
          }),
        );
    };
    const abort = (): void => fail(interrupted(target));
    signal?.addEventListener("abort", abort, { once: true });
    way?.stream.once("close", () => fail(new Error("the way to the host was closed")));
    client.on("error", fail);
    client.once("close", () => fail(new Error("the host closed the connection")));
    client.once("ready", () => {
      signal?.removeEventListener("abort", abort);
      resolve(new SshLogin(target, client, way));
    });
    if (signal?.aborted === true) abort();
    // ssh2 would wait for a stream that is closed already, as that of a proxy command that failed at once.
    else if (way?.stream.destroyed === true) fail(new Error("the way to the host was closed"));
    else client.connect(config);
  });
}

function isHostKeyAlgorithm(name: string): name is ServerHostKeyAlgorithm {
  return HOST_KEY_ALGORITHMS.some((known) => known === name);
}

function interrupted(target: Target): SurefootError {
  return new SurefootError({
    code: "interrupted",
    message: "interrupted while logging in",
    place: { host: target.host },
    hint: "Run the command again.",
  });
}

async function authMethods(target: Target, files: SshFiles): Promise<AnyAuthMethod[]> {
  const methods: AnyAuthMethod[] = [];
  const agent = process.env.SSH_AUTH_SOCK;
  const named = target.identityFiles;
  for (const file of named.length > 0 ? named : DEFAULT_IDENTITIES) {
    const key = await files.privateKey(file);
    if (key !== null) methods.push({ type: "publickey", username: target.user, key });
    else if (named.length > 0) throw missingKey(target, file);
  }
  if (agent !== undefined && agent !== "" && !target.identitiesOnly) {
    methods.push({ type: "agent", username: target.user, agent });
  }
  return methods;
}

function missingKey(target: Target, file: string): SurefootError {
  return new SurefootError({
    code: "auth-key-unreadable",
    message: `key file ${file} does not exist`,
    place: { host: target.host, at: `ssh ${where(target)}` },
    hint: "Correct `ssh: { identity_file }`, or make the key.",
  });
}

class SshLogin implements Connection {
  readonly target: Target;
  readonly #client: Client;
  readonly #way: Way | undefined;
  readonly #closed: Promise<void>;
  #alive = true;

  constructor(target: Target, client: Client, way: Way | undefined) {
    this.target = target;
    this.#client = client;
    this.#way = way;
    this.#closed = new Promise((resolve) => {
      client.once("close", () => {
        this.#alive = false;
        resolve();
      });
    });
  }

  exec(command: string): Promise<RemoteProcess> {
    return new Promise((resolve, reject) => {
      if (!this.#alive) return reject(this.#lost("the connection is closed"));
      const closed = (): void => reject(this.#lost("the connection died"));
      this.#client.once("close", closed);
      this.#client.exec(command, (error, channel) => {
        this.#client.off("close", closed);
        if (error === undefined) resolve(this.#process(channel));
        else reject(this.#lost(error.message));
      });
    });
  }

  /** Opens a way through this host to another. */
  forward(target: Target): Promise<ClientChannel> {
    return new Promise((resolve, reject) => {
      if (!this.#alive) return reject(this.#lost("the connection is closed"));
      this.#client.forwardOut("127.0.0.1", 0, target.address, target.port, (error, channel) => {
        if (error === undefined) return resolve(channel);
        reject(
          new SurefootError({
            code: "proxy-failed",
            message: `the jump host ${this.target.host} can't reach ${target.address}:${target.port}`,
            place: { host: target.host, at: "ssh.jump" },
            hint: "Check the address, and that the jump host's sshd allows TCP forwarding.",
            detail: error.message,
          }),
        );
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
    this.#way?.end();
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

  #lost(detail: string): SurefootError {
    return new SurefootError({
      code: "connection-lost",
      message: "the connection to the host was lost",
      place: { host: this.target.host, at: `ssh ${where(this.target)}` },
      hint: "Check that the host is up and reachable, then run again: what was done already will not be done twice.",
      detail,
    });
  }
}
