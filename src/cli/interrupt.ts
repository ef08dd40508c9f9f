import { setMaxListeners } from "node:events";

/** What a person or a service manager asks for by signals. */
export interface Interruption {
  /** Aborted by the first SIGINT, SIGTERM or SIGHUP: start no new host, finish or take back those in flight. */
  readonly stop: AbortSignal;
  /** Aborted by the second: end what runs on the hosts. */
  readonly kill: AbortSignal;
  /** Stops listening. */
  dispose(): void;
}

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * Listens for signals until disposed of. A terminal that is closed (SIGHUP) is no reason to leave hosts half-way.
 * @param inFlight How many hosts are being worked on.
 */
export function onInterrupt(say: (text: string) => void, inFlight: () => number): Interruption {
  const stop = new AbortController();
  const kill = new AbortController();
  // Every host in flight listens.
  setMaxListeners(0, stop.signal, kill.signal);
  const handle = (): void => {
    const hosts = inFlight();
    if (!stop.signal.aborted) {
      stop.abort();
      say(
        hosts === 0
          ? "\nInterrupted: no new host is started.\n"
          : `\nInterrupted: no new host is started; ${hosts === 1 ? "one is in flight and is" : `${hosts} are in flight and are`} finished or taken back. Once more to end ${hosts === 1 ? "it" : "them"} now.\n`,
      );
    } else if (!kill.signal.aborted) {
      kill.abort();
      say(`\nEnding what runs on ${hosts === 1 ? "one host" : `${hosts} hosts`}; timers stay armed.\n`);
    }
  };
  for (const signal of SIGNALS) process.on(signal, handle);
  return {
    stop: stop.signal,
    kill: kill.signal,
    dispose: () => {
      for (const signal of SIGNALS) process.off(signal, handle);
    },
  };
}
