import type { FilePlace } from "../model/place.js";
import type { Located, LocatedMap } from "./located.js";

/** Variables from one source: a group's or a host's, inline or from a file, or the command line's. */
export interface VariableSource {
  /** Who says so: `group clients`, `host web1`, `--extra-var`. */
  readonly from: string;
  readonly level: "group" | "host" | "extra";
  /** The group, for a group's. */
  readonly group?: string;
  /** Whether it stands in hosts.yml. */
  readonly inline: boolean;
  readonly vars: LocatedMap;
}

/** A group of hosts. */
export interface Group {
  readonly name: string;
  /** Child groups, as written. */
  readonly children: readonly string[];
  /** Hosts listed in it directly. */
  readonly hosts: readonly string[];
  readonly sources: readonly VariableSource[];
  readonly place: FilePlace;
  /** Ansible's group priority: of groups equally deep the greater wins; 1 where it is not given. */
  readonly priority?: number;
}

/** The group that every host is in. */
export const ALL = "all";

/** A host as written, before variables are merged. */
export interface HostEntry {
  readonly name: string;
  /** Where it first stands. */
  readonly place: FilePlace;
  /** What each group that lists it says of it. */
  readonly sources: readonly VariableSource[];
}

/** One that gives a variable to a host. */
export interface Candidate {
  /** Who says so, as in its source. */
  readonly from: string;
  readonly source: VariableSource;
  readonly value: Located;
}
