import type { DoctorFinding } from "../../model/diagnosis.js";
import { sh } from "../../model/sh.js";
import { NFT_TABLE, UNIT } from "../../resources/failover/names.js";
import type { Finder } from "../case.js";
import { known } from "../readings.js";
import { ownRules } from "./rules.js";

/** Surefoot's failover, where it is set up: whether it runs, and which gateways it keeps out. */
export const failover: Finder = ({ readings, remedies }) => {
  const marks = known(readings.failover);
  const units = known(readings.units);
  const service = units?.get(UNIT);
  if (marks === undefined || service === undefined || service.get("LoadState") === "not-found") return [];
  const active = service.get("ActiveState") ?? "";
  const state = `${UNIT} is ${active} (${service.get("UnitFileState") || service.get("LoadState")})`;
  const left = (known(readings.rules4) ?? []).filter((rule) =>
    /fwmark/.test(ownRules([rule])[0]?.selector ?? ""),
  );
  const findings: DoctorFinding[] = [];
  if (active !== "active") {
    const pinned =
      marks.mode !== "pinned"
        ? "The kernel's settings stay as it left them, but gateways are looked after no more."
        : left.length > 0 || marks.table === true
          ? `Connections are still pinned to gateways by their marks (${left.length} rules), but nobody looks whether these answer any more: new ones are sent to a dead gateway, too.`
          : "Nothing looks whether gateways answer.";
    findings.push({
      id: "failover-stopped",
      severity: "problem",
      seen: state,
      cause: `Failover (${marks.mode ?? "of unknown mode"}) was set up and does not run: it was stopped, or fails; \`journalctl -u ${UNIT}\` says why. ${pinned}`,
      remedy: remedies.host(sh`systemctl restart ${UNIT}`),
    });
  } else if (marks.mode === "pinned" && marks.table === false) {
    findings.push({
      id: "failover-no-table",
      severity: "risk",
      seen: `${state}, but there is no nftables table ${NFT_TABLE}`,
      cause:
        "Something has flushed the nftables rules (a firewall's reload): connections take the route's own choice until the service has put them back.",
      remedy: remedies.host(sh`systemctl restart ${UNIT}`),
    });
  }
  for (const out of marks.out) {
    const [gateway, since] = out.split(" ");
    findings.push({
      id: "failover-out",
      severity: "problem",
      seen: `failover keeps ${gateway} out since ${since}`,
      cause:
        "The gateway did not forward when it was tried; new connections use the others. Look at the gateway and what lies behind it.",
    });
  }
  return findings;
};
