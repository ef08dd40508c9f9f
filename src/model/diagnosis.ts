import type { DoctorFacts } from "./doctor-facts.js";

/** Version of the facts in a diagnosis; raised when a field changes its meaning or goes away, not when one is added. */
export const DIAGNOSIS_VERSION = 1;

/**
 * How bad a finding is, worst first. `problem`: traffic does not go as it should now. `risk`: it does, but will not after a reboot, a link's
 * flap or the like. `note`: worth knowing, nothing to mend.
 */
export const SEVERITIES = ["problem", "risk", "note"] as const;

/** How bad a finding is. */
export type Severity = (typeof SEVERITIES)[number];

/** A command that mends something. */
export interface Remedy {
  /** Where it is to be run: beside the inventory, or on the host as root. */
  readonly on: "controller" | "host";
  /** Shell text, quoted. */
  readonly command: string;
}

/** One thing that is not as it should be, or worth knowing. */
export interface DoctorFinding {
  /** What it is, stable for scripts: `default-shadowed`; docs/doctor.md lists them. */
  readonly id: string;
  readonly severity: Severity;
  /** The evidence: what was read on the host. */
  readonly seen: string;
  /** What it most likely comes from, and what it leads to, in plain words. */
  readonly cause: string;
  readonly remedy?: Remedy;
}

/** Something that could not be read: it is unknown, never absent. */
export interface Unread {
  /** What it is, for people: `the routing rules`. */
  readonly what: string;
  readonly why: string;
  readonly hint: string;
}

/** A host, looked at. */
export interface Diagnosis {
  readonly v: typeof DIAGNOSIS_VERSION;
  /** What the host was looked at for, readings by name. */
  readonly looked: readonly string[];
  readonly facts: DoctorFacts;
  /** Worst first. */
  readonly findings: readonly DoctorFinding[];
  readonly unknown: readonly Unread[];
}
