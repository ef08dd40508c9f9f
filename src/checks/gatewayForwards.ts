import { z } from "zod";
import { defineCheck } from "../model/check.js";
import { sh } from "../model/sh.js";
import { judgeForwarding } from "./gatewayForwards/judge.js";
import { CONTROLLER, TRY } from "./gatewayForwards/script.js";
import { CONNECT } from "./shared/connect.js";
import { address, inUrl, port, seconds } from "./shared/params.js";
import { IP, PREDICT } from "./shared/predict.js";

const endpoint = z.strictObject({ address, port });

const params = z.strictObject({
  /** The gateways' addresses: each must be a next hop of the route to the endpoint. */
  gateways: z.array(address).min(1),
  /**
   * Where to connect to: addresses beyond the gateways that accept TCP connections. By default the machine that Surefoot's connection comes
   * from, on its SSH port. Several help where the hash policy is 0, which sends all flows to one address the same way.
   */
  to: z.array(endpoint).min(1).max(64).optional(),
  /** Connections through each gateway, all at the same time. */
  probes: z.int().min(1).max(20).default(3),
  /** Seconds to wait for a connection. */
  timeout: seconds.default(3),
});

/** Where `to` is not given: the controller's SSH port. */
const SSH = 22;

/**
 * Every gateway forwards: connections THROUGH each of them reach an endpoint and its answer comes back, each bound to a local port whose flow
 * the kernel sends by that gateway. No routing table is changed. It sees what neighbours do not: a gateway that answers on the link but
 * does not forward, or no longer translates addresses.
 *
 * @example gatewayForwards({ gateways: ["192.168.1.1", "192.168.1.10"], to: [{ address: "203.0.113.10", port: 80 }] })
 */
export const gatewayForwards = defineCheck(params, {
  kind: "gatewayForwards",
  key: (p) => `${p.gateways.join(", ")} to ${endpoints(p)}`,
  title: (p) => `${p.gateways.join(" and ")} forward to ${endpoints(p)}`,
  scripts: (p) => {
    const to =
      p.to === undefined
        ? sh`${CONTROLLER}
set -- "$c" ${SSH}`
        : sh`set -- ${p.to.flatMap((one) => [one.address, one.port])}`;
    return [
      sh`${IP}
${CONNECT}
${PREDICT}
${TRY}
${to}
try_all ${p.gateways.join(" ")} ${p.probes} ${p.timeout} "$@"`,
    ];
  },
  judge: ([output], p) => judgeForwarding(output?.stdout ?? "", p.gateways, p.to === undefined),
  timeoutSeconds: (p) => p.timeout + 20,
});

function endpoints({ to }: z.output<typeof params>): string {
  return to?.map((one) => `${inUrl(one.address)}:${one.port}`).join(", ") ?? "the controller";
}
