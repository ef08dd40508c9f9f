import { expect, it } from "vitest";
import { isTaken } from "../../src/transport/direct.js";

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
