import { expect, it } from "vitest";
import { Kept } from "../../src/serve/kept.js";

/** A thing that takes 5 ms to make on a clock that stands still otherwise. */
function kept(most = 100) {
  const clock = { now: 0, made: 0, stamp: "1" };
  const all = new Kept<string>(most, () => clock.now);
  const get = (key: string, weight = 10): Promise<string> =>
    all.get(
      key,
      () => clock.stamp,
      () => {
        clock.now += 5;
        clock.made++;
        return Promise.resolve({ value: `${key}${clock.stamp}`, weight });
      },
    );
  return { clock, get };
}

it("makes a thing once while it does not change", async () => {
  const { clock, get } = kept();
  expect(await get("a")).toBe("a1");
  clock.now += 1_000;
  expect(await get("a")).toBe("a1");
  expect(clock.made).toBe(1);
  clock.now += 1_000;
  clock.stamp = "2";
  expect(await get("a")).toBe("a2");
});

it("makes what changes all the time no more often than ten times as long as it took", async () => {
  const { clock, get } = kept();
  await get("a");
  clock.stamp = "2";
  clock.now += 49;
  expect(await get("a")).toBe("a1");
  clock.now += 1;
  expect(await get("a")).toBe("a2");
});

it("lets all who ask meanwhile wait for the same", async () => {
  const { clock, get } = kept();
  expect(await Promise.all([get("a"), get("a"), get("a")])).toEqual(["a1", "a1", "a1"]);
  expect(clock.made).toBe(1);
});

it("makes it again where that failed", async () => {
  const all = new Kept<string>(100);
  const fail = () => Promise.reject(new Error("no"));
  await expect(all.get("a", () => "1", fail)).rejects.toThrow("no");
  expect(
    await all.get(
      "a",
      () => "1",
      () => Promise.resolve({ value: "yes", weight: 1 }),
    ),
  ).toBe("yes");
});

it("forgets the oldest where all together weigh too much, and never the newest", async () => {
  const { clock, get } = kept();
  for (const key of ["a", "b", "c"]) await get(key, 40);
  clock.now += 10_000;
  expect(clock.made).toBe(3);
  await get("c", 40);
  await get("b", 40);
  expect(clock.made).toBe(3);
  await get("a", 40);
  expect(clock.made).toBe(4);
  expect(await get("huge", 1_000)).toBe("huge1");
  await get("huge", 1_000);
  expect(clock.made).toBe(5);
});
