import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { Rhythm } from "../../src/transport/redial.js";
import { openFirst } from "../../src/transport/redial.js";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const RHYTHM: Rhythm = {
  patienceMs: 2_000,
  nextMs: 1_000,
  most: 5,
  ofItsWay: (thrown) => thrown instanceof Error && thrown.message.startsWith("this way"),
};

interface Try {
  readonly stand: (way: string) => void;
  readonly fail: (thrown: unknown) => void;
  readonly ended: AbortSignal;
}

/** Opens what stands or fails when it is told to. */
function opening(given: { readonly more?: undefined; readonly signal?: AbortSignal } = {}) {
  const tries: Try[] = [];
  const open = (ended: AbortSignal): Promise<string> =>
    new Promise((stand, fail) => tries.push({ stand, fail, ended }));
  const patience = {
    timeoutMs: 10_000,
    more: RHYTHM,
    ...given,
    late: () => new Error("late"),
  };
  const first = openFirst(open, patience).then(
    ({ way, nth }) => `${way} ${nth}`,
    (thrown: unknown) => String(thrown),
  );
  const over = (): readonly number[] => tries.flatMap(({ ended }, i) => (ended.aborted ? [i + 1] : []));
  return { tries, first, over };
}

it("opens nothing beside what stands in time", async () => {
  const { tries, first, over } = opening();
  tries[0]?.stand("way");
  expect(await first).toBe("way 1");
  await vi.advanceTimersByTimeAsync(20_000);
  expect(tries).toHaveLength(1);
  expect(over()).toEqual([]);
});

it("opens another after two seconds, and takes it where it stands first", async () => {
  const { tries, first, over } = opening();
  await vi.advanceTimersByTimeAsync(1_999);
  expect(tries).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(1);
  expect(tries).toHaveLength(2);
  tries[1]?.stand("other");
  expect(await first).toBe("other 2");
  expect(over()).toEqual([1]);
});

it("waits for the first and the newest, and takes the first if it is slow", async () => {
  const { tries, first, over } = opening();
  await vi.advanceTimersByTimeAsync(4_500);
  expect(tries).toHaveLength(4);
  expect(over()).toEqual([2, 3]);
  tries[1]?.stand("too late");
  tries[0]?.stand("slow");
  expect(await first).toBe("slow 1");
  expect(over()).toEqual([2, 3, 4]);
});

it("ends all when the time is over", async () => {
  const { tries, first, over } = opening();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(await first).toBe("Error: late");
  expect(over()).toEqual(tries.map((_, i) => i + 1));
  await vi.advanceTimersByTimeAsync(10_000);
  expect(over()).toHaveLength(tries.length);
});

it("opens no more than so many, and waits for the first and the last of them", async () => {
  const { tries, first, over } = opening();
  await vi.advanceTimersByTimeAsync(9_000);
  expect(tries).toHaveLength(6);
  expect(over()).toEqual([2, 3, 4, 5]);
  tries[5]?.stand("last");
  expect(await first).toBe("last 6");
  expect(over()).toEqual([1, 2, 3, 4, 5]);
});

it("opens several at once where one fails of its way, and takes the first of them", async () => {
  const { tries, first, over } = opening();
  tries[0]?.fail(new Error("this way is dead"));
  await vi.advanceTimersByTimeAsync(0);
  expect(tries).toHaveLength(8);
  tries[1]?.fail(new Error("this way as well"));
  tries[2]?.stand("other");
  expect(await first).toBe("other 3");
  expect(over()).toEqual([4, 5, 6, 7, 8]);
  await vi.advanceTimersByTimeAsync(20_000);
  expect(tries).toHaveLength(8);
});

it("fails by the first error once all have failed of their way", async () => {
  const { tries, first } = opening();
  await vi.advanceTimersByTimeAsync(2_000);
  tries[1]?.fail(new Error("this way: the second"));
  await vi.advanceTimersByTimeAsync(0);
  expect(tries).toHaveLength(9);
  for (const [i, one] of tries.entries()) one.fail(new Error(`this way: ${i}`));
  expect(await first).toBe("Error: this way: the second");
});

it("fails at once by what says more than that", async () => {
  const { tries, first, over } = opening();
  await vi.advanceTimersByTimeAsync(2_000);
  tries[1]?.fail(new Error("this way is dead"));
  await vi.advanceTimersByTimeAsync(0);
  tries[0]?.fail(new Error("nothing listens"));
  expect(await first).toBe("Error: nothing listens");
  expect(over()).toEqual([3, 4, 5, 6, 7, 8, 9]);
});

it("opens nothing more for what fails behind the end", async () => {
  const { tries, first } = opening();
  await vi.advanceTimersByTimeAsync(2_000);
  tries[0]?.stand("way");
  expect(await first).toBe("way 1");
  tries[1]?.fail(new Error("this way is dead"));
  await vi.advanceTimersByTimeAsync(20_000);
  expect(tries).toHaveLength(2);
});

it("opens nothing else where one alone fails of its way", async () => {
  const { tries, first } = opening({ more: undefined });
  tries[0]?.fail(new Error("this way is dead"));
  expect(await first).toBe("Error: this way is dead");
  expect(tries).toHaveLength(1);
});

it("fails by what a function throws, and opens nothing more", async () => {
  const broken = (): Promise<never> => {
    throw new Error("broken");
  };
  const patience = { timeoutMs: 10_000, more: RHYTHM, late: () => new Error("late") };
  await expect(openFirst(broken, patience)).rejects.toThrow("broken");
  expect(vi.getTimerCount()).toBe(0);
});

it("opens nothing where it was told to end before", async () => {
  const stop = new AbortController();
  stop.abort();
  const { tries, first } = opening({ signal: stop.signal });
  expect(await first).toBe("Error: late");
  expect(tries).toHaveLength(0);
  expect(vi.getTimerCount()).toBe(0);
});

it("fails by what the first fails by, and by nothing else", async () => {
  const { tries, first, over } = opening();
  await vi.advanceTimersByTimeAsync(2_000);
  tries[1]?.fail(new Error("second"));
  await vi.advanceTimersByTimeAsync(1_000);
  tries[0]?.fail(new Error("first"));
  expect(await first).toBe("Error: first");
  expect(over()).toEqual([2, 3]);
});

it("opens one alone where that is asked for", async () => {
  const { tries, first } = opening({ more: undefined });
  await vi.advanceTimersByTimeAsync(10_000);
  expect(await first).toBe("Error: late");
  expect(tries).toHaveLength(1);
});

it("ends all when it is told to", async () => {
  const stop = new AbortController();
  const { first, over } = opening({ signal: stop.signal });
  await vi.advanceTimersByTimeAsync(2_000);
  stop.abort();
  expect(await first).toBe("Error: late");
  expect(over()).toEqual([1, 2]);
});
