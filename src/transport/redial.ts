/** When others are opened beside one that does not come to stand, in milliseconds. */
export interface Rhythm {
  /** How long the first is waited for before. */
  readonly patienceMs: number;
  /** How long each further one has before the next takes its place. */
  readonly nextMs: number;
  /** How many at most, besides the first. */
  readonly most: number;
  /**
   * Whether a failure says no more than that one way is dead: others are opened at once then.
   * @returns false where any other would fail as well.
   */
  ofItsWay(thrown: unknown): boolean;
}

/** Opened at once where one has failed of its way: where every other way is dead, eight in all miss the good one once in 256 times. */
const AT_ONCE = 7;

/** What stood first, and which of the connections it was, from 1. */
export interface Opened<T> {
  readonly way: T;
  readonly nth: number;
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
 * all the time that there is; of those that follow it only the newest is waited for. Where one fails, and that says something of its way alone, some are opened
 * at once, and the error is thrown once they have failed as well.
 * @param open Ends what it opened, or is about to open, when the signal says so.
 */
export async function openFirst<T>(
  open: (ended: AbortSignal, nth: number) => Promise<T>,
  { timeoutMs, more, signal, late }: Patience,
): Promise<Opened<T>> {
  if (signal?.aborted === true) throw late();
  return new Promise((resolve, reject) => {
    const waitedFor = new Set<AbortController>();
    let count = 0;
    let newest: AbortController | undefined;
    let failure: { readonly thrown: unknown } | undefined;
    let next: NodeJS.Timeout | undefined;
    const end = (): void => {
      clearTimeout(over);
      clearTimeout(next);
      signal?.removeEventListener("abort", giveUp);
      for (const each of waitedFor) each.abort();
      waitedFor.clear();
    };
    const fail = (thrown: unknown): void => {
      end();
      reject(thrown);
    };
    const giveUp = (): void => fail(late());
    const failed = (nth: number, thrown: unknown): void => {
      const others = more?.ofItsWay(thrown) === true;
      // What a further one fails by otherwise is not what the host is known by.
      if (!others && nth === 1) fail(thrown);
      else if (others && failure === undefined) {
        failure = { thrown };
        clearTimeout(next);
        for (let i = 0; i < AT_ONCE; i++) begin();
      }
      if (failure !== undefined && waitedFor.size === 0) fail(failure.thrown);
    };
    const begin = (): AbortController => {
      const nth = ++count;
      const controller = new AbortController();
      waitedFor.add(controller);
      const { signal: ended } = controller;
      const opening = async (): Promise<T> => open(ended, nth);
      opening().then(
        (way) => {
          if (!waitedFor.delete(controller)) return;
          end();
          resolve({ way, nth });
        },
        (thrown: unknown) => {
          if (waitedFor.delete(controller)) failed(nth, thrown);
        },
      );
      return controller;
    };
    const another = (): void => {
      if (more === undefined || count > more.most) return;
      if (newest !== undefined) {
        waitedFor.delete(newest);
        newest.abort();
      }
      newest = begin();
      next = setTimeout(another, more.nextMs);
    };
    const over = setTimeout(giveUp, timeoutMs);
    if (more !== undefined) next = setTimeout(another, more.patienceMs);
    signal?.addEventListener("abort", giveUp, { once: true });
    begin();
  });
}
