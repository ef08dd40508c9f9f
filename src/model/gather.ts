import type { Check, CheckOutput } from "./check.js";
import type { Task } from "./resource.js";
import type { Sh } from "./sh.js";

/** What must be learnt of a host before its tasks are known: one round trip more, for hosts of playbooks that ask for facts. */
export interface Gather {
  /** Read-only scripts, run as tasks are. */
  readonly scripts: readonly Sh[];
  /**
   * The host's tasks and checks, from the scripts' outputs in their order.
   * @throws SurefootError where a fact can't be read, or the playbook can't make tasks of it.
   */
  expand(outputs: readonly CheckOutput[]): Expanded;
  /** What must hold of the host before a next wave begins: nothing until its facts are known. */
  gate?(): readonly Check[];
}

/** What a playbook asks of one host. */
export interface Expanded {
  readonly tasks: readonly Task[];
  readonly checks: readonly Check[];
  /** In the order in which they run, each with its name. */
  readonly handlers: readonly Task[];
}
