import type { CheckResult } from "./check.js";
import type { ErrorData } from "./error.js";
import type { HostPlan } from "./plan.js";

/** Version of the event stream; raised when a field changes its meaning or goes away, not when one is added. */
export const EVENT_VERSION = 1;

/** What a host is busy with. */
export type Phase = "connect" | "probe" | "apply" | "confirm" | "verify" | "check";

/**
 * How a host ended. `ok`: was as desired. `changed`: was changed and read again as desired. `would-change`: differs, and
 * the command does not apply. `rolled-back`: a change that could cut it off was not confirmed, and the host was read again
 * as it was before. `failed`: may be partly changed; the error says at which step. `unreachable`: was not changed.
 * `skipped`: was not started (interrupted, or the failure budget was spent).
 */
export type Outcome =
  | "ok"
  | "changed"
  | "would-change"
  | "rolled-back"
  | "failed"
  | "unreachable"
  | "skipped";

/** Hosts per outcome. */
export type Tally = Readonly<Record<Outcome, number>>;

/** A tally of no hosts, to count in. */
export function emptyTally(): Record<Outcome, number> {
  return {
    ok: 0,
    changed: 0,
    "would-change": 0,
    "rolled-back": 0,
    failed: 0,
    unreachable: 0,
    skipped: 0,
  };
}

/** A run begins: which playbook and inventory, on how many hosts. */
export interface RunStarted {
  readonly type: "run-started";
  readonly v: typeof EVENT_VERSION;
  readonly run: string;
  readonly command: string;
  readonly playbook: string;
  readonly inventory: string;
  readonly hosts: number;
}
/** A host enters a phase. */
export interface HostPhase {
  readonly type: "host-phase";
  readonly host: string;
  readonly phase: Phase;
}
/** A host was read and compared. Comes again after each barrier, with what is known by then. */
export interface HostPlanned {
  readonly type: "host-planned";
  readonly host: string;
  /** With secrets masked. */
  readonly plan: HostPlan;
}
/** A step begins on a host. */
export interface StepStarted {
  readonly type: "step-started";
  readonly host: string;
  readonly task: string;
  readonly step: string;
}
/** A step ended on a host; `exit` is its shell exit status. */
export interface StepFinished {
  readonly type: "step-finished";
  readonly host: string;
  readonly task: string;
  readonly step: string;
  readonly exit: number;
  /** Milliseconds since the script's previous frame, as seen by the controller. */
  readonly ms: number;
}
/** A check was made on a host, or could not be: what it found. `check` is its id. */
export interface CheckFinished extends CheckResult {
  readonly type: "check-finished";
  readonly host: string;
  readonly check: string;
  readonly kind: string;
  readonly title: string;
}
/** A host is done, well or not. */
export interface HostFinished {
  readonly type: "host-finished";
  readonly host: string;
  readonly outcome: Outcome;
  /** Milliseconds since the host was started; 0 for skipped hosts. */
  readonly ms: number;
  readonly error?: ErrorData;
}
/** Something worth knowing that is no error. */
export interface Warning {
  readonly type: "warning";
  readonly message: string;
  readonly host?: string;
}
/** A run ended. */
export interface RunFinished {
  readonly type: "run-finished";
  readonly run: string;
  readonly tally: Tally;
  readonly exitCode: number;
  readonly ms: number;
}
/** A command failed as a whole, before or outside of any host: bad input, a missing file. */
export interface CommandFailed {
  readonly type: "error";
  readonly error: ErrorData;
}

/** Everything that happens in a run, without its time. */
export type EventBody =
  | RunStarted
  | HostPhase
  | HostPlanned
  | StepStarted
  | StepFinished
  | CheckFinished
  | HostFinished
  | Warning
  | RunFinished
  | CommandFailed;

/** Everything that happens in a run: the one source for every report. `at` is ISO 8601 in UTC. */
export type Event = EventBody & { readonly at: string };
