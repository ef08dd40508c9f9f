import { expect, it } from "vitest";
import { newRunId } from "../../src/journal/folder.js";

it("gives runs of one second ids that sort in the order in which they began", () => {
  const now = new Date(Date.UTC(2026, 10, 25, 9, 15, 2));
  const ids = Array.from({ length: 5 }, () => newRunId(now));
  expect(ids).toEqual(ids.toSorted());
  expect(new Set(ids).size).toBe(5);
  for (const id of ids) expect(id).toMatch(/^20261125T091502Z-[0-9a-f]{6}$/);
  expect(newRunId(new Date(now.getTime() + 1000)) > (ids.at(-1) ?? "")).toBe(true);
});
