/** What stood first, and which of the connections it was, from 1. */
export interface Opened<T> {
  readonly way: T;
  readonly nth: number;
}

/** How long one is waited for before another is opened beside it, and how long each further one has before the next takes its place, in milliseconds. */
export interface Rhythm {
  readonly patienceMs: number;
  readonly nextMs: number;
}

/** How long to wait, and for how many. */
export interface Patience {
  readonly timeoutMs: number;
  /** When to open more; without it there is but one, as where it shall prove something. */
  readonly more?: Rhythm | undefined;
  /** Ends all. */
  readonly signal?: AbortSignal | undefined;
  /** The error where nothing stood in time, or before the signal came. */
  readonly late: () => Error;
}

/**
 * Opens something, and, while it neither stands nor has failed, again beside it; the first that stands is taken. Flows between two machines may take
 * several ways, by their ports, and where one of those is dead, to wait for a connection that takes it helps nobody. The first keeps
 * all the time that there is; of the others only the newest is waited for. What the first fails by is thrown.
 * @param open Ends what it opened, or is about to open, when the signal says so.
 */
export function openFirst<T>(
  open: (ended: AbortSignal) => Promise<T>,
  { timeoutMs, more, signal, late }: Patience,
): Promise<Opened<T>> {
  return new Promise((resolve, reject) => {
    const first = new AbortController();
    let newest = first;
    let count = 0;
    const end = (kept?: AbortController): void => {
      clearTimeout(over);
      clearTimeout(next);
      signal?.removeEventListener("abort", giveUp);
      for (const each of [first, newest]) if (each !== kept) each.abort();
    };
    const fail = (thrown: unknown): void => {
      end();
      reject(thrown);
    };
    const giveUp = (): void => fail(late());
    const begin = (controller: AbortController): void => {
      const nth = ++count;
      open(controller.signal).then(
        (way) => {
          if (controller.signal.aborted) return;
          end(controller);
          resolve({ way, nth });
        },
        (thrown: unknown) => {
          if (nth === 1 && !controller.signal.aborted) fail(thrown);
        },
      );
    };
    const another = (nextMs: number): void => {
      if (newest !== first) newest.abort();
      newest = new AbortController();
      next = setTimeout(another, nextMs, nextMs);
      begin(newest);
    };
    const over = setTimeout(giveUp, timeoutMs);
    let next = more === undefined ? undefined : setTimeout(another, more.patienceMs, more.nextMs);
    signal?.addEventListener("abort", giveUp, { once: true });
    begin(first);
  });
}
