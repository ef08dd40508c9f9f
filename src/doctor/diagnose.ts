import type { Diagnosis, DoctorFinding, Unread } from "../model/diagnosis.js";
import { DIAGNOSIS_VERSION, SEVERITIES } from "../model/diagnosis.js";
import type { Case, Finder } from "./case.js";
import { factsOf } from "./facts.js";
import { addresses } from "./find/addresses.js";
import { defaultRoute } from "./find/default-route.js";
import { failover } from "./find/failover.js";
import { guard } from "./find/guard.js";
import { hashPolicy } from "./find/hash-policy.js";
import { hostItself } from "./find/host.js";
import { ipv6 } from "./find/ipv6.js";
import { neighbours } from "./find/neighbours.js";
import { nextHops } from "./find/next-hops.js";
import { owner } from "./find/owner.js";
import { rpFilter } from "./find/rp-filter.js";
import { rules } from "./find/rules.js";
import { unit } from "./find/unit.js";
import { unitAtBoot } from "./find/unit-boot.js";
import { sources } from "./readings.js";

/** In the order in which findings of the same severity are told: what other trouble comes from goes first. */
const FINDERS: readonly Finder[] = [
  guard,
  addresses,
  rules,
  defaultRoute,
  nextHops,
  neighbours,
  hashPolicy,
  rpFilter,
  unit,
  unitAtBoot,
  owner,
  failover,
  ipv6,
  hostItself,
];

/** Says what is wrong with a host, worst first, from what was read of it. Pure. */
export function diagnose(host: Case): Diagnosis {
  const found = FINDERS.flatMap((finder) => finder(host));
  return {
    v: DIAGNOSIS_VERSION,
    looked: Object.values(sources(host.unit)).map(({ what }) => what),
    facts: factsOf(host),
    findings: worstFirst(found),
    unknown: Object.values(host.readings).flatMap((reading): readonly Unread[] =>
      "unread" in reading ? [reading.unread] : [],
    ),
  };
}

/** Findings by severity, otherwise in their order. */
export function worstFirst(findings: readonly DoctorFinding[]): readonly DoctorFinding[] {
  return SEVERITIES.flatMap((severity) => findings.filter((finding) => finding.severity === severity));
}
