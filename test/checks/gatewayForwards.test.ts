import { gatewayForwards } from "../../src/checks/gatewayForwards.js";
import { judgeAll } from "./judge.js";

const gateways = ["192.168.1.1", "192.168.1.10"];
const to = [{ address: "203.0.113.10", port: 80 }];
const check = gatewayForwards({ gateways, to });
const guessing = gatewayForwards({ gateways });

/** What the script prints of one endpoint: the results by gateway. */
function printed(
  policy: number,
  first: readonly string[],
  second: readonly string[],
  weights = [1, 1],
): string {
  const hop = (i: number): string => `nexthop via ${gateways[i]} dev eth1 weight ${weights[i]}`;
  const tries = [first, second].flatMap((results, i) =>
    results.map((result, n) => `try ${gateways[i]} 203.0.113.10 ${20_000 + n} ${result}\n`),
  );
  return `policy 203.0.113.10 ${policy}\nroute 203.0.113.10 default \\\t${hop(0)} \\\t${hop(1)} \n${tries.join("")}`;
}
const open = ["open", "open", "open"];
const silent = ["silent", "silent", "silent"];
const refused = ["refused", "refused", "refused"];

judgeAll([
  {
    name: "both forward",
    check,
    printed: [printed(1, open, open)],
    verdict: "pass",
    says: ["192.168.1.1 and 192.168.1.10 forward to 203.0.113.10"],
  },
  {
    name: "one does not",
    check,
    printed: [printed(1, open, silent)],
    verdict: "fail",
    says: [
      "192.168.1.10 does not forward to 203.0.113.10",
      "192.168.1.10: 0 of 3 connections answered",
      "ip_forward",
    ],
  },
  {
    name: "a refusal is an answer too",
    check: guessing,
    printed: [printed(1, refused, refused)],
    verdict: "pass",
    says: [],
  },
  {
    name: "a gateway that refuses in the endpoint's place",
    check,
    printed: [printed(1, open, refused)],
    verdict: "fail",
    says: ["192.168.1.10 does not forward"],
  },
  {
    name: "one loses connections",
    check,
    printed: [printed(1, open, ["open", "silent", "open"])],
    verdict: "fail",
    says: ["192.168.1.10 (2 of 3)"],
  },
  {
    name: "ports that were taken do not count",
    check,
    printed: [printed(1, open, ["busy", "open", "busy", "open"])],
    verdict: "pass",
    says: ["192.168.1.10: 2 of 2"],
  },
  {
    name: "no port was free",
    check,
    printed: [printed(1, open, ["busy", "busy"])],
    verdict: "unknown",
    says: ["no local port was free"],
  },
  {
    name: "none answers, at an endpoint that was named",
    check,
    printed: [printed(1, silent, silent)],
    verdict: "fail",
    says: ["192.168.1.1 and 192.168.1.10 do not forward"],
  },
  {
    name: "none answers, at one that was guessed",
    check: guessing,
    printed: [printed(1, silent, silent)],
    verdict: "unknown",
    says: ["nothing answers at 203.0.113.10", "`to`"],
  },
  {
    name: "hash policy 0 leaves a gateway untried",
    check,
    printed: [printed(0, open, [])],
    verdict: "unknown",
    says: ["the hash policy 0 sends all flows to one address the same way", "more endpoints"],
  },
  {
    name: "the kernel avoids a gateway",
    check,
    printed: [printed(1, open, [])],
    verdict: "fail",
    says: ["none of 512 flows to 203.0.113.10 would go by 192.168.1.10", "ip neigh"],
  },
  {
    name: "a weight too small to be found",
    check,
    printed: [printed(1, open, [], [256, 1])],
    verdict: "unknown",
    says: ["weight is so small"],
  },
  {
    name: "a gateway that the route lacks",
    check,
    printed: [
      "policy 203.0.113.10 1\nroute 203.0.113.10 default via 192.168.1.1 dev eth1 \ntry 192.168.1.1 203.0.113.10 20000 open\n",
    ],
    verdict: "fail",
    says: ["the route to 203.0.113.10 does not go by 192.168.1.10"],
  },
  {
    name: "a controller on the link proves nothing",
    check: guessing,
    printed: ["policy 192.168.1.5 1\nroute 192.168.1.5 192.168.1.0/24 dev eth1 proto kernel scope link\n"],
    verdict: "unknown",
    says: ["does not go by", "`to`"],
  },
  {
    name: "nobody knows the controller",
    check: guessing,
    printed: ["route -\n"],
    verdict: "unknown",
    says: ["no endpoint to connect to"],
  },
]);
