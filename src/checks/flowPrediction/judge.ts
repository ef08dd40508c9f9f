import type { CheckResult } from "../../model/check.js";
import type { FlowParams } from "../flowPrediction.js";
import { balance } from "../shared/balance.js";
import { canonicalAddress } from "../shared/params.js";
import { isPerFlow } from "../shared/predict.js";

/** Where the flows to one destination would go. */
interface Destination {
  readonly address: string;
  readonly policy: string;
  readonly hops: Map<string, number>;
}

/** Judges what the script of `flowPrediction` printed. */
export function judgeFlows(stdout: string, p: FlowParams): CheckResult {
  const destinations = read(stdout);
  const astray = destinations.filter(({ hops }) => hops.size === 0 || hops.has("on the link"));
  const [first] = astray;
  if (first !== undefined) {
    const why =
      first.hops.size === 0 ? "the host has no route to it" : "it is on the link, not beyond a gateway";
    return {
      verdict: "fail",
      summary: `flows to ${first.address} take no gateway: ${why}`,
      hint: "Look at `ip route get` on the host, or name an address beyond the gateways.",
    };
  }
  const perFlow = destinations.every(({ policy }) => isPerFlow(policy));
  const policy = destinations[0]?.policy ?? "0";
  const counts = perFlow ? flows(destinations) : oneEach(destinations);
  const noun = perFlow ? "flows" : "destinations";
  const expected = p.via.map(({ gateway, weight }) => ({ name: gateway, weight }));
  const seen = balance(counts, expected, noun);
  const shown = { shares: seen.shares, data: { hashPolicy: policy, counted: noun } };
  const alone = !perFlow && destinations.length === 1 && p.via.length > 1 ? [...counts.keys()] : [];
  if (alone.length > 0) {
    return {
      verdict: "fail",
      summary: `all flows to ${p.to.join(", ")} go by ${alone.join(", ")}: the hash policy is ${policy}`,
      hint: "Policies 0 and 2 look at addresses only; net.ipv4.fib_multipath_hash_policy = 1 spreads flows by their ports too.",
      ...shown,
    };
  }
  const problems = [
    ...seen.missing.map((name) => `no flow goes by ${name}`),
    ...seen.unexpected.map((name) => `${counts.get(name)} ${noun} go by ${name}, which is not expected`),
    ...(seen.missing.length === 0 ? seen.off : []),
  ];
  if (problems.length > 0) {
    const hint =
      seen.missing.length > 0
        ? "The route lacks that next hop, or the kernel avoids it: look at `ip route show default` and `ip neigh`."
        : "Compare the next hops and weights of `ip route show default` with what is expected.";
    return { verdict: "fail", summary: problems.join("; "), hint, ...shown };
  }
  const each = perFlow ? "" : `, each destination by one of them (hash policy ${policy})`;
  return {
    verdict: "pass",
    summary: `spread over ${seen.shares.length} gateways as their weights say${each}`,
    ...shown,
  };
}

function flows(destinations: readonly Destination[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { hops } of destinations)
    for (const [hop, count] of hops) counts.set(hop, (counts.get(hop) ?? 0) + count);
  return counts;
}

/** All flows to a destination are one choice. */
function oneEach(destinations: readonly Destination[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { hops } of destinations)
    for (const hop of hops.keys()) counts.set(hop, (counts.get(hop) ?? 0) + 1);
  return counts;
}

function read(stdout: string): readonly Destination[] {
  const destinations: Destination[] = [];
  for (const line of stdout.split("\n")) {
    const [first = "", second = "", third = "0"] = line.trim().split(/\s+/);
    const current = destinations.at(-1);
    if (first === "to") destinations.push({ address: second, policy: third, hops: new Map() });
    else if (current !== undefined && second !== "") {
      // Where no `via` stands, the line begins with the destination itself.
      const hop = canonicalAddress(second);
      const name = hop === canonicalAddress(current.address) ? "on the link" : hop;
      current.hops.set(name, (current.hops.get(name) ?? 0) + Number(first));
    }
  }
  return destinations;
}
