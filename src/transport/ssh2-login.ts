import type { AnyAuthMethod, AuthHandlerMiddleware, ConnectConfig, ServerHostKeyAlgorithm } from "ssh2";
import ssh2 from "ssh2";
import type { ErrorData } from "../model/error.js";
import { SurefootError } from "../model/error.js";
import type { Target } from "../model/target.js";
import type { AuthProgress, AuthSources } from "./auth.js";
import { authMethods, endTurn } from "./auth.js";
import type { Deadline } from "./deadline.js";
import type { KnownHost } from "./known-hosts.js";
import { hostKeyAlgorithms, judgeHostKey } from "./known-hosts.js";
import type { Way } from "./login.js";
import { connectError, hostKeyError, interrupted } from "./ssh-errors.js";
import { Ssh2Connection } from "./ssh2-connection.js";

/** A dead peer is noticed after three unanswered keepalives, as with OpenSSH's ServerAliveCountMax. */
const KEEPALIVE = { interval: 5, count: 3 };

/** Strongest first; curve25519 leads because group exchange costs many times the CPU. */
export const HOST_KEY_ALGORITHMS: readonly ServerHostKeyAlgorithm[] = [
  "ssh-ed25519",
  "ecdsa-sha2-nistp256",
  "ecdsa-sha2-nistp384",
  "ecdsa-sha2-nistp521",
  "rsa-sha2-512",
  "rsa-sha2-256",
];

/** What a login over an open way needs. */
export interface Ssh2Login {
  readonly target: Target;
  readonly way: Way;
  /** What known_hosts says of the host. */
  readonly entries: readonly KnownHost[];
  readonly sources: AuthSources;
  readonly deadline: Deadline;
  readonly signal?: AbortSignal | undefined;
}

/** Logs in by ssh2 over a way whose banner has come. */
export function logIn(login: Ssh2Login): Promise<Ssh2Connection> {
  const { target, way, entries, deadline, signal } = login;
  const client = new ssh2.Client();
  const progress: AuthProgress = { left: null, partial: false, fail: () => undefined };
  let refused: ErrorData | undefined;
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      deadline.clear();
      signal?.removeEventListener("abort", abort);
    };
    const fail = (thrown: unknown): void => {
      stop();
      client.destroy();
      endTurn(progress, isRefusal(thrown) ? "refused" : "lost");
      const told = (): ErrorData => refused ?? connectError(target, thrown, target.connectTimeout);
      reject(thrown instanceof SurefootError ? thrown : new SurefootError(told(), { cause: thrown }));
    };
    progress.fail = fail;
    const abort = (): void => fail(interrupted(target));
    signal?.addEventListener("abort", abort, { once: true });
    deadline.start(() => fail({ level: "client-timeout" }));
    way.stream.once("close", () => fail(new Error("the way to the host was closed")));
    client.on("error", (error) => {
      // An agent that can't sign with one key is asked for the next.
      if (error.level !== "agent") fail(error);
    });
    client.once("close", () => fail(new Error("the host closed the connection")));
    client.once("ready", () => {
      stop();
      endTurn(progress, "in");
      resolve(new Ssh2Connection(target, client, way));
    });
    const { interval, count } = target.keepalive ?? KEEPALIVE;
    const config: ConnectConfig = {
      sock: way.stream,
      username: target.user,
      readyTimeout: 0,
      keepaliveInterval: interval * 1000,
      keepaliveCountMax: count,
      algorithms: {
        serverHostKey: [...hostKeyAlgorithms(entries, HOST_KEY_ALGORITHMS)].filter(isHostKeyAlgorithm),
      },
      authHandler: authHandler(login, progress),
      hostVerifier: (blob: Buffer) => {
        const verdict = judgeHostKey(entries, blob);
        if (verdict.verdict === "known") return true;
        refused = hostKeyError(target, verdict, blob);
        return false;
      },
    };
    if (signal?.aborted === true) abort();
    // ssh2 would wait for a stream that is closed already.
    else if (way.stream.destroyed) fail(new Error("the way to the host was closed"));
    else client.connect(config);
  });
}

/** Hands ssh2 one method after the other; while a person is asked, the time for the login stands still. */
function authHandler(
  { target, sources, deadline }: Ssh2Login,
  progress: AuthProgress,
): AuthHandlerMiddleware {
  const ask = sources.ask;
  const patient: AuthSources = {
    ...sources,
    ask: ask === undefined ? undefined : (prompt, echo) => deadline.pauseFor(() => ask(prompt, echo)),
  };
  const methods = authMethods(target, patient, progress);
  const next = async (): Promise<AnyAuthMethod | undefined> => {
    const { value } = await deadline.pauseFor(() => methods.next());
    return value ?? undefined;
  };
  return (left: readonly string[] | null, partial: boolean | null, give) => {
    progress.left = left;
    progress.partial ||= partial === true;
    next().then((method) => {
      if (method === undefined) progress.fail({ level: "client-authentication" });
      else give(method);
    }, progress.fail);
  };
}

/** Whether a login ended because the host took nothing that was offered. */
function isRefusal(thrown: unknown): boolean {
  if (thrown instanceof SurefootError) return thrown.code === "auth-failed";
  return (
    typeof thrown === "object" &&
    thrown !== null &&
    "level" in thrown &&
    thrown.level === "client-authentication"
  );
}

function isHostKeyAlgorithm(name: string): name is ServerHostKeyAlgorithm {
  return HOST_KEY_ALGORITHMS.some((known) => known === name);
}
