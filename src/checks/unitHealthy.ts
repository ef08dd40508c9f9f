import { z } from "zod";
import type { CheckResult } from "../model/check.js";
import { defineCheck } from "../model/check.js";
import { ProbeError } from "../model/resource.js";
import { sh } from "../model/sh.js";
import { parseShown, WHOLE_NAME } from "../resources/unit/show.js";

const params = z.strictObject({
  name: z.string().regex(WHOLE_NAME, "a unit's whole name, as ssh.service"),
  /** Whether it must start at boot. */
  enabled: z.boolean().default(true),
  /** Whether it must be active now. */
  active: z.boolean().default(true),
  /** Lines of its log that are shown where it is not well. */
  logLines: z.int().min(0).max(100).default(5),
});

const PROPERTIES = "LoadState,UnitFileState,ActiveState,SubState,Result,NRestarts";

/** States of `systemctl is-enabled` in which a unit needs no enabling (systemctl(1)). */
const BY_ITSELF = ["enabled", "static", "indirect", "alias", "generated"];

/**
 * A systemd unit is active, starts at boot, and did not end badly; its last log lines are shown where that is not so.
 *
 * @example unitHealthy({ name: "ecmp-route.service" })
 */
export const unitHealthy = defineCheck(params, {
  kind: "unitHealthy",
  startup: true,
  key: (p) => p.name,
  title: (p) => `${p.name} is healthy`,
  scripts: (p) => [
    sh`command -v systemctl >/dev/null 2>&1 || { echo 'systemctl is not on the host' >&2; exit 127; }
systemctl show -p ${PROPERTIES} -- ${p.name}
[ ${p.logLines} -eq 0 ] || { echo; journalctl -q --no-pager -o short-iso -n ${p.logLines} -u ${p.name} 2>/dev/null; }
:`,
  ],
  judge: ([output], p) => judge(output?.stdout ?? "", p),
});

function judge(stdout: string, p: z.output<typeof params>): CheckResult {
  const [shown = "", log = ""] = stdout.split(/\n\n(.*)/s);
  const unit = parseShown(shown);
  const [load, state, active] = [unit.get("LoadState"), unit.get("UnitFileState"), unit.get("ActiveState")];
  if (load === undefined || active === undefined)
    throw new ProbeError("systemctl says nothing of it", "Does systemd run on the host?");
  if (load === "not-found")
    return { verdict: "fail", summary: `there is no ${p.name}`, hint: "Install it, or correct its name." };
  const problems = [
    ...(load === "loaded" ? [] : [`is ${load}`]),
    ...(p.active === (active === "active") ? [] : [`is ${active} (${unit.get("SubState")})`]),
    ...(p.enabled && !BY_ITSELF.includes(state ?? "")
      ? [`does not start at boot (${state || "no file"})`]
      : []),
    ...(unit.get("Result") === "success" ? [] : [`ended with ${unit.get("Result")}`]),
  ];
  const restarts = Number(unit.get("NRestarts") ?? 0);
  const data = { active, enabled: state ?? "", result: unit.get("Result") ?? "", restarts };
  if (problems.length === 0) {
    const said = `${active}, ${state || "no file"}${restarts > 0 ? `, restarted ${restarts} times` : ""}`;
    return { verdict: "pass", summary: said, data };
  }
  const detail = log.trim();
  return {
    verdict: "fail",
    summary: `${p.name} ${problems.join(", ")}`,
    ...(detail === "" ? {} : { detail }),
    hint: `Look at \`systemctl status ${p.name}\` on the host.`,
    data,
  };
}
