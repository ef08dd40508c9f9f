import { isOld, told } from "./facts.js";
import type { ActiveParams } from "./params.js";

/**
 * What is worth knowing and no step will change: gateways that the service keeps out now, which is as it should be, and by which means it
 * works.
 */
export function activeNotes(facts: string, p: ActiveParams): readonly string[] {
  const out = told(facts, "out").map((line) => line.split(" "));
  const lost = out.map(([address = "", since = ""]) => `degraded: gateway ${address} is out since ${since}`);
  if (out.length === p.gateways.length)
    lost.push("no gateway is known to work: new connections are tried through all of them");
  if (p.mode === "pinned") return lost;
  const [how] = told(facts, "how");
  if (how === "ping" || (how === undefined && isOld(facts))) {
    return [
      ...lost,
      "kernel or iproute2 is older than 5.16: each gateway is pinged once a second, instead of being looked after by the kernel",
    ];
  }
  return lost;
}
