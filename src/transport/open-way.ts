import { SurefootError } from "../model/error.js";
import type { Target } from "../model/target.js";
import { readBanner } from "./banner.js";
import type { Deadline } from "./deadline.js";
import { directWay, isTaken } from "./direct.js";
import type { Chain, JumpHosts } from "./jump-hosts.js";
import type { Way } from "./login.js";
import type { Pace } from "./pace.js";
import type { Rhythm } from "./redial.js";
import { openFirst } from "./redial.js";
import { greetingError, interrupted } from "./ssh-errors.js";
import type { Flow } from "./transport.js";

/** A proxy command may itself log in somewhere; after this time it has done so, if the host behind it is silent. */
const PROXY_LOGIN_MS = 3_000;

/**
 * When another TCP connection is opened beside one that does not come to stand. A first packet that was lost is sent again after 1 s (RFC 6298,
 * section 2), by the same way; where that is not answered either, it was hardly lost by chance. A second is more than any round trip over which a login is bearable.
 */
const TCP_RHYTHM: Rhythm = { patienceMs: 2_000, nextMs: 1_000 };
/** The same for proxy commands, of whose connections nothing is known before the banner comes. */
const PROXY_RHYTHM: Rhythm = { patienceMs: PROXY_LOGIN_MS, nextMs: PROXY_LOGIN_MS };

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
      `${host} answered none of ${nth - 1} connections, and then one from another port: of several ways between here and there one is probably dead (said of one host only). ` +
        "Where gateways are shared by flows, `surefoot verify` and `surefoot doctor --probe` name the one that fails.",
    );
  };

  const openStream: OpenWay = async (target, chain, deadline, signal, flow) => {
    const first = async (rhythm: Rhythm, openOne: (ended: AbortSignal) => Promise<Way>): Promise<Way> => {
      const late = (): Error =>
        signal?.aborted === true
          ? interrupted(target)
          : new SurefootError(greetingError(target, { kind: "timeout" }));
      const more = flow === undefined ? rhythm : undefined;
      const { way, nth } = await openFirst(openOne, { timeoutMs: deadline.leftMs, more, signal, late });
      if (nth > 1) warnOnce(target, nth);
      return way;
    };
    if (chain !== undefined) {
      return jumps.through(
        target,
        chain,
        (login) => first(TCP_RHYTHM, async (ended) => endedBy(await login.forward(target), ended)),
        (login) => deadline.pauseFor(login),
        signal,
      );
    }
    if (target.proxyCommand !== undefined)
      return first(PROXY_RHYTHM, async (ended) => greeted(target, await directWay(target, ended), deadline));
    for (const port of flow?.ports ?? []) {
      try {
        return await first(TCP_RHYTHM, (ended) => directWay(target, ended, port));
      } catch (thrown) {
        if (!isTaken(thrown)) throw thrown;
      }
    }
    return first(TCP_RHYTHM, (ended) => directWay(target, ended));
  };

  return async (target, chain, deadline, signal, flow) => {
    const stopped = (): boolean => signal?.aborted === true;
    if (stopped()) throw interrupted(target);
    const { proxyCommand } = target;
    const leave = proxyCommand === undefined ? undefined : await pace.enter(`proxy ${proxyCommand}`);
    const timer = setTimeout(() => leave?.(), PROXY_LOGIN_MS);
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
      clearTimeout(timer);
      leave?.();
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
