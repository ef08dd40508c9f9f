import { gatewayForwards } from "../checks/gatewayForwards.js";
import type { Check, CheckResult } from "../model/check.js";
import type { DoctorFinding, Unread } from "../model/diagnosis.js";
import type { Case } from "./case.js";
import { duplicatesProbe, judgeDuplicates } from "./duplicates.js";
import type { Readings } from "./readings.js";
import { mainDefaults } from "./ways.js";

/** Where to connect to through each gateway. */
export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

/** What is to be said of a probe's answer. */
interface Told {
  readonly findings: readonly DoctorFinding[];
  readonly unknown: readonly Unread[];
}

/** Something that is tried from the host, and so sends packets. */
export interface Probe {
  readonly check: Check;
  /** What its result means. */
  readonly judge: (result: CheckResult) => Told;
}

/**
 * All that is tried where the user asks for it.
 * @param to Where to connect to through each gateway; the default is where this controller's connection comes from, on its SSH port.
 */
export function probesOf(host: Case, to: Endpoint | undefined): readonly Probe[] {
  const gateways = gatewaysProbe(host.readings, to);
  const duplicates = duplicatesProbe(host);
  return [
    ...(duplicates === null
      ? []
      : [
          {
            check: duplicates,
            judge: (result: CheckResult) => ({ findings: judgeDuplicates(duplicates, result), unknown: [] }),
          },
        ]),
    ...(gateways === null
      ? []
      : [{ check: gateways, judge: (result: CheckResult) => judgeGateways(host, gateways, result) }]),
  ];
}

/**
 * Connections through each gateway of the IPv4 default that wins: a gateway that answers on the link but does not forward shows by nothing
 * else. Null where there is no gateway to try.
 */
function gatewaysProbe(readings: Readings, to: Endpoint | undefined): Check | null {
  const [winner] = mainDefaults(readings, 4) ?? [];
  const gateways = (winner?.via ?? []).flatMap(({ gateway }) => (gateway === undefined ? [] : [gateway]));
  if (gateways.length === 0) return null;
  return gatewayForwards({ gateways, ...(to === undefined ? {} : { to: [{ ...to }] }) });
}

function judgeGateways({ remedies }: Case, check: Check, result: CheckResult): Told {
  if (result.verdict === "unknown") {
    const hint = result.hint ?? "Give another endpoint by --to.";
    return { findings: [], unknown: [{ what: `whether ${check.title}`, why: result.summary, hint }] };
  }
  if (result.verdict === "pass") return { findings: [], unknown: [] };
  const finding: DoctorFinding = {
    id: "gateway-does-not-forward",
    severity: "problem",
    seen:
      result.detail === undefined
        ? result.summary
        : `${result.summary} (${result.detail.split("\n").join("; ")})`,
    cause:
      "The gateway may well answer on the link, but connections through it do not come to their end: forwarding is off there, its way out is down, or it no longer translates addresses. The kernel can't see that; failover by pinning can.",
    remedy: remedies.run("-e", "failover=pinned"),
  };
  return { findings: [finding], unknown: [] };
}
