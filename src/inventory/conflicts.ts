import type { Json } from "../model/json.js";
import { sameJson } from "../model/json.js";
import { formatPlace } from "../model/place.js";
import type { Complaints } from "./complaints.js";
import type { LocatedMap } from "./located.js";
import { isMap, toPlain } from "./located.js";
import type { Secret } from "./secret.js";
import { RESERVED } from "./target.js";
import type { HostEntry } from "./tree.js";

/**
 * Finds variables that hosts.yml gives a host in two groups with different values: neither could be said to win. A pair
 * of definitions is compared once, however many hosts of a range share it.
 */
export function findConflicts(hosts: Iterable<HostEntry>, complaints: Complaints): void {
  const compared = new Map<LocatedMap, Set<LocatedMap>>();
  for (const { name, sources } of hosts) {
    sources.forEach(({ vars: later }, i) => {
      for (const { vars: earlier } of sources.slice(0, i)) {
        const seen = compared.get(earlier) ?? new Set();
        if (seen.has(later)) continue;
        compared.set(earlier, seen.add(later));
        compare(name, "", earlier, later, complaints);
      }
    });
  }
}

const identity = (secret: Secret): Json => secret.identity;

function compare(
  host: string,
  under: string,
  earlier: LocatedMap,
  later: LocatedMap,
  complaints: Complaints,
): void {
  for (const [name, node] of later) {
    const other = earlier.get(name);
    if (other === undefined) continue;
    if (under === "" && RESERVED.includes(name) && isMap(node.value) && isMap(other.value)) {
      compare(host, `${name}.`, other.value, node.value, complaints);
    } else if (!sameJson(toPlain(node, identity), toPlain(other, identity))) {
      const message = `host ${host} gets ${under}${name} from two groups, the other at ${formatPlace(other.place)}`;
      const hint = `Say it once, or in host_vars/${host}.yml.`;
      complaints.add("inventory-duplicate-host", message, node.place, hint);
    }
  }
}
