import type * as dns from "node:dns";
import { expect, it, vi } from "vitest";
import { isTaken, lookUpOnce } from "../../src/transport/direct.js";

const lookups = vi.hoisted(() => ({ count: 0 }));
vi.mock("node:dns", async (original) => {
  const real = await original<typeof dns>();
  const lookup = (
    name: string,
    options: dns.LookupOptions,
    answer: (error: null, found: string) => void,
  ): void => {
    lookups.count++;
    setImmediate(() => answer(null, `${name} ${options.family}`));
  };
  return { ...real, lookup };
});

const failed = (fields: object): Error => Object.assign(new Error("no"), fields);

it.each([
  ["something else has the port", failed({ code: "EADDRINUSE", syscall: "connect" }), true],
  ["the same connection is there already", failed({ code: "EADDRNOTAVAIL", syscall: "connect" }), true],
  ["it may not be had", failed({ code: "EACCES", syscall: "bind" }), true],
  [
    "it can't be had for any address of the name",
    new AggregateError([failed({ code: "EADDRINUSE" }), failed({ syscall: "bind" })]),
    true,
  ],
  [
    "one address refused",
    new AggregateError([failed({ code: "EADDRINUSE" }), failed({ code: "ECONNREFUSED" })]),
    false,
  ],
  ["the host refused", failed({ code: "ECONNREFUSED", syscall: "connect" }), false],
])("tells whether the local port is the reason: %s", (_why, error, taken) => {
  expect(isTaken(error)).toBe(taken);
});

it("looks a name up once, however many ask", async () => {
  const find = lookUpOnce();
  const ask = (): Promise<unknown> =>
    new Promise((resolve) => find("a.example", { family: 4 }, (_error, found) => resolve(found)));
  expect(await Promise.all([ask(), ask()])).toEqual(["a.example 4", "a.example 4"]);
  expect(await ask()).toBe("a.example 4");
  expect(lookups.count).toBe(1);
});
