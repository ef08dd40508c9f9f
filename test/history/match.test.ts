import { expect, it } from "vitest";
import { hostMatcher } from "../../src/history/match.js";
import { parseSince } from "../../src/history/since.js";
import { idAt } from "../../src/journal/folder.js";

const HOSTS = ["client1", "client2", "client10", "web1", "db.example"];
const cases: readonly (readonly [pattern: string, matched: readonly string[]])[] = [
  ["client1", ["client1"]],
  ["client[1:2]", ["client1", "client2"]],
  ["client*:web1", ["client1", "client2", "client10", "web1"]],
  ["client?,web?", ["client1", "client2", "web1"]],
  ["!client*", ["web1", "db.example"]],
  ["client*:!client[1:2]", ["client10"]],
  ["db.example", ["db.example"]],
  ["all:!web1", ["client1", "client2", "client10", "db.example"]],
  ["dbxexample", []],
];
it.each(cases)("reads %s", (pattern, matched) => {
  expect(HOSTS.filter(hostMatcher(pattern))).toEqual(matched);
});

it.each(["", "a:", "client[1", "a b", "!", "$(x)"])("refuses %j as a pattern", (pattern) => {
  expect(() => hostMatcher(pattern)).toThrowError(expect.objectContaining({ code: "pattern-invalid" }));
});

const now = new Date("2026-03-01T12:00:00.000Z");
const times: readonly (readonly [text: string, time: string])[] = [
  ["90m", "2026-03-01T10:30:00.000Z"],
  ["12h", "2026-03-01T00:00:00.000Z"],
  ["7d", "2026-02-22T12:00:00.000Z"],
  ["2w", "2026-02-15T12:00:00.000Z"],
  ["2026-02-28", "2026-02-28T00:00:00.000Z"],
  ["2026-02-28T09:30", "2026-02-28T09:30:00.000Z"],
  ["2026-02-28 09:30:10Z", "2026-02-28T09:30:10.000Z"],
];
it.each(times)("reads the time %s", (text, time) => {
  expect(parseSince(text, now).toISOString()).toBe(time);
});

it.each(["yesterday", "0d", "-1d", "7", "2026-13-01", "2026-02-28T9", "99999999d"])(
  "refuses %s as a time",
  (text) => {
    expect(() => parseSince(text, now)).toThrowError(expect.objectContaining({ code: "flag-invalid" }));
  },
);

it("gives the beginning of ids of a time", () => {
  expect(idAt(now)).toBe("20260301T120000Z");
});
