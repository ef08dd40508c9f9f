import type { ErrorData } from "../model/error.js";
import { SurefootError } from "../model/error.js";
import type { Target } from "../model/target.js";
import { readBanner } from "./banner.js";
import type { Deadline } from "./deadline.js";
import { isTaken, lookUpOnce, proxyWay, tcpWay } from "./direct.js";
import type { Chain, JumpHosts } from "./jump-hosts.js";
import type { Way } from "./login.js";
import type { Pace } from "./pace.js";
import type { Rhythm } from "./redial.js";
import { openFirst } from "./redial.js";
import { forwardError, greetingError, interrupted } from "./ssh-errors.js";
import type { Flow } from "./transport.js";

/** A proxy command may itself log in somewhere; after this time it has done so, if the host behind it is silent. */
const PROXY_LOGIN_MS = 3_000;

/** What a socket, or a jump host's, says where one way is dead and another may not be: no answer, or a router that knows no further (errno(3)). */
const OF_ONE_WAY: readonly unknown[] = ["EHOSTUNREACH", "ENETUNREACH", "ETIMEDOUT"];

/**
 * When another TCP connection is opened beside one that does not come to stand. A first packet that was lost is sent again after 1 s (RFC 6298,
 * section 2), by the same way; where that is not answered either, it was hardly lost by chance. A second is more than any round trip over which a login is bearable.
 */
const TCP_RHYTHM: Rhythm = {
  patienceMs: 2_000,
  nextMs: 1_000,
  most: Number.POSITIVE_INFINITY,
  ofItsWay: (thrown) => thrown instanceof Error && "code" in thrown && OF_ONE_WAY.includes(thrown.code),
};
/** Through a jump host: few, for nobody can end one that is under way there, and each is a file of its sshd for two minutes (tcp(7), tcp_syn_retries). */
const FORWARD_RHYTHM: Rhythm = {
  patienceMs: 2_000,
  nextMs: 4_000,
  most: 3,
  ofItsWay: (thrown) =>
    thrown instanceof SurefootError &&
    (thrown.code === "connect-timeout" || thrown.code === "connect-failed"),
};
/** By proxy commands: of their connections nothing is known before the banner comes, and some ask somebody for something, or take their time. */
const PROXY_RHYTHM: Rhythm = { patienceMs: 10_000, nextMs: 10_000, most: 2, ofItsWay: () => false };

/** What opening ways needs of the transport. */
export interface WayOptions {
  readonly jumps: JumpHosts;
  readonly pace: Pace;
  readonly warn: (message: string) => void;
}

/**
 * Opens a stream to a host's sshd, directly or through the chain given, and waits for the banner.
 * @param flow The one flow that it is to be; without it another connection is opened beside one that does not come to stand.
 * @throws SurefootError of class `unreachable`.
 */
export type OpenWay = (
  target: Target,
  chain: Chain | undefined,
  deadline: Deadline,
  signal?: AbortSignal,
  flow?: Flow,
) => Promise<Way>;

/** Makes an {@link OpenWay}. */
export function wayOpener({ jumps, pace, warn }: WayOptions): OpenWay {
  let warned = false;
  const warnOnce = ({ host }: Target, nth: number): void => {
    if (warned) return;
    warned = true;
    warn(
      `${host} answered only connection ${nth}, which came from another port: of several ways between here and there one is probably dead (said of one host only). ` +
        "Where gateways are shared by flows, `surefoot verify` and `surefoot doctor --probe` name the one that fails.",
    );
  };

  /**
   * Runs the proxy command and waits for the banner.
   * @param leave Frees the place among those who run it.
   */
  const proxied = async (
    target: Target,
    command: string,
    ended: AbortSignal,
    deadline: Deadline,
    leave: () => void,
  ): Promise<Way> => {
    const timer = setTimeout(leave, PROXY_LOGIN_MS);
    let way: Way | undefined;
    try {
      ended.throwIfAborted();
      way = proxyWay(target, command, ended);
      return await greeted(target, way, deadline);
    } catch (thrown) {
      way?.end();
      throw thrown;
    } finally {
      clearTimeout(timer);
      leave();
    }
  };

  const openStream: OpenWay = async (target, chain, deadline, signal, flow) => {
    const first = async (
      rhythm: Rhythm,
      openOne: (ended: AbortSignal, nth: number) => Promise<Way>,
      silent = (): ErrorData => greetingError(target, { kind: "timeout" }),
    ): Promise<Way> => {
      const late = (): Error =>
        signal?.aborted === true ? interrupted(target) : new SurefootError(silent());
      const more = flow === undefined ? rhythm : undefined;
      const { way, nth } = await openFirst(openOne, { timeoutMs: deadline.leftMs, more, signal, late });
      if (nth > 1) warnOnce(target, nth);
      return way;
    };
    if (chain !== undefined) {
      return jumps.through(
        target,
        chain,
        (login) =>
          first(
            FORWARD_RHYTHM,
            async (ended, nth) => {
              if (nth > 1 && login.crowded === true)
                throw new SurefootError(forwardError(target, login.target, "too many wait there already"));
              return endedBy(await login.forward(target), ended);
            },
            () => forwardError(target, login.target, "timed out"),
          ),
        (login) => deadline.pauseFor(login),
        signal,
      );
    }
    const { proxyCommand } = target;
    if (proxyCommand !== undefined) {
      const enter = (): Promise<() => void> => pace.enter(`proxy ${proxyCommand}`);
      const leave = await deadline.pauseFor(enter);
      if (signal?.aborted === true) {
        leave();
        throw interrupted(target);
      }
      return first(PROXY_RHYTHM, async (ended, nth) =>
        proxied(target, proxyCommand, ended, deadline, nth === 1 ? leave : await enter()),
      );
    }
    const lookup = lookUpOnce();
    for (const port of flow?.ports ?? []) {
      try {
        return await first(TCP_RHYTHM, (ended) => tcpWay(target, ended, lookup, port));
      } catch (thrown) {
        if (!isTaken(thrown)) throw thrown;
      }
    }
    return first(TCP_RHYTHM, (ended) => tcpWay(target, ended, lookup));
  };

  return async (target, chain, deadline, signal, flow) => {
    const stopped = (): boolean => signal?.aborted === true;
    const abort = (): void => way?.end();
    let way: Way | undefined;
    try {
      way = await openStream(target, chain, deadline, signal, flow);
      signal?.addEventListener("abort", abort, { once: true });
      return await greeted(target, way, deadline);
    } catch (thrown) {
      way?.end();
      if (stopped()) throw interrupted(target);
      if (thrown instanceof SurefootError || !(thrown instanceof Error)) throw thrown;
      const greeting = { kind: "ended", said: "", error: thrown } as const;
      throw new SurefootError(greetingError(target, greeting), { cause: thrown });
    } finally {
      signal?.removeEventListener("abort", abort);
    }
  };
}

/**
 * Waits for a way's banner, which stays to be read.
 * @throws SurefootError of class `unreachable` where none comes.
 */
async function greeted(target: Target, way: Way, deadline: Deadline): Promise<Way> {
  const greeting = await readBanner(way.stream, deadline.leftMs);
  if (greeting.kind === "banner") return way;
  const why = greeting.kind === "ended" ? await way.failure?.() : undefined;
  throw why ?? new SurefootError(greetingError(target, greeting));
}

/** A way that ends when the signal says so, or has said so. */
function endedBy(way: Way, ended: AbortSignal): Way {
  if (ended.aborted) way.end();
  else ended.addEventListener("abort", () => way.end(), { once: true });
  return way;
}
