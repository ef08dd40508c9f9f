/** How much longer than it took to make a thing it is kept without a look whether it has changed: so at most a tenth of the time goes into making it. */
const REST = 10;

/** Something that was made. */
interface Made<T> {
  readonly value: T;
  readonly stamp: string;
  readonly weight: number;
  /** When it may be looked at again, on the clock given. */
  readonly until: number;
}

/**
 * Keeps what is dear to make, until what it was made of has changed. Who asks while it is being made waits for the same; what changes all the time is not
 * made more often than a busy machine can bear. The oldest go where all together weigh too much.
 */
export class Kept<T> {
  readonly #most: number;
  readonly #now: () => number;
  readonly #made = new Map<string, Made<T>>();
  readonly #making = new Map<string, Promise<T>>();

  /**
   * @param most What all may weigh.
   * @param now A clock, in milliseconds.
   */
  constructor(most: number, now: () => number = () => performance.now()) {
    this.#most = most;
    this.#now = now;
  }

  /**
   * @param stamp Of what it is made of: another one means that it has changed. Asked only when it is due.
   * @param make Gives it, and its weight.
   */
  get(
    key: string,
    stamp: () => string,
    make: () => Promise<{ readonly value: T; readonly weight: number }>,
  ): Promise<T> {
    const making = this.#making.get(key);
    if (making !== undefined) return making;
    const made = this.#made.get(key);
    if (made !== undefined && this.#now() < made.until) return Promise.resolve(made.value);
    const fresh = this.#make(key, made, stamp, make).finally(() => this.#making.delete(key));
    this.#making.set(key, fresh);
    return fresh;
  }

  async #make(
    key: string,
    made: Made<T> | undefined,
    stampOf: () => string,
    make: () => Promise<{ readonly value: T; readonly weight: number }>,
  ): Promise<T> {
    const began = this.#now();
    // Before it is read: what is added meanwhile is seen the next time.
    const stamp = stampOf();
    const same = made?.stamp === stamp ? made : undefined;
    const { value, weight } = same ?? (await make());
    const ended = this.#now();
    this.#made.delete(key);
    this.#made.set(key, { value, weight, stamp, until: ended + REST * (ended - began) });
    this.#shrink();
    return value;
  }

  #shrink(): void {
    let all = 0;
    for (const { weight } of this.#made.values()) all += weight;
    for (const [key, { weight }] of this.#made) {
      if (all <= this.#most || this.#made.size === 1) return;
      this.#made.delete(key);
      all -= weight;
    }
  }
}
