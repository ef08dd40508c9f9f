import type { Json } from "./json.js";
import type { Sh } from "./sh.js";

/** What one script of a check printed and how it ended. */
export interface CheckOutput {
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** How a check came out. `unknown`: it could not be made (a tool is missing), which is neither a pass nor a failure. */
export type Verdict = "pass" | "fail" | "unknown";

/** What a check found. */
export interface CheckResult {
  readonly verdict: Verdict;
  /** One line for people: `2 gateways answer`, `203.0.113.99 got 3 % of 400 connections, expected 50 % ± 9 %`. */
  readonly summary: string;
  /** More lines, where they help. */
  readonly detail?: string;
  /** What to do where it did not pass. */
  readonly hint?: string;
  /** The figures behind the verdict, for machines. */
  readonly data?: Json;
}

/** What a playbook's author may say of any check. */
export interface CheckOptions {
  /** Title shown instead of the kind's own. */
  readonly name?: string;
  /** For `--tags`. */
  readonly tags?: readonly string[];
  /**
   * Whether a change that could cut a host off is taken back where this fails after it, and a wave after this one is not begun. Default
   * true.
   */
  readonly gate?: boolean;
  /** Run as the login user (false) or by the inventory's `become` (true); the default is what the inventory says. */
  readonly become?: boolean;
}

/** Something to be found out on a host, read-only: scripts to run there, and a pure function that judges what they printed. */
export interface Check {
  readonly kind: string;
  /** Unique among a host's checks. */
  readonly id: string;
  readonly title: string;
  /** Read-only scripts; each runs in a subshell of its own with stdin from /dev/null and LC_ALL=C. */
  readonly scripts: readonly Sh[];
  /** Judges the scripts' outputs, in their order. Pure. */
  judge(outputs: readonly CheckOutput[]): CheckResult;
  /** Longest time for one script, in seconds; the run's own timeout applies where this is absent. */
  readonly timeoutSeconds?: number;
  readonly options: CheckOptions;
}
