import { z } from "zod";
import { defineCheck } from "../model/check.js";
import { sh } from "../model/sh.js";
import { judgeFlows } from "./flowPrediction/judge.js";
import { address, port } from "./shared/params.js";
import { IP, PREDICT } from "./shared/predict.js";

const params = z.strictObject({
  /** Addresses beyond the gateways; nothing is sent there. */
  to: z.array(address).min(1).max(256),
  /** Next hops that flows should be spread over, with the share of each relative to the others. */
  via: z.array(z.strictObject({ gateway: address, weight: z.int().min(1).max(256).default(1) })).min(1),
  /** TCP ports at the destinations. */
  ports: z.array(port).min(1).max(16).default([443]),
  /** Local ports to ask for, per destination and port. */
  samples: z.int().min(1).max(5_000).default(512),
});

/** What is asked of the kernel's choice of next hops. */
export type FlowParams = z.output<typeof params>;

/** First local port that is asked for. */
const FIRST = 20_000;

/**
 * The kernel spreads flows over the next hops as their weights say: it is asked which way flows from many local ports would take, without
 * any traffic. With a hash policy that looks at addresses only, one destination has one way, and several are judged by their number.
 *
 * @example flowPrediction({ to: ["203.0.113.10"], via: [{ gateway: "192.168.1.1" }, { gateway: "192.168.1.10" }] })
 */
export const flowPrediction = defineCheck(params, {
  kind: "flowPrediction",
  key: (p) => p.to.join(", "),
  title: (p) => `spread of flows to ${p.to.slice(0, 3).join(", ")}${p.to.length > 3 ? ", ..." : ""}`,
  scripts: (p) => [
    sh`${IP}
${PREDICT}
for d in ${p.to}; do
policy $d
look $d
echo "to $d $policy"
for port in ${p.ports}; do
predict $d $port ${FIRST} ${p.samples} | sed 's/.* via //; s/^inet6 //; s/ .*//' | sort | uniq -c
done
done`,
  ],
  judge: ([output], p) => judgeFlows(output?.stdout ?? "", p),
  timeoutSeconds: (p) => 20 + p.to.length * p.ports.length,
});
