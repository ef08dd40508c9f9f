import { expect, it } from "vitest";
import { newRunId } from "../../src/journal/folder.js";

const at = (ms: number): Date => new Date(Date.UTC(2026, 10, 25, 9, 15, 2, ms));

it("gives runs of one moment ids that sort in the order in which they began", () => {
  const ids = Array.from({ length: 5 }, () => newRunId(at(999)));
  expect(ids).toEqual(ids.toSorted());
  expect(new Set(ids).size).toBe(5);
  for (const id of ids) expect(id).toMatch(/^20261125T091502Z-[0-9a-f]{6}$/);
  expect(newRunId(at(1000)) > (ids.at(-1) ?? "")).toBe(true);
});

it("sorts runs of one second by their milliseconds, whichever process makes them", () => {
  const id = (ms: number): string => newRunId(at(60_000 + ms));
  // The next second, so that nothing is known of what this process made before: as another process would.
  const others = [0, 1, 500, 999].map((ms, i) => id(i * 1000 + ms).slice(-6));
  expect(others).toEqual(others.toSorted());
  expect(new Set(others.map((digits) => Number.parseInt(digits, 16) >> 14))).toEqual(
    new Set([0, 1, 500, 999]),
  );
});
