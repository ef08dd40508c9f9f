import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  canonicalAddress,
  canonicalDestination,
  contains,
  familyOf,
  hasHostBits,
  parsePrefix,
} from "../../src/resources/route/address.js";

const v6 = fc.oneof(
  fc.ipV6(),
  // Runs of zeros, which the shortest spelling turns on.
  fc
    .array(fc.constantFrom("0", "0000", "1", "0A", "ffff"), { minLength: 8, maxLength: 8 })
    .map((words) => words.join(":")),
);

describe("addresses", () => {
  it("spells IPv6 as RFC 5952 has it, as URLs do", () => {
    fc.assert(
      fc.property(v6, (address) => {
        expect(`[${canonicalAddress(address)}]`).toBe(new URL(`http://[${address}]/`).hostname);
      }),
    );
  });

  it.each([
    ["192.168.1.1", "192.168.1.1"],
    ["2001:DB8:0:0:8:800:200C:417A", "2001:db8::8:800:200c:417a"],
    ["::", "::"],
    ["1:0:0:2:0:0:0:3", "1:0:0:2::3"],
    ["1:0:2:3:4:5:6:7", "1:0:2:3:4:5:6:7"],
    ["::ffff:1.2.3.4", "::ffff:102:304"],
  ])("%s is %s", (address, canonical) => {
    expect(canonicalAddress(address)).toBe(canonical);
  });

  it.each([
    ["10.0.0.1", 4],
    ["fe80::1", 6],
    ["fe80::1%eth0", null],
    ["10.0.0", null],
    ["default", null],
    ["", null],
  ] as const)("the family of %j is %j", (address, family) => {
    expect(familyOf(address)).toBe(family);
  });
});

describe("networks", () => {
  it.each([
    ["default", "default"],
    ["0.0.0.0/0", "default"],
    ["::/0", "default"],
    ["10.0.0.0/8", "10.0.0.0/8"],
    ["10.0.0.1/32", "10.0.0.1"],
    ["FD00:0::/64", "fd00::/64"],
    ["fd00::1/128", "fd00::1"],
  ])("%s is %s", (text, canonical) => {
    expect(canonicalDestination(text)).toBe(canonical);
  });

  it("holds its own address, and the one with all other bits set", () => {
    fc.assert(
      fc.property(fc.ipV4(), fc.nat(32), (address, length) => {
        const prefix = parsePrefix(`${address}/${length}`);
        if (prefix === null) throw new Error("is a network");
        const width = 2n ** BigInt(32 - length);
        const first = (prefix.bits / width) * width;
        const network = { ...prefix, bits: first };
        const dotted = (bits: bigint): string =>
          [24n, 16n, 8n, 0n].map((by) => (bits >> by) & 255n).join(".");
        expect(hasHostBits(prefix)).toBe(prefix.bits !== first);
        expect(hasHostBits(network)).toBe(false);
        expect(contains(network, address)).toBe(true);
        expect(contains(network, dotted(first + width - 1n))).toBe(true);
        if (first > 0n) expect(contains(network, dotted(first - 1n))).toBe(false);
      }),
    );
  });

  it.each(["10.0.0.0/33", "10.0.0.0/", "10.0.0.0/8/9", "fd00::/129", "10.0.0/8", "x", "fe80::1%eth0/64"])(
    "%s is none",
    (text) => {
      expect(parsePrefix(text)).toBeNull();
    },
  );
});
