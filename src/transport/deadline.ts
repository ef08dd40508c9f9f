/** A time by which something must be done, which can stand still while a person is asked. */
export class Deadline {
  #leftMs: number;
  #since: number | undefined;
  #pauses = 0;
  #timer: NodeJS.Timeout | undefined;
  #expire: (() => void) | undefined;

  /** @param ms Runs from now on. */
  constructor(ms: number) {
    this.#leftMs = ms;
    this.#since = performance.now();
  }

  /** Milliseconds that are left, at least 1. */
  get leftMs(): number {
    const gone = this.#since === undefined ? 0 : performance.now() - this.#since;
    return Math.max(1, this.#leftMs - gone);
  }

  /** Calls back when the time is over, unless cleared before. */
  start(expire: () => void): void {
    this.#expire = expire;
    this.#arm();
  }

  /** Nothing will be called any more. */
  clear(): void {
    clearTimeout(this.#timer);
    this.#expire = undefined;
  }

  /** Lets the time stand still for as long as something takes. */
  async pauseFor<T>(wait: () => Promise<T>): Promise<T> {
    this.#leftMs = this.leftMs;
    this.#since = undefined;
    this.#pauses++;
    clearTimeout(this.#timer);
    try {
      return await wait();
    } finally {
      if (--this.#pauses === 0) {
        this.#since = performance.now();
        this.#arm();
      }
    }
  }

  #arm(): void {
    clearTimeout(this.#timer);
    const expire = this.#expire;
    if (expire !== undefined) this.#timer = setTimeout(expire, this.leftMs);
  }
}
