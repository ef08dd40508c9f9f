import type { Standing } from "../model/drift.js";
import type { Outcome } from "../model/event.js";

/** One thing that was changed on hosts, was to be, or had drifted. Values are short JSON; what holds a secret has none. */
export interface Thing {
  readonly title: string;
  readonly kind: string;
  /** What is, or was, to be done to it: it is not there, differs, or shall not be there. `none`: it is as desired, without effect. */
  readonly how: "add" | "change" | "remove" | "none";
  /** Where it differed, by the path in its state. */
  readonly fields: readonly { readonly field: string; readonly wanted: string; readonly found: string }[];
  /** The likely culprit of drift. */
  readonly looksLike?: string;
}

/** How a host came out of a run; of a look, how it stood. `open`: the controller had not ended with it, by what the journal says. */
export type HostEnd = Outcome | Standing | "open";

/** Hosts of a run for which the same is to be told. */
export interface HostGroup {
  /** Of the part of the run that did it: one that went on with it is a `resume`. */
  readonly command: string;
  readonly end: HostEnd;
  readonly things: readonly Thing[];
  /** With which they ended badly. */
  readonly error?: { readonly code: string; readonly message: string };
  /** Of drift: the earliest time at which any of it was first seen, ISO 8601 in UTC. */
  readonly since?: string;
  /** Hosts, each with the seconds from the run's beginning until it was done. */
  readonly hosts: readonly (readonly [name: string, seconds: number])[];
}

/** What one run did, in short: plain data. Hosts that were in sync or not started are only counted. */
export interface RunRecord {
  readonly run: string;
  /** When it began, ISO 8601 in UTC. */
  readonly at: string;
  readonly command: string;
  /** The run that it takes back, or the look whose drift it corrects. */
  readonly of?: string;
  readonly schedule?: string;
  /** Who ran it last. */
  readonly who: {
    readonly user: string;
    readonly host: string;
    readonly pid: number;
    readonly began?: string | undefined;
  };
  /** Absolute. */
  readonly playbook: string;
  /** Absolute. */
  readonly inventory: string;
  /** How it ended; absent where it was killed, or still runs. */
  readonly ended?: { readonly at: string; readonly exit: number };
  /** Hosts in sync, and hosts that were not started. */
  readonly quiet: { readonly inSync: number; readonly skipped: number };
  readonly groups: readonly HostGroup[];
}

/** Whether nothing was done on such hosts, and nothing was to be done. */
export function isQuiet(end: HostEnd): boolean {
  return end === "ok" || end === "in-sync" || end === "skipped";
}
