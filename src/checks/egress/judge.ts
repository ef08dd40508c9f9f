import type { CheckResult } from "../../model/check.js";
import type { EgressParams } from "../egress.js";
import type { Balance } from "../shared/balance.js";
import { balance } from "../shared/balance.js";
import { canonicalAddress } from "../shared/params.js";
import { isPerFlow } from "../shared/predict.js";

/** What may be an address. */
const ADDRESS = /^[0-9a-f.:]*[.:][0-9a-f.:]+$/i;
/** Most characters that are shown of an answer that is none. */
const SHOWN = 60;

/** Judges what the script of `egress` printed. */
export function judgeEgress(stdout: string, p: EgressParams): CheckResult {
  const { policy, counts, failed, odd } = read(stdout);
  const n = [...counts.values()].reduce((sum, count) => sum + count, 0);
  const data = { connections: p.connections, failed, hashPolicy: policy };
  if (n === 0 && odd !== undefined) {
    return {
      verdict: "unknown",
      summary: `${p.url} does not answer with an address: ${JSON.stringify(odd)}`,
      hint: "The endpoint must answer with the source address that it saw, and nothing else in its first line.",
      data,
    };
  }
  if (n === 0) {
    return {
      verdict: "fail",
      summary: `none of ${p.connections} connections to ${p.url} was answered`,
      hint: "Check that the endpoint is up, and that the gateways forward.",
      data,
    };
  }
  const expected = p.expect.map(({ address, weight }) => ({ name: address, weight }));
  const seen = balance(counts, expected, "connections");
  const tooMany = failed > p.failures * p.connections;
  const problems = [
    ...(p.balanced ? seen.missing.map((name) => `no connection left by ${name}`) : []),
    ...seen.unexpected.map((name) => `${counts.get(name)} left by ${name}, which is not expected`),
    ...(tooMany ? [`${failed} of ${p.connections} connections failed`] : []),
    // Where a side is missing, the others' shares are off for that reason alone.
    ...(p.balanced && seen.missing.length === 0 ? seen.off : []),
  ];
  const shown = { shares: seen.shares, data };
  if (problems.length > 0)
    return { verdict: "fail", summary: problems.join("; "), hint: hintFor(seen, tooMany, policy), ...shown };
  const how = p.balanced ? "shared as their weights say" : "all expected";
  return { verdict: "pass", summary: `${seen.shares.length} egress addresses, ${how}`, ...shown };
}

function hintFor({ missing, unexpected }: Balance, failing: boolean, policy: string): string {
  if (failing)
    return "A gateway does not forward, or does not translate addresses: `gatewayForwards` tells which.";
  if (unexpected.length > 0)
    return "A gateway translates to another address, or the host has another way out: `ip route get` tells.";
  if (missing.length > 0 && !isPerFlow(policy))
    return `net.ipv4.fib_multipath_hash_policy is ${policy}: all connections to one address take one gateway. 1 spreads them.`;
  return "Compare the next hops and weights of `ip route show default` on the host with what is expected.";
}

interface Seen {
  readonly policy: string;
  /** Connections per address. */
  readonly counts: ReadonlyMap<string, number>;
  readonly failed: number;
  /** An answer that is no address, if there was one. */
  readonly odd: string | undefined;
}

function read(stdout: string): Seen {
  const [, policy = "0"] = /^policy (\d+)/.exec(stdout) ?? [];
  const counts = new Map<string, number>();
  let failed = 0;
  let odd: string | undefined;
  let answer: string | undefined;
  for (const line of stdout.split("\n").slice(1)) {
    const [end, status] = /^@ (\d+)$/.exec(line) ?? [];
    if (end === undefined) {
      answer ??= line.trim() === "" ? undefined : line.trim();
      continue;
    }
    if (status === "200" && answer !== undefined && ADDRESS.test(answer)) {
      const address = canonicalAddress(answer);
      counts.set(address, (counts.get(address) ?? 0) + 1);
    } else {
      failed++;
      if (status !== "000") odd = `${status} ${answer ?? ""}`.trim().slice(0, SHOWN);
    }
    answer = undefined;
  }
  return { policy, counts, failed, odd };
}
