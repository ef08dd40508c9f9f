import { egress } from "../../src/checks/egress.js";
import { judgeAll } from "./judge.js";

const expect = [{ address: "203.0.113.221" }, { address: "203.0.113.99" }];
const url = "http://203.0.113.10/";
const check = egress({ url, expect, connections: 100 });

/** What the script prints: so many connections per answer; null failed. */
function printed(policy: number, ...answers: readonly (readonly [number, string | null])[]): string {
  const lines = answers.flatMap(([n, answer]) =>
    Array.from({ length: n }, () => (answer === null ? "\n@ 000" : `${answer}\n\n@ 200`)),
  );
  return `policy ${policy}\n${lines.join("\n")}\n`;
}

judgeAll([
  {
    name: "both sides",
    check,
    printed: [printed(1, [47, "203.0.113.221"], [53, "203.0.113.99"])],
    verdict: "pass",
    says: ["2 egress addresses, shared as their weights say"],
  },
  {
    name: "one lost packet",
    check,
    printed: [printed(1, [47, "203.0.113.221"], [52, "203.0.113.99"], [1, null])],
    verdict: "pass",
    says: [],
  },
  {
    name: "a gateway that does not translate",
    check,
    printed: [printed(1, [55, "203.0.113.221"], [45, null])],
    verdict: "fail",
    says: ["no connection left by 203.0.113.99; 45 of 100 connections failed", "gatewayForwards"],
  },
  {
    name: "hash policy 0",
    check,
    printed: [printed(0, [100, "203.0.113.221"])],
    verdict: "fail",
    says: ["no connection left by 203.0.113.99", "fib_multipath_hash_policy is 0"],
  },
  {
    name: "one side only with hash policy 1",
    check,
    printed: [printed(1, [100, "203.0.113.221"])],
    verdict: "fail",
    says: ["ip route show default"],
  },
  {
    name: "one side only where that is right",
    check: egress({ url, expect, connections: 100, balanced: false }),
    printed: [printed(0, [100, "203.0.113.221"])],
    verdict: "pass",
    says: ["all expected"],
  },
  {
    name: "other weights",
    check,
    printed: [printed(1, [90, "203.0.113.221"], [10, "203.0.113.99"])],
    verdict: "fail",
    says: ["203.0.113.221 got 90 % of 100 connections, expected 50 % ± 25 %"],
  },
  {
    name: "an address that is not expected",
    check,
    printed: [printed(1, [45, "203.0.113.221"], [50, "203.0.113.99"], [5, "198.51.100.7"])],
    verdict: "fail",
    says: ["5 left by 198.51.100.7, which is not expected"],
  },
  {
    name: "IPv6 in another spelling",
    check: egress({ url, expect: [{ address: "2001:db8:0:0::1" }], connections: 2 }),
    printed: [printed(1, [2, "2001:DB8::1"])],
    verdict: "pass",
    says: [],
  },
  {
    name: "an endpoint that is down",
    check,
    printed: [printed(1, [100, null])],
    verdict: "fail",
    says: ["none of 100 connections to http://203.0.113.10/ was answered"],
  },
  {
    name: "an endpoint that answers something else",
    check,
    printed: [printed(1, [100, "<html>"])],
    verdict: "unknown",
    says: ["does not answer with an address", "<html>"],
  },
  {
    name: "no curl and no nc",
    check,
    printed: [{ exit: 127, stderr: "neither curl nor nc is on the host\n" }],
    verdict: "unknown",
    says: ["neither curl nor nc is on the host", "Install"],
  },
]);
