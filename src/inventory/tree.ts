import type { FilePlace } from "../model/place.js";
import type { Located, LocatedMap } from "./located.js";

/** Variables from one source, low to high: a group's or a host's, inline or from a file. */
export interface VariableSource {
  /** Who says so: `group clients`, `host web1`, `--extra-var`. */
  readonly from: string;
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
}

/** The group that every host is in. */
export const ALL = "all";

/** A host as written, before variables are merged. */
export interface HostEntry {
  readonly name: string;
  readonly place: FilePlace;
  readonly sources: readonly VariableSource[];
}

/** The variable as it won, with those that lost to it, highest first. */
export interface Candidate {
  readonly from: string;
  readonly value: Located;
}
