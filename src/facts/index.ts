import type { Fact } from "./fact.js";
import { network } from "./network.js";
import { os } from "./os.js";
import { iproute2, kernel, systemd } from "./versions.js";

/** All facts that a playbook can ask for, by name. */
const FACTS = { os, kernel, iproute2, systemd, network } as const;

/** Name of a fact. */
export type FactName = keyof typeof FACTS;

type ValueOf<F> = F extends Fact<infer T> ? T : never;

/** What each fact says. */
export type Facts = { readonly [N in FactName]: ValueOf<(typeof FACTS)[N]> };

/** The names of all facts. */
export const FACT_NAMES: readonly string[] = Object.keys(FACTS);

/** Whether there is a fact of that name. */
export function isFactName(name: string): name is FactName {
  return FACT_NAMES.includes(name);
}

/** The scripts of a fact. */
export function factScripts(name: FactName): Fact<unknown>["scripts"] {
  return FACTS[name].scripts;
}

/** Facts that are read when they are looked at. */
export function lazyFacts(read: <T>(name: FactName, fact: Fact<T>) => T): Facts {
  return {
    get os() {
      return read("os", os);
    },
    get kernel() {
      return read("kernel", kernel);
    },
    get iproute2() {
      return read("iproute2", iproute2);
    },
    get systemd() {
      return read("systemd", systemd);
    },
    get network() {
      return read("network", network);
    },
  };
}
