import { z } from "zod";
import type { CheckResult } from "../model/check.js";
import { defineCheck } from "../model/check.js";
import { sh } from "../model/sh.js";
import { address, canonicalAddress, interfaceName } from "./shared/params.js";

const params = z.strictObject({
  /** The gateways' addresses. */
  gateways: z.array(address).min(1),
  /** Only entries of this interface. */
  interface: interfaceName.optional(),
  /** Ping a gateway once that has no entry, or a failed one, so that the kernel resolves it now. */
  probe: z.boolean().default(false),
});

/** States in which the kernel sends to a neighbour without doubting it (ip-neighbour(8)). */
const USABLE = ["REACHABLE", "STALE", "DELAY", "PERMANENT", "NOARP"];
/** States of one that did not answer. */
const DEAD = ["FAILED", "INCOMPLETE"];

/**
 * The kernel knows the link-layer address of every gateway. It says nothing of what lies behind a gateway: see `gatewayForwards`.
 *
 * @example neighbours({ gateways: ["192.168.1.1", "192.168.1.10"], interface: "eth1", probe: true })
 */
export const neighbours = defineCheck(params, {
  kind: "neighbours",
  key: (p) => p.gateways.join(", "),
  scripts: (p) => {
    const dev = p.interface === undefined ? sh`` : sh`dev ${p.interface}`;
    const look = sh`n=$(ip neigh show to "$g" ${dev}) || exit`;
    const resolve = p.probe
      ? sh`case $n in *REACHABLE*|*STALE*|*DELAY*|*PERMANENT*|*NOARP*) ;;
*) ping -c 1 -W 1 "$g" >/dev/null 2>&1; ${look} ;; esac`
      : sh`:`;
    return [
      sh`command -v ip >/dev/null 2>&1 || { echo 'ip is not on the host' >&2; exit 127; }
for g in ${p.gateways}; do
${look}
${resolve}
printf '%s %s\\n' "$g" "$n"
done`,
    ];
  },
  judge: ([output], p) => judge(output?.stdout ?? "", p),
  timeoutSeconds: (p) => 10 + 2 * p.gateways.length,
});

function judge(stdout: string, p: z.output<typeof params>): CheckResult {
  const states = new Map<string, string>();
  for (const line of stdout.split("\n")) {
    // An entry on a second interface follows on a line of its own, the address in front as well.
    const [first = "", ...words] = line.trim().split(/\s+/);
    const gateway = canonicalAddress(first);
    const state = words.findLast((word) => /^[A-Z]+$/.test(word));
    if (state !== undefined && !USABLE.includes(states.get(gateway) ?? "")) states.set(gateway, state);
  }
  const said = p.gateways.map(
    (gateway) => `${gateway} ${states.get(gateway)?.toLowerCase() ?? "has no entry"}`,
  );
  const data = Object.fromEntries(p.gateways.map((gateway) => [gateway, states.get(gateway) ?? null]));
  const dead = p.gateways.filter((gateway) => DEAD.includes(states.get(gateway) ?? ""));
  if (dead.length > 0) {
    return {
      verdict: "fail",
      summary: `${dead.join(" and ")} ${dead.length === 1 ? "does" : "do"} not answer on the link`,
      detail: said.join("\n"),
      hint: "Is the gateway up, and its interface in the same network as the host's?",
      data,
    };
  }
  const open = p.gateways.filter((gateway) => !USABLE.includes(states.get(gateway) ?? ""));
  if (open.length > 0) {
    return {
      verdict: "unknown",
      summary: open
        .map((gateway) => `${gateway} ${states.has(gateway) ? "is being looked for" : "has no entry"}`)
        .join(", "),
      hint: p.probe
        ? "Look again in a moment."
        : "Nothing was sent there lately: `probe: true` pings it once.",
      data,
    };
  }
  return { verdict: "pass", summary: said.join(", "), data };
}
