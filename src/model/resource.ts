import { z } from "zod";
import type { ErrorCode } from "./error.js";
import type { Sh } from "./sh.js";

/**
 * What a step touches. *running*: what the kernel or a service does now; *startup*: what survives a reboot (files,
 * enabled units).
 */
export type Layer = "running" | "startup";

/** One thing to do on a host: plain data, printed, saved and executed as the same object. */
export interface Step {
  /** What it does, in words that name the thing: `set net.ipv4.ip_forward = 1 (was 0)`. */
  readonly title: string;
  /** The POSIX sh that does it. Runs in a subshell with `set -e`, stdin from /dev/null and LC_ALL=C; exit 0 is success. */
  readonly run: Sh;
  readonly layer: Layer;
  /** Whether it can cut the connection that it travels on: routes, addresses, rp_filter, forwarding. */
  readonly cuts: boolean;
  /** Longest time it may take, in seconds; the run's own step timeout applies where this is absent. */
  readonly timeoutSeconds?: number;
}

/** Thrown by {@link Resource.parse}: the state could not be read, so it is unknown, never absent. */
export class ProbeError extends Error {
  override readonly name = "ProbeError";
  readonly hint: string;
  /** How the host's error is called where this is the reason. */
  readonly code: ErrorCode;
  constructor(message: string, hint: string, code: ErrorCode = "probe-failed") {
    super(message);
    this.hint = hint;
    this.code = code;
  }
}

/**
 * A kind of thing on a host with a state: two readers and pure functions. `P` is its parameters after validation, `S`
 * its state: a plain object that survives JSON, holding only what the kind can manage.
 *
 * Laws, which one contract test checks for every kind: `steps(x, x)` is empty; after `steps(actual, target)` a probe
 * reads the target; after `steps(target, actual)` it reads the original, also where nothing had been done; a probe changes nothing; a second
 * run plans nothing; where the kind foresees what its probe prints then, it prints that.
 */
export interface Resource<K extends string, P, S extends object> {
  readonly kind: K;
  /** Identity of the thing on its host, unique within the kind: `net.ipv4.conf.all.rp_filter`. */
  key(params: P): string;
  /** Title for people where the playbook gives none; the default is kind and key. */
  title?(params: P): string;
  /**
   * Read-only scripts. Each runs in a subshell of its own with stdin from /dev/null and LC_ALL=C, as the task's user. A
   * script must exit 0 also when the thing is absent; any other exit means that the state is unknown and its stderr says
   * why. A script that several tasks of a host share word for word runs once: put what is common in a script of its own.
   */
  probe(params: P): readonly Sh[];
  /**
   * Reads the probe's outputs, one per script and in their order.
   * @returns the actual state, or null where the thing is absent.
   * @throws ProbeError where the output cannot be understood.
   */
  parse(outputs: readonly string[], params: P): S | null;
  /** The state wanted, given the actual one: what it does not manage is copied from there. null: to be absent. */
  target(params: P, actual: S | null): S | null;
  /** The steps that lead from one state to another. Pure; undo is the same with its arguments swapped. */
  steps(from: S | null, to: S | null, params: P): readonly Step[];
  /**
   * What the probe's scripts print once the thing is as it shall be, as far as that can be told from what they print now. A wrong guess costs a
   * round trip and nothing else: what is foreseen is judged like any reading, and the host compares it with its own byte for byte.
   * @returns null for a script whose output says nothing of the state, only what is worth a note; undefined where it can't be told.
   */
  foresee?(outputs: readonly string[], to: S, params: P): readonly (string | null)[] | undefined;
  /** Things worth saying that no step will change, from the same outputs: who overrides, which route wins. */
  notes?(outputs: readonly string[], params: P): readonly string[];
  /** Any earlier step may change what the probe reads (a command's guard), so it is planned only when it is reached. */
  readonly volatile?: boolean;
  /**
   * Its running steps speak to the kernel alone and read no file of the host: files that earlier tasks write may be written after them, once
   * the host has proved that it can still be reached.
   */
  readonly kernelOnly?: boolean;
  /**
   * What its running steps do to the ways by which a host answers, where that is little enough for a way that is as before to count as proved
   * (ADR 0049): `route`: they change one route; `shared`: they change what all ways have in common. Absent: they may break one way alone.
   */
  ways?(params: P): "route" | "shared" | undefined;
  /** The steps are wanted at every run, whatever the state: planned each time, and not expected to read as done. */
  repeats?(params: P): boolean;
  /** Whether the state holds a secret, to be masked wherever it would be shown. */
  sensitive?(params: P): boolean;
}

/** A resource whose parameter and state types are forgotten, as the engine handles it. */
export type AnyResource = Resource<string, unknown, object>;

/** What a playbook's author may say of any task, whatever its kind. `N`: names of handlers that it notifies. */
export interface TaskOptions<N extends string = string> {
  /** Title shown instead of kind and key. */
  readonly name?: string;
  /** For `--tags`. */
  readonly tags?: readonly string[];
  /** Marks every step of the task as able to cut the connection. */
  readonly cuts?: boolean;
  /** Run as the login user (false) or by the inventory's `become` (true); the default is what the inventory says. */
  readonly become?: boolean;
  /** Handlers that run once all tasks of the host are done, if this one changed anything. */
  readonly notify?: N | readonly N[];
}

const flag = z.boolean("it must be true or false");
const words = z.array(z.string(), "it must be a list of texts");

/** What options of tasks and checks have in common. */
export const COMMON_OPTIONS = {
  name: z.string("it must be a text").min(1, "it must not be empty").optional(),
  tags: words.optional(),
  become: flag.optional(),
} as const;

const TASK_OPTIONS = z.strictObject({
  ...COMMON_OPTIONS,
  cuts: flag.optional(),
  notify: z.union([z.string(), words], "it must be a handler's name, or a list of them").optional(),
});

/** One resource with its parameters, for one host. */
export interface Task {
  readonly resource: AnyResource;
  /** Validated by the kind's schema. */
  readonly params: unknown;
  /** `kind key`: the same thing on the same host has the same id. */
  readonly id: string;
  readonly title: string;
  readonly options: TaskOptions;
  /** The handler's name, where it is one. */
  readonly handler?: string;
}

/** Names of the handlers that a task notifies. */
export function notifies({ options: { notify } }: Task): readonly string[] {
  if (notify === undefined) return [];
  return typeof notify === "string" ? [notify] : notify;
}

/** A task as playbooks write it: its type knows which handlers it notifies, so that a name that is none fails in the editor. */
export interface TaskOf<N extends string = never> extends Task {
  readonly options: TaskOptions<N>;
}

/** A kind as playbooks use it: call it with parameters to get a task. */
export interface TaskFactory<K extends string, In, P, S extends object> {
  <const N extends string = never>(params: In, options?: TaskOptions<N>): TaskOf<N>;
  readonly resource: Resource<K, P, S>;
  readonly schema: z.ZodType<P, In>;
}

/** Thrown by a factory of tasks or checks for parameters that do not fit; the playbook loader adds the place. */
export class TaskParamsError extends Error {
  override readonly name = "TaskParamsError";
  readonly kind: string;
  readonly issues: readonly { readonly path: string; readonly message: string }[];
  constructor(kind: string, issues: readonly { readonly path: string; readonly message: string }[]) {
    super(issues.map((issue) => (issue.path ? `${issue.path}: ${issue.message}` : issue.message)).join("; "));
    this.kind = kind;
    this.issues = issues;
  }
}

/**
 * Validates and completes the parameters of a task or a check.
 * @throws TaskParamsError with all that is wrong with them.
 */
export function parseParams<P, In>(kind: string, schema: z.ZodType<P, In>, input: In): P {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  const issues = result.error.issues.map((issue) => ({
    path: issue.path.map(String).join("."),
    message: issue.message,
  }));
  throw new TaskParamsError(kind, issues);
}

/**
 * Refuses options of a task or a check that no compiler looked at: one that is misspelt would be passed over.
 * @throws TaskParamsError with all that is wrong with them.
 */
export function checkOptions(kind: string, schema: z.ZodType, options: object): void {
  parseParams(kind, z.object({ options: schema }), { options });
}

/**
 * Makes a kind from its definition. This is all that a new kind needs: one file in `src/resources/` that exports the
 * result, and its test.
 * @param schema Validates and completes parameters; its input type is what playbooks must write.
 */
export function defineResource<K extends string, In, P, S extends object>(
  schema: z.ZodType<P, In>,
  resource: Resource<K, P, S>,
): TaskFactory<K, In, P, S> {
  const factory = <const N extends string = never>(input: In, options: TaskOptions<N> = {}): TaskOf<N> => {
    const params = parseParams(resource.kind, schema, input);
    checkOptions(resource.kind, TASK_OPTIONS, options);
    const id = `${resource.kind} ${resource.key(params)}`;
    const title = options.name ?? resource.title?.(params) ?? id;
    return { resource, params, id, title, options };
  };
  return Object.assign(factory, { resource, schema });
}
