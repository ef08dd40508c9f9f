import { z } from "zod";
import type { CheckOutput, CheckResult, Share } from "../model/check.js";
import { defineCheck } from "../model/check.js";
import { ProbeError } from "../model/resource.js";
import { sh } from "../model/sh.js";
import { address, canonicalAddress } from "./shared/params.js";

const params = z.strictObject({
  /** Egress addresses that must each have an entry; by default whatever is there is shown. */
  expect: z.array(address).default([]),
});

const NOTHING: CheckOutput = { exit: 1, stdout: "", stderr: "" };

/**
 * Entries of the kernel's connection tracking, counted by the address under which each connection is seen outside. It is for gateways and for
 * hosts with connection-tracking rules; on others the table is empty, which is unknown, not a failure.
 *
 * @example conntrack({ expect: ["203.0.113.221"] })
 */
export const conntrack = defineCheck(params, {
  kind: "conntrack",
  key: (p) => p.expect.join(", ") || "all",
  title: () => "tracked connections by egress address",
  scripts: () => [
    sh`if command -v conntrack >/dev/null 2>&1; then list() { conntrack -L; }
elif [ -r /proc/net/nf_conntrack ]; then list() { cat /proc/net/nf_conntrack; }
else echo 'conntrack is not on the host' >&2; exit 127
fi
list | sed -n 's/.* dst=\\([^ ]*\\).*/\\1/p' | sort | uniq -c`,
  ],
  judge: ([output = NOTHING], p) => judge(output, p.expect),
});

function judge({ stdout, stderr, exit }: CheckOutput, expected: readonly string[]): CheckResult {
  const counts = new Map<string, number>(expected.map((name) => [name, 0]));
  // Of a line's two tuples the second is the reply's: it goes to the address that the connection has outside.
  for (const [, count, outside = ""] of stdout.matchAll(/(\d+) (\S+)/g)) {
    const name = canonicalAddress(outside);
    counts.set(name, (counts.get(name) ?? 0) + Number(count));
  }
  const shares: readonly Share[] = [...counts].map(([name, count]) => ({ name, count }));
  const total = shares.reduce((sum, { count }) => sum + count, 0);
  if (total === 0 && (exit !== 0 || /permi|denied/i.test(stderr)))
    throw new ProbeError("the table can't be read", "Let it run as root: `become: true`.");
  if (total === 0) {
    return {
      verdict: "unknown",
      summary: "no connection is tracked",
      hint: "A host without connection-tracking rules tracks none: look on the gateway, or use `egress`.",
    };
  }
  const missing = expected.filter((name) => counts.get(name) === 0);
  return missing.length > 0
    ? { verdict: "fail", summary: `no tracked connection has ${missing.join(", ")}`, shares }
    : { verdict: "pass", summary: `${total} tracked connections`, shares };
}
