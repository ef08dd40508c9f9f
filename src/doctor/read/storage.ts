import { ProbeError } from "../../model/resource.js";
import type { Sh } from "../../model/sh.js";
import { sh } from "../../model/sh.js";
import { told } from "../../resources/failover/facts.js";

/** Where settings are kept on a host, and whether they can be. */
export interface Storage {
  /** /etc can be written, as far as the mount says. */
  readonly writable: boolean;
  /** Free space there, in kibibytes. */
  readonly free: number;
  /** Files of networkd that set a route with several next hops. */
  readonly multipath: readonly string[];
  /** Lines of networkd's own configuration on routes of others. */
  readonly foreign: readonly string[];
}

/** Mount options and free space of /etc, and what networkd is told of routes. */
export const STORAGE: Sh = sh`m=$(df -Pk /etc) || exit
set -- $(printf '%s\\n' "$m" | tail -n 1)
echo "free $4"
for last do :; done
o=$(while read -r d p t o r; do [ "$p" != "$last" ] || echo "$o"; done < /proc/mounts | tail -n 1)
echo "mount $o"
grep -ls '^[[:space:]]*MultiPathRoute' /etc/systemd/network/*.network /etc/systemd/network/*.d/*.conf /run/systemd/network/*.network /run/systemd/network/*.d/*.conf | sed 's/^/multipath /'
grep -hs '^[[:space:]]*ManageForeignRoutes' /etc/systemd/networkd.conf /etc/systemd/networkd.conf.d/*.conf | sed 's/^/foreign /'
:`;

/**
 * Reads the output of {@link STORAGE}.
 * @throws ProbeError where free space or mount options are missing.
 */
export function parseStorage(output: string): Storage {
  const [free] = told(output, "free");
  const [mount] = told(output, "mount");
  if (free === undefined || mount === undefined || !/^\d+$/.test(free))
    throw new ProbeError("`df` or /proc/mounts say nothing of /etc", "Look at `df -Pk /etc` on the host.");
  return {
    writable: !mount.split(",").includes("ro"),
    free: Number(free),
    multipath: told(output, "multipath"),
    foreign: told(output, "foreign"),
  };
}
