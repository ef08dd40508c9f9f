import type { DoctorFinding } from "../../model/diagnosis.js";
import { sh } from "../../model/sh.js";
import type { Case, Finder } from "../case.js";
import type { Rule } from "../read/rules.js";
import { known } from "../readings.js";
import type { Family } from "../ways.js";
import { defaultsOf, routesOf, showRoute } from "../ways.js";

/** Rules that every host has, by the table that they look into. */
const USUAL = ["local", "main", "default"];

/** Rules other than those that every host has; what Surefoot's failover by pinning adds is told apart by its table and is no finding. */
export function ownRules(rules: readonly Rule[]): readonly Rule[] {
  return rules.filter(({ selector, table = "" }) => selector !== "from all" || !USUAL.includes(table));
}

/** Rules of policy routing that keep traffic from the main table. */
export const rules: Finder = (host) => ([4, 6] as const).flatMap((family) => ofFamily(host, family));

function ofFamily(host: Case, family: Family): readonly DoctorFinding[] {
  const { readings, remedies } = host;
  const found = known(family === 4 ? readings.rules4 : readings.rules6);
  const routes = routesOf(readings, family);
  if (found === undefined || routes === undefined || found.length === 0) return [];
  const main = found.find(({ selector, table }) => selector === "from all" && table === "main");
  if (main === undefined) {
    return [
      {
        id: "rule-main-missing",
        severity: "problem",
        seen: `no rule of IPv${family} sends all packets to the table main`,
        cause:
          "The default route in the table main is not looked at: somebody has deleted the rule, by a flush for example.",
        remedy: remedies.host(sh`ip -${family} rule add priority 32766 from all lookup main`),
      },
    ];
  }
  const pinned = known(readings.failover)?.mode === "pinned";
  return found
    .slice(0, found.indexOf(main))
    .filter((rule) => ownRules([rule]).length > 0 && !(pinned && / fwmark /.test(rule.selector)))
    .flatMap((rule): readonly DoctorFinding[] => {
      const [way] = rule.table === undefined ? [] : defaultsOf(routes, family, rule.table);
      const seen = `IPv${family} rule ${rule.priority}: ${rule.text}`;
      const del = sh`ip -${family} rule del priority ${rule.priority}`;
      if (rule.table === undefined && !/l3mdev|goto|nop/.test(rule.text)) {
        return [
          bypass(host, rule, seen, "refuses the packets or treats them otherwise before the table main", del),
        ];
      }
      if (rule.text.includes("suppress_prefixlength 0")) return [];
      if (way === undefined) return [];
      return [bypass(host, rule, seen, `sends them by ${showRoute(way)} of table ${rule.table}`, del)];
    });
}

function bypass(
  { remedies }: Case,
  { selector }: Rule,
  seen: string,
  what: string,
  del: ReturnType<typeof sh>,
): DoctorFinding {
  const all = selector === "from all" || selector === "";
  return {
    id: "rule-bypass",
    severity: all ? "problem" : "note",
    seen,
    cause: all
      ? `It is for all packets and comes before the table main: it ${what}, so the default route in main is not used. VPN clients and network managers add such rules.`
      : `For packets ${selector} it ${what}; they do not use the default route in main. Right if somebody meant it so.`,
    ...(all ? { remedy: remedies.host(del) } : {}),
  };
}
