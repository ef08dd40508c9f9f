import { setMaxListeners } from "node:events";

/** What the signals of a person or a service manager ask for. */
export interface Interruption {
  /** Aborted by the first SIGINT or SIGTERM: start no new host, finish those in flight. */
  readonly stop: AbortSignal;
  /** Aborted by the second: end what runs on the hosts. */
  readonly kill: AbortSignal;
  /** Stops listening. */
  dispose(): void;
}

/** Listens for SIGINT and SIGTERM until disposed of. */
export function onInterrupt(say: (text: string) => void): Interruption {
  const stop = new AbortController();
  const kill = new AbortController();
  // Every host in flight listens.
  setMaxListeners(0, stop.signal, kill.signal);
  const handle = (): void => {
    if (!stop.signal.aborted) {
      stop.abort();
      say(
        "\nInterrupted: no new host is started, those in flight are finished. Once more to end them now.\n",
      );
    } else if (!kill.signal.aborted) {
      kill.abort();
      say("\nEnding what runs on the hosts.\n");
    }
  };
  process.on("SIGINT", handle);
  process.on("SIGTERM", handle);
  return {
    stop: stop.signal,
    kill: kill.signal,
    dispose: () => {
      process.off("SIGINT", handle);
      process.off("SIGTERM", handle);
    },
  };
}
