import fc from "fast-check";
import { expect, it } from "vitest";
import { formatLine, parseLine, recordIn } from "../../src/history/line.js";

const LINE = { run: "20260101T000000Z-000001", size: 12, fixed: true, json: '{"groups":[]}' };
const text = formatLine(LINE).trim();

it("reads back what it wrote, whatever stands in it", () => {
  fc.assert(
    fc.property(fc.json(), fc.nat(), fc.boolean(), (json, size, fixed) => {
      const line = { run: "r", size, fixed, json: JSON.stringify(JSON.parse(json)) };
      expect(parseLine(formatLine(line).slice(1, -1))).toEqual(line);
    }),
  );
});

it("takes no part of a line for a line, and none of another version", () => {
  for (let length = 0; length < text.length; length++)
    expect(parseLine(text.slice(0, length))).toBeUndefined();
  expect(parseLine(text)).toEqual(LINE);
  expect(parseLine(text.replace(/^1/, "2"))).toBeUndefined();
});

it("tells a record from damage", () => {
  expect(recordIn({ json: '{"groups":[]}' })).toEqual({ groups: [] });
  expect(recordIn({ json: '{"unreadable":"why"}' })).toEqual({ unreadable: "why" });
  for (const json of ["", "{", "null", "7", "{}", '{"groups":1}']) expect(recordIn({ json })).toBeUndefined();
});
