import type { Check } from "../model/check.js";
import type { EventBody } from "../model/event.js";
import type { Gather } from "../model/gather.js";
import type { Task } from "../model/resource.js";
import type { Become, Target } from "../model/target.js";
import type { Connection, Transport } from "../transport/transport.js";
import type { HostShell } from "./host-shell.js";

/** One host with what it shall be. */
export interface HostJob {
  readonly target: Target;
  readonly tasks: readonly Task[];
  /** What must hold once the tasks are done. */
  readonly checks?: readonly Check[];
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

/** What all hosts of a run share. */
export interface RunContext {
  readonly transport: Transport;
  /** `plan` reads and compares; `apply` also changes. */
  readonly mode: "plan" | "apply";
  readonly timeouts: Timeouts;
  /** Fingerprints of the plans that were approved, by host; where given, no other plan is carried out. */
  readonly approved?: ReadonlyMap<string, string>;
  /** Sees every event, secrets masked. */
  emit(event: EventBody): void;
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
  readonly job: HostJob;
  readonly connection: Connection;
  /** Shells that were opened, by whether they run by `become`. */
  readonly shells: Map<boolean, HostShell>;
}
