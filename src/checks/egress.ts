import { z } from "zod";
import { defineCheck } from "../model/check.js";
import { judgeEgress } from "./egress/judge.js";
import { egressScript } from "./egress/script.js";
import { address, seconds } from "./shared/params.js";

const params = z.strictObject({
  /** An endpoint that answers with the source address that it saw, in its first line: an echo server of your own, for example. */
  url: z.url({ protocol: /^https?$/, error: "an http or https URL" }),
  /** Addresses by which connections should leave, with the share of each relative to the others. */
  expect: z.array(z.strictObject({ address, weight: z.number().positive().default(1) })).min(1),
  /**
   * Connections to make. 200 tell weights of 1:1 from 3:1 in 99 of 100 cases, 400 nearly always; fewer see only a side that is missing
   * (32 are enough for that at 1:1).
   */
  connections: z.int().min(1).max(5_000).default(200),
  /** Connections at the same time. */
  parallel: z.int().min(1).max(100).default(20),
  /** Seconds for a connection and its answer. */
  timeout: seconds.default(3),
  /** Largest part of the connections that may fail, 0 to 1: a lost packet is no fault of the host. */
  failures: z.number().min(0).max(1).default(0.01),
  /** false: only that no other address is used, whatever the shares: for hash policy 0, by which one endpoint sees one address. */
  balanced: z.boolean().default(true),
});

/** What is asked of the way out. */
export type EgressParams = z.output<typeof params>;

/**
 * Connections from the host leave by the expected addresses, each as often as its weight says, as far as chance allows: a right host fails
 * once in a million times.
 *
 * @example egress({ url: "http://203.0.113.10/", expect: [{ address: "203.0.113.221" }, { address: "203.0.113.99" }] })
 */
export const egress = defineCheck(params, {
  kind: "egress",
  key: (p) => p.url,
  title: (p) => `egress addresses seen by ${p.url}`,
  scripts: (p) => [egressScript(p)],
  judge: ([output], p) => judgeEgress(output?.stdout ?? "", p),
  timeoutSeconds: (p) => Math.ceil(p.connections / p.parallel) * p.timeout + 30,
});
