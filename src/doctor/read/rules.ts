import { ProbeError } from "../../model/resource.js";
import type { Sh } from "../../model/sh.js";
import { sh } from "../../model/sh.js";

/** A rule of policy routing (ip-rule(8)). */
export interface Rule {
  readonly priority: number;
  /** Which packets it is for, as `ip` prints it: `from all`, `from all fwmark 0x1`. */
  readonly selector: string;
  /** The table that it looks into; absent where it does something else. */
  readonly table?: string;
  /** As `ip` prints it, behind the priority. */
  readonly text: string;
}

/** Prints the rules of a family as text: the same in all versions of iproute2. A kernel without IPv6 has none of it. */
export function rulesScript(family: 4 | 6): Sh {
  return family === 4 ? sh`ip -4 rule show` : sh`[ ! -d /proc/sys/net/ipv6 ] || ip -6 rule show`;
}

/** What a rule does, behind which packets it is for. */
const ACTION = /^(.*?)\s+(?:(?:lookup|table)\s+(\S+)|blackhole|unreachable|prohibit|goto|nop)(?=\s|$)/;

/**
 * Reads the output of {@link rulesScript}, in the order in which the kernel goes through them.
 * @throws ProbeError for a line that is no rule.
 */
export function parseRules(output: string): readonly Rule[] {
  return output.split("\n").flatMap((line): readonly Rule[] => {
    if (line.trim() === "") return [];
    const [, priority, text = ""] = /^(\d+):\s*(\S.*?)\s*$/.exec(line) ?? [];
    if (priority === undefined)
      throw new ProbeError(`\`ip rule\` printed what Surefoot does not know: ${line}`, "Please report it.");
    const [, selector = text, table] = ACTION.exec(text) ?? [];
    return [{ priority: Number(priority), selector, text, ...(table === undefined ? {} : { table }) }];
  });
}
