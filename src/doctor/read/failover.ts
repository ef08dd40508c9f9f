import type { Sh } from "../../model/sh.js";
import { sh } from "../../model/sh.js";
import { told } from "../../resources/failover/facts.js";
import { NFT_TABLE, RUN, SCRIPT } from "../../resources/failover/names.js";

/** What Surefoot's failover has left on a host and says of itself. */
export interface FailoverMarks {
  /** `kernel` or `pinned`, as its program is set up; absent where there is no program. */
  readonly mode?: string;
  /** Gateways that it keeps out, each with since when. */
  readonly out: readonly string[];
  /** Whether its nftables table is there; absent where that can't be told. */
  readonly table?: boolean;
}

/** A line for each of them, behind a word. Tables can be listed by root alone; `read` says that they were, also where there are none. */
export const FAILOVER: Sh = sh`[ ! -r ${SCRIPT} ] || sed -n '2s/^# setup: /mode /p' ${SCRIPT}
[ ! -r ${RUN}/out ] || sed 's/^/out /' ${RUN}/out
[ -e ${SCRIPT} ] && command -v nft >/dev/null && t=$(nft list tables ip 2>/dev/null) && printf '%s\\n' read "$t" | sed 's/^/nft /'
:`;

/** Reads the output of {@link FAILOVER}. */
export function parseFailoverMarks(output: string): FailoverMarks {
  const mode = told(output, "mode")[0]?.split(" ", 1)[0];
  const tables = told(output, "nft");
  return {
    out: told(output, "out"),
    ...(mode === undefined ? {} : { mode }),
    ...(tables.length === 0 ? {} : { table: tables.includes(`table ip ${NFT_TABLE}`) }),
  };
}
