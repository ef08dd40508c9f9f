import type { z } from "zod";
import type { Task } from "../model/resource.js";

/** The host for which a playbook is asked its tasks. */
export interface PlaybookHost {
  /** Name in the inventory. */
  readonly name: string;
  /** Groups it belongs to, `all` first, nearest last. */
  readonly groups: readonly string[];
  /** Name or address that Surefoot connects to. */
  readonly address: string;
}

/** Tasks in order; lists may be nested, and what is false, null or undefined is left out. */
export type TaskList = readonly (Task | TaskList | false | null | undefined)[];

/** What a playbook's functions are given. */
export interface PlaybookContext<V> {
  /** The host's variables, validated by the playbook's schema. */
  readonly vars: V;
  readonly host: PlaybookHost;
}

/** A playbook as its author writes it. */
export interface PlaybookDefinition<V extends z.ZodObject> {
  /** Short name for reports. */
  readonly name: string;
  /** Pattern of the hosts it is for, as `--limit` takes it: `clients:!broken`. */
  readonly hosts: string;
  /** Schema of the variables that it reads from the inventory. */
  readonly vars: V;
  /** The tasks for one host, in the order in which they run. Pure: it is called without any host being contacted. */
  tasks(context: PlaybookContext<z.output<V>>): TaskList;
}

const BRAND = Symbol.for("surefoot.playbook");

/** A playbook as the engine handles it. */
export interface Playbook<V extends z.ZodObject = z.ZodObject> extends PlaybookDefinition<V> {
  readonly [BRAND]: true;
}

/**
 * Makes a playbook; a playbook file's default export.
 *
 * @example
 * export default playbook({
 *   name: "forwarding",
 *   hosts: "routers",
 *   vars: z.object({ forwarding: z.boolean() }),
 *   tasks: ({ vars }) => [sysctl({ key: "net.ipv4.ip_forward", value: vars.forwarding ? 1 : 0 })],
 * });
 */
export function playbook<V extends z.ZodObject>(definition: PlaybookDefinition<V>): Playbook<V> {
  return { ...definition, [BRAND]: true };
}

/** Whether a value was made by {@link playbook}. */
export function isPlaybook(value: unknown): value is Playbook {
  return typeof value === "object" && value !== null && BRAND in value;
}

/** A list of tasks without nesting and gaps. */
export function flattenTasks(list: TaskList): readonly Task[] {
  const tasks: Task[] = [];
  for (const entry of list) {
    if (entry === false || entry === null || entry === undefined) continue;
    if (isList(entry)) tasks.push(...flattenTasks(entry));
    else tasks.push(entry);
  }
  return tasks;
}

function isList(entry: Task | TaskList): entry is TaskList {
  return Array.isArray(entry);
}
