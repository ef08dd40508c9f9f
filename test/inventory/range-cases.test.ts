import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { expandRange, MAX_RANGE_HOSTS } from "../../src/inventory/range.js";

const good: Readonly<Record<string, readonly string[]>> = {
  web: ["web"],
  "web[1:3]": ["web1", "web2", "web3"],
  "web[01:03]": ["web01", "web02", "web03"],
  "web[08:10]": ["web08", "web09", "web10"],
  "web[0:2]": ["web0", "web1", "web2"],
  "web[9:11]": ["web9", "web10", "web11"],
  "web[7:7]": ["web7"],
  "web[1:10:4]": ["web1", "web5", "web9"],
  "db[a:c].x": ["dba.x", "dbb.x", "dbc.x"],
  "db[A:E:2]": ["dbA", "dbC", "dbE"],
  "[1:2]": ["1", "2"],
  "r[a:b]n[1:2]": ["ran1", "ran2", "rbn1", "rbn2"],
};

const bad: Readonly<Record<string, readonly [at: number, problem: RegExp]>> = {
  "web[5:1]": [3, /ends before it begins/],
  "web[1:]": [3, /no end/],
  "web[:5]": [3, /no start/],
  "web[1]": [3, /no range/],
  "web[]": [3, /no range/],
  "web[1-5]": [3, /no range/],
  "web[1:5:0]": [3, /step/],
  "web[1:5:-1]": [3, /step/],
  "web[1:5:1:1]": [3, /no range/],
  "web[1:5": [3, /without its \]/],
  "web]1": [3, /without its \[/],
  "web[[1:2]]": [3, /go together/],
  "w[a:5]": [1, /go together/],
  "w[a:F]": [1, /go together/],
  "w[aa:bb]": [1, /go together/],
  "w[01:100]": [1, /unequal length/],
  "w[1:05]": [1, /unequal length/],
  "w[1:100001]": [1, /more than/],
  "w[1:1000][1:1000]": [9, /more than/],
  "w[1:999999999999999]": [1, /more than/],
  "w[1:9999999999999999]": [1, /go together/],
};

const namesOf = (name: string): readonly string[] => {
  const range = expandRange(name);
  return "names" in range ? range.names : [];
};

describe("expandRange", () => {
  it.each(Object.entries(good))("%s", (name, names) => expect(namesOf(name)).toEqual(names));

  it.each(Object.entries(bad))("%s is refused", (name, [at, problem]) => {
    expect(expandRange(name)).toMatchObject({
      at,
      problem: expect.stringMatching(problem),
      hint: expect.any(String),
    });
  });

  it("takes a range of as many hosts as are allowed", () => {
    expect(namesOf(`w[1:${MAX_RANGE_HOSTS}]`)).toHaveLength(MAX_RANGE_HOSTS);
  });

  const bounds = fc.tuple(fc.nat(2000), fc.nat(200), fc.integer({ min: 1, max: 9 }));

  it("counts from end to end by steps", () => {
    fc.assert(
      fc.property(bounds, ([first, more, step]) => {
        const names = namesOf(`n[${first}:${first + more}:${step}]`);
        const wanted = [];
        for (let n = first; n <= first + more; n += step) wanted.push(`n${n}`);
        expect(names).toEqual(wanted);
      }),
    );
  });

  it("pads all names alike, and by nothing but zeros", () => {
    fc.assert(
      fc.property(bounds, fc.integer({ min: 5, max: 8 }), ([first, more], width) => {
        const pad = (n: number): string => String(n).padStart(width, "0");
        const names = namesOf(`n[${pad(first)}:${pad(first + more)}]`);
        expect(names.every((name) => name.length === width + 1)).toBe(true);
        expect(names.map((name) => Number(name.slice(1)))).toEqual(
          Array.from({ length: more + 1 }, (_, i) => first + i),
        );
      }),
    );
  });

  it("multiplies several ranges, and never gives a name twice", () => {
    const size = fc.integer({ min: 1, max: 12 });
    fc.assert(
      fc.property(fc.array(size, { minLength: 1, maxLength: 3 }), (sizes) => {
        const names = namesOf(sizes.map((count) => `x[1:${count}]`).join("-"));
        expect(new Set(names).size).toBe(sizes.reduce((all, count) => all * count, 1));
        expect(names).toHaveLength(new Set(names).size);
      }),
    );
  });

  it("never throws, and points into the name", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(..."ab01[]:- ") }), (name) => {
        const range = expandRange(name);
        if ("problem" in range) expect(name.charAt(range.at)).toMatch(/[[\]]/);
        else expect(range.names.every((one) => !/[[\]]/.test(one))).toBe(true);
      }),
    );
  });
});
