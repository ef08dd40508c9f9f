import type { TaskPlan } from "../model/plan.js";
import type { Task } from "../model/resource.js";
import { notifies } from "../model/resource.js";
import type { HostSession } from "./context.js";

/** The handlers of a host through one run: which are owed, for what, and which ran. */
export class OwedHandlers {
  readonly #session: HostSession;
  /** Names that this part of the run owes; those of earlier parts stay owed whatever is taken back now. */
  readonly #owed = new Set<string>();
  readonly #earlier: Set<string>;
  #reached = false;

  constructor(session: HostSession) {
    this.#session = session;
    this.#earlier = new Set(session.job.owed);
  }

  get #handlers(): readonly Task[] {
    return this.#session.job.handlers ?? [];
  }

  /** How handlers that have not been reached stand in the host's plan: what they wait for. Those that nothing notifies are left out. */
  expected(plans: readonly TaskPlan[]): readonly TaskPlan[] {
    if (this.#reached) return [];
    const { become } = this.#session.job.target;
    return this.#handlers.flatMap((task): readonly TaskPlan[] => {
      const reason = this.#reason(task, plans);
      if (reason === undefined) return [];
      return [
        {
          id: task.id,
          kind: task.resource.kind,
          title: task.title,
          status: "pending",
          actual: null,
          desired: null,
          steps: [],
          undo: [],
          notes: [],
          reason,
          sensitive: task.resource.sensitive?.(task.params) ?? false,
          become: task.options.become ?? become !== null,
        },
      ];
    });
  }

  #reason({ handler = "" }: Task, plans: readonly TaskPlan[]): string | undefined {
    if (this.#earlier.has(handler)) return "owed by an earlier part of the run, which was cut short";
    const by = plans.filter((plan) => this.#notifiedBy(plan).includes(handler));
    const sure = by.find((plan) => plan.status === "change");
    if (sure !== undefined) return `runs once ${sure.title} has changed`;
    const perhaps = by.find((plan) => plan.status === "pending");
    return perhaps === undefined ? undefined : `runs if ${perhaps.title} changes`;
  }

  #notifiedBy(plan: TaskPlan): readonly string[] {
    const { job } = this.#session;
    return job.tasks.filter((task) => task.id === plan.id).flatMap(notifies);
  }

  /** Notes what is about to be changed, and says which handlers are owed for it. */
  note(changes: readonly TaskPlan[]): void {
    this.#owe(new Set(changes.flatMap((plan) => this.#notifiedBy(plan))));
  }

  /** Notes what is about to be taken back: handlers that ran have to run once more then. */
  undoing(touched: readonly TaskPlan[]): void {
    const ids = new Set(touched.map((plan) => plan.id));
    this.#owe(new Set(this.#handlers.flatMap(({ id, handler = "" }) => (ids.has(id) ? [handler] : []))));
  }

  #owe(names: ReadonlySet<string>): void {
    const added = this.#names().filter((name) => names.has(name) && !this.#owed.has(name));
    for (const name of added) this.#owed.add(name);
    this.#say("handler-owed", added);
  }

  /** The handlers that are due, once: behind all tasks of the host. */
  take(): readonly Task[] {
    if (this.#reached) return [];
    this.#reached = true;
    this.#forgetUnknown();
    return this.#handlers.filter(({ handler = "" }) => this.#owed.has(handler) || this.#earlier.has(handler));
  }

  /** What the playbook has no handler for any more can't be run, and is told once. */
  #forgetUnknown(): void {
    const { context, job } = this.#session;
    const { host } = job.target;
    const gone = [...this.#earlier].filter((name) => !this.#names().includes(name));
    for (const name of gone) {
      this.#earlier.delete(name);
      const message = `${host}: the handler "${name}" is owed, and the playbook has it no more: it is not run`;
      context.emit({ type: "warning", host, message });
    }
    this.#say("handler-done", gone);
  }

  /** Notes what is done by now; of it, handlers are owed no more. */
  done(plans: readonly TaskPlan[]): void {
    const ids = new Set(plans.map((plan) => plan.id));
    const names = this.#handlers.filter((task) => ids.has(task.id)).map(({ handler = "" }) => handler);
    for (const name of names) {
      this.#owed.delete(name);
      this.#earlier.delete(name);
    }
    this.#say("handler-done", names);
  }

  /** Begins anew: what was done was taken back, and is tried once more. */
  again(): void {
    this.#reached = false;
  }

  /** All that this part of the run did was taken back, and with it what its handlers were owed for. */
  undone(): void {
    const names = this.#names().filter((name) => this.#owed.has(name) && !this.#earlier.has(name));
    this.#owed.clear();
    this.#say("handler-done", names);
  }

  #names(): readonly string[] {
    return this.#handlers.map(({ handler = "" }) => handler);
  }

  #say(type: "handler-owed" | "handler-done", handlers: readonly string[]): void {
    if (handlers.length > 0) {
      this.#session.context.emit({ type, host: this.#session.job.target.host, handlers });
    }
  }
}
