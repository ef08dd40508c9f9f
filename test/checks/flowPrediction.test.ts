import { flowPrediction } from "../../src/checks/flowPrediction.js";
import { judgeAll } from "./judge.js";

const via = [{ gateway: "192.168.1.1" }, { gateway: "192.168.1.10" }];
const one = flowPrediction({ to: ["203.0.113.10"], via });
const many = Array.from({ length: 40 }, (_, i) => `198.51.100.${i + 1}`);

judgeAll([
  {
    name: "spread evenly",
    check: one,
    printed: ["to 203.0.113.10 1\n    250 192.168.1.1\n    262 192.168.1.10\n"],
    verdict: "pass",
    says: ["spread over 2 gateways"],
  },
  {
    name: "spread 3:1 where 1:1 is wanted",
    check: one,
    printed: ["to 203.0.113.10 1\n    384 192.168.1.1\n    128 192.168.1.10\n"],
    verdict: "fail",
    says: ["192.168.1.1 got 75 % of 512 flows, expected 50 %"],
  },
  {
    name: "spread 3:1 as wanted",
    check: flowPrediction({
      to: ["203.0.113.10"],
      via: [{ gateway: "192.168.1.1", weight: 3 }, { gateway: "192.168.1.10" }],
    }),
    printed: ["to 203.0.113.10 1\n    384 192.168.1.1\n    128 192.168.1.10\n"],
    verdict: "pass",
    says: [],
  },
  {
    name: "hash policy 0, one destination",
    check: one,
    printed: ["to 203.0.113.10 0\n    512 192.168.1.10\n"],
    verdict: "fail",
    says: [
      "all flows to 203.0.113.10 go by 192.168.1.10: the hash policy is 0",
      "fib_multipath_hash_policy = 1",
    ],
  },
  {
    name: "hash policy 0, many destinations",
    check: flowPrediction({ to: many, via }),
    printed: [
      many.map((to, i) => `to ${to} 0\n 512 ${i % 2 === 0 ? "192.168.1.1" : "192.168.1.10"}\n`).join(""),
    ],
    verdict: "pass",
    says: ["each destination by one of them (hash policy 0)"],
  },
  {
    name: "hash policy 0, many destinations on one side",
    check: flowPrediction({ to: many, via }),
    printed: [many.map((to) => `to ${to} 0\n 512 192.168.1.1\n`).join("")],
    verdict: "fail",
    says: ["no flow goes by 192.168.1.10"],
  },
  {
    name: "a single next hop",
    check: one,
    printed: ["to 203.0.113.10 1\n    512 192.168.1.1\n"],
    verdict: "fail",
    says: ["no flow goes by 192.168.1.10", "ip neigh"],
  },
  {
    name: "another gateway",
    check: one,
    printed: ["to 203.0.113.10 1\n    250 192.168.1.1\n    252 192.168.1.10\n 10 192.168.1.77\n"],
    verdict: "fail",
    says: ["10 flows go by 192.168.1.77, which is not expected"],
  },
  {
    name: "a destination on the link",
    check: one,
    printed: ["to 203.0.113.10 1\n    512 203.0.113.10\n"],
    verdict: "fail",
    says: ["on the link"],
  },
  {
    name: "no route",
    check: one,
    printed: ["to 203.0.113.10 1\n"],
    verdict: "fail",
    says: ["no route"],
  },
]);
