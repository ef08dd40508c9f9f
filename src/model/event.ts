import type { CheckResult } from "./check.js";
import type { Diagnosis } from "./diagnosis.js";
import type { DriftFinding, Standing } from "./drift.js";
import type { ErrorData } from "./error.js";
import type { HostPlan } from "./plan.js";

/** Version of the event stream; raised when a field changes its meaning or goes away, not when one is added. */
export const EVENT_VERSION = 1;

/** What a host is busy with. */
export type Phase = "connect" | "probe" | "apply" | "confirm" | "verify" | "check" | "exec";

/** The two streams that a command writes to. */
export type OutputStream = "stdout" | "stderr";

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

/** All outcomes, the good ones first. */
export const OUTCOMES: readonly Outcome[] = [
  "ok",
  "changed",
  "would-change",
  "rolled-back",
  "failed",
  "unreachable",
  "skipped",
];

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

/** A run begins: which playbook (or command of `exec`) and inventory, on how many hosts. */
export interface RunStarted {
  readonly type: "run-started";
  readonly v: typeof EVENT_VERSION;
  readonly run: string;
  readonly command: string;
  /** Absent for `exec` and `doctor`, which have none. */
  readonly playbook?: string;
  /** The command that `exec` runs. */
  readonly shell?: string;
  readonly inventory: string;
  readonly hosts: number;
  /** File that the run is recorded in, where it is: what `surefoot runs` reads. */
  readonly journal?: string;
  /** The pattern given by `--limit`. */
  readonly limit?: string;
  /** Other flags without which the same command would mean something else, as words of a command line; secrets masked. */
  readonly flags?: readonly string[];
}
/** How a run would go over the hosts, told with a plan. */
export interface RolloutPlanned {
  readonly type: "rollout-planned";
  /** Names of each wave's hosts. */
  readonly waves: readonly (readonly string[])[];
  /** How many hosts may end badly before no further one is started. */
  readonly budget?: number;
}
/** A wave of a rollout begins. */
export interface WaveStarted {
  readonly type: "wave-started";
  /** From 1. */
  readonly wave: number;
  /** How many there are. */
  readonly waves: number;
  /** Names of its hosts, in the order in which they are started. */
  readonly hosts: readonly string[];
}
/** All hosts of a wave that were started have ended. */
export interface WaveFinished {
  readonly type: "wave-finished";
  readonly wave: number;
  readonly waves: number;
  readonly tally: Tally;
}
/** What a gate's check found where it did not pass. */
export interface GateFinding {
  /** The host that it is about. */
  readonly host: string;
  readonly title: string;
  /** One line for people. */
  readonly summary: string;
  readonly hint?: string;
}
/** The gate behind a wave was looked at for the last time. */
export interface GateFinished {
  readonly type: "gate-finished";
  readonly wave: number;
  readonly waves: number;
  readonly passed: boolean;
  /** How often it was looked at. */
  readonly attempts: number;
  /** Empty where it passed. */
  readonly findings: readonly GateFinding[];
  readonly ms: number;
}
/** A rollout starts no further host: its failure budget is spent, or a gate did not pass. */
export interface RolloutStopped {
  readonly type: "rollout-stopped";
  readonly why: "budget" | "gate";
  readonly wave: number;
  readonly waves: number;
  /** Hosts that ended badly, by name. */
  readonly bad: Readonly<Record<string, Outcome>>;
  /** How many such hosts the run may have before it stops. */
  readonly budget?: number;
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
/** Handlers will be owed from here on: what notifies them is about to be changed. On disk before the host is. */
export interface HandlerOwed {
  readonly type: "handler-owed";
  readonly host: string;
  /** Their names. */
  readonly handlers: readonly string[];
}
/** Handlers are owed no more: they ran, or what they were owed for was taken back. */
export interface HandlerDone {
  readonly type: "handler-done";
  readonly host: string;
  readonly handlers: readonly string[];
}
/** A host has a timer armed that takes its change back by itself, unless the change is confirmed before. */
export interface TimerArmed {
  readonly type: "timer-armed";
  readonly host: string;
  /** From now until it fires at the latest. */
  readonly seconds: number;
}
/** A host's timer is no longer armed: the change was confirmed, or is taken back. */
export interface TimerDisarmed {
  readonly type: "timer-disarmed";
  readonly host: string;
}
/** A host took a change back by itself, by the timer that was let fire on purpose, and was read again as it was before. */
export interface HostRehearsed {
  readonly type: "host-rehearsed";
  readonly host: string;
  /** Milliseconds from the proof that the change could be confirmed to the proof that it was taken back. */
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
/** A command of `exec` wrote a line; only where output is told as it comes. */
export interface CommandOutput {
  readonly type: "command-output";
  readonly host: string;
  readonly stream: OutputStream;
  /** Without its newline; what is no UTF-8 is replaced by U+FFFD. */
  readonly text: string;
  /** Bytes of the line that were left out behind the text. */
  readonly cut?: number;
}
/** A command of `exec` ended on a host. */
export interface CommandFinished {
  readonly type: "command-finished";
  readonly host: string;
  /** Its shell exit status. */
  readonly exit: number;
  readonly ms: number;
  /** What it wrote, unless that was told as it came; what is no UTF-8 is replaced by U+FFFD. */
  readonly stdout?: string;
  readonly stderr?: string;
  /** Bytes that were left out before what is given, by stream. */
  readonly cut?: Readonly<Partial<Record<OutputStream, number>>>;
}
/** How a host stands against what it shall be, as `drift` found it. */
export interface HostDrift {
  readonly type: "host-drift";
  readonly host: string;
  readonly standing: Standing;
  /** What is not as it shall be; empty where all is. */
  readonly findings: readonly DriftFinding[];
  /** What is kept otherwise on purpose, and no drift: a gateway that failover keeps out. */
  readonly degraded: readonly string[];
  /** How often it was corrected of late, where that was ever. */
  readonly corrected?: number;
}
/** A host was looked at by `doctor`. */
export interface HostDiagnosed {
  readonly type: "host-diagnosed";
  readonly host: string;
  readonly diagnosis: Diagnosis;
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
  | RolloutPlanned
  | WaveStarted
  | WaveFinished
  | GateFinished
  | RolloutStopped
  | HostPhase
  | HostPlanned
  | StepStarted
  | StepFinished
  | HandlerOwed
  | HandlerDone
  | TimerArmed
  | TimerDisarmed
  | HostRehearsed
  | CheckFinished
  | CommandOutput
  | CommandFinished
  | HostDrift
  | HostDiagnosed
  | HostFinished
  | Warning
  | RunFinished
  | CommandFailed;

/** Everything that happens in a run: the one source for every report. `at` is ISO 8601 in UTC. */
export type Event = EventBody & { readonly at: string };
