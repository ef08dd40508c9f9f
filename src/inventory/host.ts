import type { FilePlace } from "../model/place.js";
import type { Target } from "../model/target.js";
import type { Located, LocatedMap } from "./located.js";
import { isMap } from "./located.js";
import { RESERVED } from "./target.js";
import type { Candidate, Group, VariableSource } from "./tree.js";

/** A host of an inventory, with its variables merged. */
export interface Host {
  readonly name: string;
  readonly place: FilePlace;
  /** Groups that it is in, from `all` to the nearest: the later one wins. */
  readonly groups: readonly string[];
  /** Where its variables come from, weakest first. */
  readonly sources: readonly VariableSource[];
  readonly vars: LocatedMap;
  readonly target: Target;
}

/** One environment: its hosts and groups, in the order in which they were written. */
export interface Inventory {
  readonly dir: string;
  readonly hosts: ReadonlyMap<string, Host>;
  readonly groups: ReadonlyMap<string, Group>;
  /** SHA-256 over the files that it was read from. */
  readonly hash: string;
}

/** Merges variables, weakest first: a value replaces a weaker one whole, but for the reserved mappings. */
export function mergeSources(sources: readonly VariableSource[]): LocatedMap {
  const merged = new Map<string, Located>();
  for (const { vars } of sources) {
    for (const [key, value] of vars) {
      const weaker = merged.get(key);
      const both =
        RESERVED.includes(key) && weaker !== undefined && isMap(weaker.value) && isMap(value.value);
      merged.set(key, both ? mergeMaps(weaker, value) : value);
    }
  }
  return merged;
}

function mergeMaps(weaker: Located, stronger: Located): Located {
  if (!isMap(weaker.value) || !isMap(stronger.value)) return stronger;
  return { ...stronger, value: new Map([...weaker.value, ...stronger.value]) };
}

/** All that give a variable to a host, strongest first. */
export function candidates(host: Host, name: string): readonly Candidate[] {
  return host.sources
    .flatMap(({ from, vars }) => {
      const value = vars.get(name);
      return value === undefined ? [] : [{ from, value }];
    })
    .reverse();
}
