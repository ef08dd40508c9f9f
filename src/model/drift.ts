/**
 * How a host stands against what it shall be. `flapping`: it has drifted again although it was corrected often of late. `unknown`: something
 * on it could not be read.
 */
export type Standing = "in-sync" | "drifted" | "flapping" | "unreachable" | "unknown";

/** A field in which a thing differs: what is wanted, what we last wrote there, what is there now. Absent values are not there. */
export interface DriftField {
  /** Path in the state, its parts joined by dots. */
  readonly field: string;
  readonly desired?: unknown;
  /** Only where a record of what we last wrote says it. */
  readonly applied?: unknown;
  readonly found?: unknown;
}

/** One thing on a host that is not as it shall be, or has no effect. */
export interface DriftFinding {
  readonly task: string;
  readonly kind: string;
  readonly title: string;
  /** Empty where it is as desired and has no effect, and where it holds a secret. */
  readonly fields: readonly DriftField[];
  /** When it was first seen so, ISO 8601 in UTC. */
  readonly since: string;
  /** The newest run that changed it; absent: none on record did. */
  readonly applied?: { readonly run: string; readonly at: string };
  /** When it was last seen in sync; absent: no record says so. */
  readonly inSync?: string;
  /** The likely culprit. */
  readonly looksLike: string;
  /** Whether a correction would change it; false where it is as desired and something else keeps it from having an effect. */
  readonly fixable: boolean;
  /** What to do by hand where a correction can't help. */
  readonly hint?: string;
}
