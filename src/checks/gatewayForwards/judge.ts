import type { CheckResult } from "../../model/check.js";
import { canonicalAddress } from "../shared/params.js";
import type { NextHop } from "../shared/predict.js";
import { isPerFlow, nextHops } from "../shared/predict.js";
import { CANDIDATES } from "./script.js";

/** What was found out about one gateway. */
interface Tried {
  readonly gateway: string;
  readonly tries: number;
  readonly answered: number;
  /** Whether local ports were all that was lacking. */
  readonly busy: boolean;
}

interface Found {
  readonly policies: readonly string[];
  readonly routes: readonly (readonly NextHop[])[];
  readonly tried: readonly Tried[];
  readonly endpoints: readonly string[];
}

/** A flow by this gateway would have been found by less than this chance: it is not used. */
const CERTAIN = 1e-6;

/**
 * Judges what the script of `gatewayForwards` printed.
 * @param guessed Whether the endpoint was not named: that it does not answer at all then proves nothing.
 */
export function judgeForwarding(stdout: string, gateways: readonly string[], guessed: boolean): CheckResult {
  const found = read(stdout, gateways);
  if (found.endpoints.length === 0) {
    return {
      verdict: "unknown",
      summary:
        "there is no endpoint to connect to: the host does not tell where the SSH connection comes from",
      hint: "Name one beyond the gateways by `to`.",
    };
  }
  const bad = found.tried.filter(({ tries, answered }) => tries > 0 && answered === 0);
  const untried = found.tried.filter(({ tries }) => tries === 0);
  const detail = found.tried.map(({ gateway, tries, answered }) =>
    tries === 0
      ? `${gateway}: no connection was tried`
      : `${gateway}: ${answered} of ${tries} connections answered`,
  );
  const data = Object.fromEntries(
    found.tried.map(({ gateway, tries, answered }) => [gateway, { tries, answered }]),
  );
  const more = { detail: detail.join("\n"), data };
  const to = found.endpoints.join(", ");
  if (bad.length > 0 && guessed && bad.length + untried.length === gateways.length) {
    const summary = `nothing answers at ${to}, the SSH port of where the connection comes from`;
    return { verdict: "unknown", summary, hint: "Name an endpoint beyond the gateways by `to`.", ...more };
  }
  if (bad.length > 0) {
    const names = bad.map(({ gateway }) => gateway).join(" and ");
    return {
      verdict: "fail",
      summary: `${names} ${bad.length === 1 ? "does" : "do"} not forward to ${to}`,
      hint: "On the gateway look at net.ipv4.ip_forward, its firewall, its address translation and its uplink.",
      ...more,
    };
  }
  const reasons = untried.map((one) => whyUntried(one, found, guessed));
  const [first] = [...reasons.filter(({ verdict }) => verdict === "fail"), ...reasons];
  if (first !== undefined) return { ...first, ...more };
  const partly = found.tried.filter(({ tries, answered }) => answered < tries);
  if (partly.length > 0) {
    const names = partly
      .map(({ gateway, tries, answered }) => `${gateway} (${answered} of ${tries})`)
      .join(", ");
    return {
      verdict: "fail",
      summary: `not every connection through ${names} was answered`,
      hint: "The gateway loses packets, or its table of connections is full.",
      ...more,
    };
  }
  return { verdict: "pass", summary: `${gateways.join(" and ")} forward to ${to}`, ...more };
}

function read(stdout: string, gateways: readonly string[]): Found {
  const lines = stdout.split("\n").map((line) => line.trim().split(" "));
  const rows = (word: string): readonly (readonly string[])[] =>
    lines.flatMap(([first, ...rest]) => (first === word ? [rest] : []));
  const all = rows("try");
  const tries = all.filter(([, , , result]) => result !== "busy");
  // A refusal is an answer too, from whatever is there, unless connections are accepted by another way.
  const open = tries.some(([, , , result]) => result === "open");
  const answers = open ? ["open"] : ["refused"];
  return {
    policies: rows("policy").map(([, policy = "0"]) => policy),
    endpoints: [...new Set(rows("policy").map(([to = ""]) => to))],
    routes: rows("route").map((route) => nextHops(route.slice(1).join(" "))),
    tried: gateways.map((gateway) => {
      const mine = tries.filter(([by = ""]) => canonicalAddress(by) === gateway);
      const answered = mine.filter(([, , , result = ""]) => answers.includes(result));
      const busy = mine.length === 0 && all.some(([by = ""]) => canonicalAddress(by) === gateway);
      return { gateway, tries: mine.length, answered: answered.length, busy };
    }),
  };
}

/** Why no connection by a gateway was tried, and whether that is a failure. */
function whyUntried(
  { gateway, busy }: Tried,
  { routes, policies, endpoints }: Found,
  guessed: boolean,
): CheckResult {
  const to = endpoints.join(", ");
  if (busy) {
    const summary = `no local port was free for a connection by ${gateway}`;
    return { verdict: "unknown", summary, hint: "Run the check again in a minute." };
  }
  const of = routes.find((route) => route.some((hop) => hop.gateway === gateway));
  if (of === undefined) {
    return {
      verdict: guessed || routes.every((route) => route.length === 0) ? "unknown" : "fail",
      summary: `the route to ${to} does not go by ${gateway}`,
      hint: "Look at `ip route get fibmatch` on the host, or name an endpoint beyond the gateways by `to`.",
    };
  }
  if (!policies.some(isPerFlow)) {
    return {
      verdict: "unknown",
      summary: `no flow to ${to} goes by ${gateway}: the hash policy ${policies[0] ?? "0"} sends all flows to one address the same way`,
      hint: "Name more endpoints by `to`, or set net.ipv4.fib_multipath_hash_policy = 1.",
    };
  }
  const weights = of.reduce((sum, { weight }) => sum + weight, 0);
  const own = of.filter((hop) => hop.gateway === gateway).reduce((sum, { weight }) => sum + weight, 0);
  const certain = (1 - own / weights) ** CANDIDATES < CERTAIN;
  return {
    verdict: certain ? "fail" : "unknown",
    summary: `none of ${CANDIDATES} flows to ${to} would go by ${gateway}`,
    hint: certain
      ? "The kernel does not use it now: look at `ip neigh` and at the link."
      : "Its weight is so small that no flow was found; run the check again.",
  };
}
