import { GUARD_DIR, RESTORE_SCRIPT } from "../../model/guard.js";
import { ProbeError } from "../../model/resource.js";
import type { Sh } from "../../model/sh.js";
import { sh } from "../../model/sh.js";
import { told } from "../../resources/failover/facts.js";

/** A change of Surefoot's on a host. */
export interface Change {
  /** `ops@bastion (pid 4711)`. */
  readonly who: string;
  readonly run: string;
  /** When it took the host, by its controller's clock. */
  readonly since: string;
}

/** What Surefoot's changes have left on a host. */
export interface Guard {
  /** The one that holds the host now. */
  readonly now?: Change & {
    /** Seconds until its timer fires, below 0 where it should have; absent where none is armed. */
    readonly left?: number;
  };
  /** The last one that the host took back by itself and that no run has told of yet. */
  readonly last?: Change & {
    /** Whether all of it went back. */
    readonly whole: boolean;
  };
  /** Whether what a boot should have taken back is still there. */
  readonly restore: boolean;
}

/** Who holds the host, what its timer says, and what was taken back, each behind a word. Root's alone. */
export const GUARD: Sh = sh`d=${GUARD_DIR}
if [ -d $d ] && [ ! -x $d ]; then echo 'changes are kept by root' >&2; exit 1; fi
for w in lease last; do
[ ! -r $d/$w/owner ] || sed "s/^/$w /" $d/$w/owner
done
if read -r end 2>/dev/null <$d/lease/armed; then
read -r up x </proc/uptime
echo "left $((end-\${up%.*}))"
fi
[ ! -e ${RESTORE_SCRIPT} ] || echo 'restore there'
echo 'all read'`;

/**
 * Reads the output of {@link GUARD}.
 * @throws ProbeError where it is not whole.
 */
export function parseGuard(output: string): Guard {
  if (told(output, "all")[0] !== "read")
    throw new ProbeError("what changes have left is not whole", "Run the command again.");
  const lease = pairs(told(output, "lease"));
  const last = pairs(told(output, "last"));
  const [left] = told(output, "left");
  return {
    ...(lease.size === 0
      ? {}
      : { now: { ...changeOf(lease), ...(left === undefined ? {} : { left: Number(left) }) } }),
    ...(last.size === 0
      ? {}
      : {
          last: { ...changeOf(last), whole: last.get("result") === "0" },
        }),
    restore: told(output, "restore").length > 0,
  };
}

function pairs(lines: readonly string[]): ReadonlyMap<string, string> {
  return new Map(lines.map((line) => [line.replace(/=.*$/s, ""), line.replace(/^[^=]*=?/s, "")]));
}

function changeOf(owner: ReadonlyMap<string, string>): Change {
  const said = (key: string): string => owner.get(key) || "unknown";
  return { who: said("who"), run: said("run"), since: said("since") };
}
