import type { DoctorFinding } from "../../model/diagnosis.js";
import { sh } from "../../model/sh.js";
import type { Case, Finder } from "../case.js";
import { known } from "../readings.js";
import { isMultipath, mainDefaults } from "../ways.js";

/** What of the host itself keeps changes from lasting, or makes flows move. */
export const hostItself: Finder = (host) => [...storage(host), ...rehash(host)];

/** Less free space than this, in kibibytes, is none for a unit, a drop-in and their copies. */
const LITTLE = 1024;

function storage({ readings, remedies }: Case): readonly DoctorFinding[] {
  const found = known(readings.storage);
  if (found === undefined) return [];
  if (!found.writable) {
    return [
      {
        id: "etc-read-only",
        severity: "risk",
        seen: "/etc is mounted read-only",
        cause:
          "Nothing can be written that shall last beyond a boot; a file system that was mounted so after an error needs a check.",
        remedy: remedies.host(sh`mount -o remount,rw /`),
      },
    ];
  }
  if (!(found.free < LITTLE)) return [];
  return [
    {
      id: "etc-full",
      severity: "risk",
      seen: `${found.free} KiB are free on the file system of /etc`,
      cause:
        "Files that shall last beyond a boot can't be written; `du -xk / | sort -n` says what takes the space.",
    },
  ];
}

/** From this version on the kernel looks up unbound TCP connections anew after any change of routes (seen on 6.18; docs/failover.md). */
const REHASHES = { major: 6, minor: 16 } as const;

function rehash({ readings }: Case): readonly DoctorFinding[] {
  const version = known(readings.kernel);
  const [winner] = mainDefaults(readings, 4) ?? [];
  if (version === undefined || !isMultipath(winner)) return [];
  const { major, minor } = REHASHES;
  if (version.major < major || (version.major === major && version.minor < minor)) return [];
  if (known(readings.settings)?.get("net/ipv4/fib_multipath_hash_policy") !== "1") return [];
  return [
    {
      id: "kernel-rehashes",
      severity: "note",
      seen: `Linux ${version.text}, hash policy 1`,
      cause:
        "Since about 6.16 any change of a routing table, also of another route, makes this host's own open TCP connections choose a gateway anew: about half of them break where gateways translate addresses. Containers that come and go change tables all day; hash policy 0 is not affected.",
    },
  ];
}
