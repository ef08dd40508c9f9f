/** How a password fared on a host; `unasked`: the host did not ask for it, or said nothing of it in time. */
export type Fate = "taken" | "refused" | "unasked";

/** Refusals on different hosts after which a password is tried nowhere else. */
const MOST_REFUSED = 2;
/** Hosts that came to no answer after which the others are no longer kept waiting. */
const MOST_UNASKED = 3;
/** How long one host may keep the others waiting, in milliseconds. */
const HOLD_MS = 10_000;

/** A host's turn to try a password. */
export interface Turn {
  /** Tells how it fared; the first word counts. */
  end(fate: Fate): void;
}

/** A password that is tried nowhere any more: where it was refused. */
export interface Spent {
  readonly refusedBy: readonly string[];
}

/** What is known of one password. */
class Trial {
  readonly #refusedBy: string[] = [];
  #free = false;
  #unasked = 0;
  /** Ends when the host whose turn it is has ended it, or has held it too long. */
  #held: Promise<void> = Promise.resolve();

  async enter(host: string): Promise<Turn | Spent> {
    if (!this.#free) {
      const before = this.#held;
      const { promise, release } = holding();
      this.#held = before.then(() => promise);
      await before;
      if (this.#refusedBy.length >= MOST_REFUSED) {
        release();
        return { refusedBy: this.#refusedBy };
      }
      if (!this.#free) return this.#turn(host, release);
      release();
    }
    return { end: () => undefined };
  }

  #turn(host: string, release: () => void): Turn {
    const late = setTimeout(release, HOLD_MS);
    let ended = false;
    return {
      end: (fate) => {
        if (ended) return;
        ended = true;
        clearTimeout(late);
        if (fate === "refused") this.#refusedBy.push(host);
        else if (fate === "unasked") this.#unasked++;
        this.#free ||= fate === "taken" || this.#unasked >= MOST_UNASKED;
        release();
      },
    };
  }
}

function holding(): { readonly promise: Promise<void>; readonly release: () => void } {
  let release: () => void = () => undefined;
  const promise = new Promise<void>((resolve) => {
    release = resolve;
  });
  return { promise, release };
}

/**
 * Keeps a wrong password from being tried by all hosts at once: where a directory stands behind them, a few refusals lock the account everywhere. Until
 * a host has taken a password, it is tried on one host after the other; refused by two of them, it is tried on no further one. Once it was
 * taken, nobody waits.
 */
export class PasswordTrials {
  readonly #trials = new Map<string, Trial>();

  /**
   * Waits for a host's turn.
   * @param account Whose password it is, and what asks for it: the same password of another account is another matter.
   */
  enter(account: string, password: string, host: string): Promise<Turn | Spent> {
    const key = `${account}\0${password}`;
    const trial = this.#trials.get(key) ?? new Trial();
    this.#trials.set(key, trial);
    return trial.enter(host);
  }
}

/** Of this process: whoever runs it types a password once for all that it does. */
export const passwordTrials = new PasswordTrials();
