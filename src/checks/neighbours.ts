import { z } from "zod";
import type { CheckResult } from "../model/check.js";
import { defineCheck } from "../model/check.js";
import { joinSh, sh } from "../model/sh.js";
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
    const dev = p.interface === undefined ? sh`` : sh` dev ${p.interface}`;
    const shows = p.gateways.map((gateway) => sh`neigh show to ${gateway}${dev}`);
    // All by one process; BusyBox's ip takes one question at a time.
    const look = sh`seen=$(ip -batch - 2>/dev/null <<'LOOK'
${joinSh(shows)}
LOOK
) || seen=$(${joinSh(shows.map((show) => sh`ip ${show} || exit`))}
) || exit`;
    const resolve = sh`usable() {
IFS=$newline
for line in $seen; do
case $line in "$1 "*REACHABLE*|"$1 "*STALE*|"$1 "*DELAY*|"$1 "*PERMANENT*|"$1 "*NOARP*) unset IFS; return ;; esac
done
unset IFS
return 1
}
newline='
'
again=
for g in ${p.gateways}; do
usable "$g" || { ping -c 1 -W 1 "$g" >/dev/null 2>&1; again=yes; }
done
if [ -n "$again" ]; then
${look}
fi
`;
    return [
      sh`command -v ip >/dev/null 2>&1 || { echo 'ip is not on the host' >&2; exit 127; }
${look}
${p.probe ? resolve : sh``}printf '%s\\n' "$seen"`,
    ];
  },
  judge: ([output], p) => judge(output?.stdout ?? "", p),
  timeoutSeconds: (p) => 10 + 2 * p.gateways.length,
});

function judge(stdout: string, p: z.output<typeof params>): CheckResult {
  const states = new Map<string, string>();
  for (const line of stdout.split("\n")) {
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
