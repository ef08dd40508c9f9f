import type { ErrorData } from "../model/error.js";
import type { FilePlace } from "../model/place.js";
import type { Target } from "../model/target.js";
import type { Located, LocatedMap } from "./located.js";
import { isMap, nodeAt } from "./located.js";
import { RESERVED } from "./target.js";
import type { Candidate, Group, HostEntry, VariableSource } from "./tree.js";

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
  /** Variables whose mappings merge key by key over its sources. */
  readonly reserved: readonly string[];
  /** Variables that say how it is reached, which are no playbook's. */
  readonly wayNames: ReadonlySet<string>;
  /** What is wrong with how it is reached: errors once something is to be done there. */
  readonly problems: readonly ErrorData[];
}

/** One environment: its hosts and groups, in the order in which they were written. */
export interface Inventory {
  readonly dir: string;
  readonly hosts: ReadonlyMap<string, Host>;
  readonly groups: ReadonlyMap<string, Group>;
  /** SHA-256 over the files that it was read from. */
  readonly hash: string;
  /** Whose rules it follows: which value wins, and how a host is reached. */
  readonly dialect: "surefoot" | "ansible";
  /** What was let pass but should be known. */
  readonly warnings: readonly ErrorData[];
}

/** What all hosts of the same groups share. */
export interface Shared {
  readonly groups: readonly string[];
  readonly sources: readonly VariableSource[];
  readonly vars: LocatedMap;
}

const NONE: readonly ErrorData[] = [];
const WAY_NAMES: ReadonlySet<string> = new Set(RESERVED);

/** A host whose variables are merged when they are first asked for; what it shares with others is not copied. */
export class MergedHost implements Host {
  readonly name: string;
  readonly place: FilePlace;
  readonly target: Target;
  readonly reserved: readonly string[];
  readonly wayNames: ReadonlySet<string>;
  readonly problems: readonly ErrorData[];
  readonly #shared: Shared;
  readonly #own: readonly VariableSource[];
  #vars: LocatedMap | undefined;

  constructor(
    entry: HostEntry,
    target: Target,
    shared: Shared,
    own: readonly VariableSource[],
    {
      reserved = RESERVED,
      wayNames = WAY_NAMES,
      problems = NONE,
    }: Partial<Pick<Host, "reserved" | "wayNames" | "problems">> = {},
  ) {
    this.reserved = reserved;
    this.wayNames = wayNames;
    this.problems = problems;
    this.name = entry.name;
    this.place = entry.place;
    this.target = target;
    this.#shared = shared;
    this.#own = own;
  }

  get groups(): readonly string[] {
    return this.#shared.groups;
  }

  get sources(): readonly VariableSource[] {
    return [...this.#shared.sources, ...this.#own];
  }

  get vars(): LocatedMap {
    this.#vars ??= mergeSources(this.#shared.vars, this.#own, this.reserved);
    return this.#vars;
  }
}

/** Merges variables, weakest first: a value replaces a weaker one whole, but for the reserved mappings. */
export function mergeSources(
  weakest: LocatedMap,
  sources: readonly VariableSource[],
  reserved: readonly string[] = RESERVED,
): LocatedMap {
  if (sources.length === 0) return weakest;
  const merged = new Map<string, Located>(weakest);
  for (const { vars } of sources) {
    for (const [key, value] of vars) {
      const weaker = reserved.includes(key) ? merged.get(key) : undefined;
      merged.set(key, weaker === undefined ? value : mergeMaps(weaker, value));
    }
  }
  return merged;
}

function mergeMaps(weaker: Located, stronger: Located): Located {
  if (!isMap(weaker.value) || !isMap(stronger.value)) return stronger;
  return { ...stronger, value: new Map([...weaker.value, ...stronger.value]) };
}

/** All that give a variable, or a part of it, to a host, strongest first. */
export function candidates(host: Host, name: string, path: readonly string[] = []): readonly Candidate[] {
  return host.sources.toReversed().flatMap((source) => {
    const given = source.vars.get(name);
    const value = given === undefined ? undefined : nodeAt(given, path);
    return value === undefined ? [] : [{ from: source.from, source, value }];
  });
}
