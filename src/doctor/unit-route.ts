import { canonicalAddress } from "../resources/route/address.js";
import type { NextHop } from "../resources/route/state.js";
import type { Unit } from "./read/units.js";

/** What the unit of the route would do when it starts. */
export interface UnitRoute {
  /** `replace`, `add`, ... as it stands behind `ip route`. */
  readonly verb: string;
  readonly via: readonly NextHop[];
}

/**
 * The default route that a unit sets by `ip route`, from its ExecStart as `systemctl show` prints it; null where it sets none that can be read,
 * in a script of its own for example.
 */
export function unitRoute(unit: Unit | undefined): UnitRoute | null {
  const commands = (unit?.get("ExecStart") ?? "").split("\n");
  for (const line of commands) {
    const words = (/argv\[\]=(.*?) ; ignore_errors=/.exec(line)?.[1] ?? "").split(/\s+/);
    const at = words.indexOf("route");
    const verb = words[at + 1];
    if (at < 0 || verb === undefined || !words.slice(at).includes("default")) continue;
    return { verb, via: hopsIn(words) };
  }
  return null;
}

function hopsIn(words: readonly string[]): readonly NextHop[] {
  const hops: { gateway: string; dev?: string; weight: number; onlink?: true }[] = [];
  words.forEach((word, i) => {
    const next = words[i + 1] ?? "";
    const last = hops.at(-1);
    if (word === "via") hops.push({ gateway: canonicalAddress(next), weight: 1 });
    else if (last === undefined) return;
    else if (word === "dev") last.dev = next;
    else if (word === "weight") last.weight = Number(next);
    else if (word === "onlink") last.onlink = true;
  });
  return hops;
}
