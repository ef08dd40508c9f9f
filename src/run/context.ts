import type { Check } from "../model/check.js";
import type { ErrorData } from "../model/error.js";
import type { EventBody } from "../model/event.js";
import type { Gather } from "../model/gather.js";
import type { HostPlan } from "../model/plan.js";
import type { Task } from "../model/resource.js";
import type { Sh } from "../model/sh.js";
import type { Become, Target } from "../model/target.js";
import type { Connection, Transport } from "../transport/transport.js";
import type { Lease } from "./guard/lease.js";
import type { Timer } from "./guard/timer.js";
import type { AnswerBefore, AnswerWays } from "./guard/ways.js";
import type { HostShell } from "./host-shell.js";

/** One host with what it shall be. */
export interface HostJob {
  readonly target: Target;
  readonly tasks: readonly Task[];
  /** What must hold once the tasks are done. */
  readonly checks?: readonly Check[];
  /** What runs behind the tasks where one that notifies it changed something, in its order. */
  readonly handlers?: readonly Task[];
  /** Names of handlers that an earlier part of the run left owed. */
  readonly owed?: readonly string[];
  /** Where tasks and checks are known only once facts have been gathered on the host. */
  readonly gather?: Gather;
}

/** How long Surefoot waits, in milliseconds. */
export interface Timeouts {
  /** For a shell to start, and for each probe. */
  readonly probeMs: number;
  /** For a step that names no time of its own. */
  readonly stepMs: number;
}

/** How a change that could cut a host off is confirmed. */
export interface ConfirmOptions {
  /** Seconds from arming the host's timer to its firing: all that runs before the confirmation, and the confirmation, must fit in. */
  readonly seconds: number;
  /** New TCP connections that must all be answered, besides the new login: one that succeeds proves little where two gateways share the flows. */
  readonly connections: number;
  /** Folder for lease and guard on the hosts, for tests; the default is below /run. */
  readonly dir?: string;
}

/** What all hosts of a run share. */
export interface RunContext {
  readonly transport: Transport;
  /** `plan` reads and compares; `apply` also changes. */
  readonly mode: "plan" | "apply";
  readonly timeouts: Timeouts;
  /** Judges each host's first whole plan before it is carried out; the error says why it must not be. */
  refuse?(plan: HostPlan): ErrorData | undefined;
  /** Who this run is, as it stands in the hosts' leases. */
  readonly identity: { readonly run: string; readonly who: string };
  readonly confirm: ConfirmOptions;
  /** Hosts on which the timer is let fire first, to prove the way back before the way forward. */
  rehearses?(host: string): boolean;
  /** Sees every event, secrets masked. */
  emit(event: EventBody): void;
  /**
   * Resolves when all events so far are on disk. Waited for before a host is changed.
   * @throws SurefootError `journal-failed`.
   */
  recorded?(): Promise<void>;
  /** Sees the fingerprint of each host's first whole plan. */
  planned?(host: string, fingerprint: string): void;
  /** Gives the password of a host's sudo. */
  password(become: Become, host: string): Promise<string>;
  /** Aborted: start no new host. */
  readonly stop: AbortSignal;
  /** Aborted: end what runs on the hosts now. */
  readonly kill: AbortSignal;
}

/** One host being worked on. */
export interface HostSession {
  readonly context: RunContext;
  /** With its tasks once the facts that they depend on are known. */
  job: HostJob;
  /** Another one once a change is to be confirmed. */
  connection: Connection;
  /** Connections that are given up, as they end. */
  readonly closing: Promise<void>[];
  /** Shells that were opened, by whether they run by `become`. */
  readonly shells: Map<boolean, HostShell>;
  readonly lease: Lease;
  /** Whether the shell that holds the lease, and arms the timer, runs by `become`. */
  readonly leaseBecomes: boolean;
  /** What probes of the user who holds the lease printed last that ended well, by script: what is foreseen is made of it. */
  readonly printed: Map<string, string>;
  /** Scripts that the next one of the lease's shell has to begin with; where one fails nothing else is done. */
  ahead: readonly Sh[];
  /** By which ways the host answers once the change runs, as far as it can say; told before it is confirmed. */
  ways?: AnswerWays | undefined;
  /** By which way the host answered before the change, as far as that proves the way (see `askWay`). */
  answered?: AnswerBefore | undefined;
  /** A timer that is to be armed with the next script. */
  arming?: Timer | undefined;
  /** The timer that is armed on the host, as far as is known. */
  armed?: ArmedTimer | undefined;
  /** A step was begun since the last reading of all: whatever ends the turn now, there may be something to take back. */
  began: boolean;
  /** The host may disarm its timer by itself, and nobody hears it. */
  mayDisarm: boolean;
  /** The way back was proved by letting the timer fire. */
  rehearsed: boolean;
}

/** A timer that ticks on a host. */
export interface ArmedTimer {
  readonly timer: Timer;
  /** When it fires at the latest, by the controller's `performance.now()`. */
  readonly deadline: number;
}
