import type { DoctorFinding } from "../../model/diagnosis.js";
import { atBoot, byProcps } from "../../resources/sysctl/dropins.js";
import { dottedKey } from "../../resources/sysctl/key.js";
import type { Case, Finder } from "../case.js";
import { intended } from "../case.js";
import { known } from "../readings.js";
import { commentOut } from "../remedies.js";
import type { Family } from "../ways.js";
import { isMultipath, mainDefaults } from "../ways.js";

/** Path of the parameter that says by what flows are told apart. */
export function hashPolicyPath(family: Family): string {
  return `net/ipv${family}/fib_multipath_hash_policy`;
}

/** What each value means (Linux ip-sysctl). */
const MEANING: Readonly<Record<string, string>> = {
  "0": "addresses alone: all flows to one address take the same gateway",
  "1": "addresses and ports",
  "2": "addresses alone, of the inner packet where there is one: all flows to one address take the same gateway",
  "3": "the fields of fib_multipath_hash_fields",
};

/** Values by which flows to one address are spread. */
const BY_FLOW = ["1", "3"];

/** How flows are told apart, now and after the next boot, wherever the default has several next hops or should have. */
export const hashPolicy: Finder = (host) =>
  ([4, 6] as const).flatMap((family) => {
    const multipath = (mainDefaults(host.readings, family) ?? []).some(isMultipath);
    const wanted = family === 4 && (intended(host)?.via.length ?? 0) > 1;
    return multipath || wanted ? judge(host, family) : [];
  });

function judge(host: Case, family: Family): readonly DoctorFinding[] {
  const path = hashPolicyPath(family);
  const key = dottedKey(path);
  const settings = known(host.readings.settings);
  if (settings === undefined) return [];
  const live = settings.get(path);
  if (live === undefined) {
    return [
      {
        id: "hash-policy-missing",
        severity: "problem",
        seen: `the kernel has no ${key}`,
        cause:
          "It was built without routes with several next hops (CONFIG_IP_ROUTE_MULTIPATH), or is older than 4.12: flows can't be spread by ports.",
      },
    ];
  }
  return [...now(host, key, live), ...next(host, family, live)];
}

function now({ remedies }: Case, key: string, live: string): readonly DoctorFinding[] {
  if (BY_FLOW.includes(live)) return [];
  return [
    {
      id: "hash-policy",
      severity: "problem",
      seen: `${key} is ${live}`,
      cause: `Flows are told apart by ${MEANING[live] ?? "what this kernel alone knows"}. Twenty connections to one server then show one egress address. It is the kernel's default, or something has set it since boot.`,
      remedy: remedies.run(),
    },
  ];
}

/** What the next boot makes of it. */
function next({ readings, remedies }: Case, family: Family, live: string): readonly DoctorFinding[] {
  const files = known(readings.dropins);
  if (files === undefined) return [];
  const path = hashPolicyPath(family);
  const key = dottedKey(path);
  const line = atBoot(files, path);
  if (line === null || line.value === null) {
    if (!BY_FLOW.includes(live)) return [];
    return [
      {
        id: "hash-policy-boot",
        severity: "risk",
        seen: `${key} is ${live} now, and no file of sysctl.d sets it`,
        cause: "It was set by hand (`sysctl -w`, `tee`): the next boot brings 0 back.",
        remedy: remedies.run(),
      },
    ];
  }
  if (!BY_FLOW.includes(line.value)) {
    const earlier = [...files.values()]
      .flatMap(({ lines }) => lines)
      .filter((one) => one.path === path && one !== line && BY_FLOW.includes(one.value ?? ""));
    const beaten = earlier.map((one) => `${one.file}:${one.line} sets ${one.value}`).join(", ");
    return [
      {
        id: "hash-policy-boot",
        severity: "risk",
        seen: `${line.file}:${line.line} sets ${key} to ${line.value} at boot${beaten === "" ? "" : `; ${beaten}, which is overridden`}`,
        cause:
          "Files of sysctl.d are read in the order of their names whatever their folder, and the last one wins: 99-sysctl.conf, a link to /etc/sysctl.conf, comes after 99-ecmp.conf.",
        remedy: remedies.host(commentOut(line.file, line.line)),
      },
    ];
  }
  const procps = byProcps(files, path);
  if (procps === null || procps.value === null || BY_FLOW.includes(procps.value)) return [];
  return [
    {
      id: "hash-policy-procps",
      severity: "risk",
      seen: `${procps.file}:${procps.line} sets ${key} to ${procps.value}, which \`sysctl --system\` reads last`,
      cause:
        "The next boot is right, but whoever runs `sysctl --system` sets the other value: it reads files in another order.",
      remedy: remedies.host(commentOut(procps.file, procps.line)),
    },
  ];
}
