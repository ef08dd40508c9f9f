import { GUARD_DIR } from "../../model/guard.js";
import type { Sh } from "../../model/sh.js";
import { sh } from "../../model/sh.js";

/**
 * Sets `d` to the folder on the host that holds lease and guard, and `l` to the lease in it: below /run for root, which a reboot
 * empties (file-hierarchy(7)); for others below the folder that the system gives them, else below /tmp.
 * @param dir Another folder, for tests.
 */
export function whereSh(dir: string | undefined): Sh {
  const set =
    dir === undefined
      ? sh`if [ -w /run ]; then d=${GUARD_DIR}
else d=\${XDG_RUNTIME_DIR:-/tmp}/surefoot-$(id -u)
fi`
      : sh`d=${dir}`;
  return sh`${set}
l=$d/lease`;
}

/** Sets `up` to the whole seconds since boot: a clock that nobody sets (proc_uptime(5)). */
export const UPTIME: Sh = sh`read -r up x </proc/uptime
up=\${up%.*}`;
