import type { z } from "zod";
import type { FactName, Facts } from "../facts/index.js";
import type { Check } from "../model/check.js";
import type { TaskOf } from "../model/resource.js";
import type { RolloutDefinition } from "./rollout.js";

/** The host for which a playbook is asked its tasks. */
export interface PlaybookHost {
  /** Name in the inventory. */
  readonly name: string;
  /** Groups it belongs to, `all` first, nearest last. */
  readonly groups: readonly string[];
  /** Name or address that Surefoot connects to. */
  readonly address: string;
}

/** Tasks in order; lists may be nested, and what is false, null or undefined is left out. `H`: names of handlers that they may notify. */
export type TaskList<H extends string = never> = readonly (
  | TaskOf<H>
  | TaskList<H>
  | false
  | null
  | undefined
)[];

/** Checks; lists may be nested, and what is false, null or undefined is left out. */
export type CheckList = readonly (Check | CheckList | false | null | undefined)[];

/** What a playbook's functions are given. */
export interface PlaybookContext<V, F extends FactName = never> {
  /** The host's variables, validated by the playbook's schema. */
  readonly vars: V;
  readonly host: PlaybookHost;
  /** What the playbook's `facts` name, as read on the host. */
  readonly facts: Pick<Facts, F>;
}

/** A playbook as its author writes it. `H`: names of its handlers. */
export interface PlaybookDefinition<
  V extends z.ZodObject,
  F extends FactName = never,
  H extends string = never,
> {
  /** Short name for reports. */
  readonly name: string;
  /** Pattern of the hosts it is for, as `--limit` takes it: `clients:!broken`. */
  readonly hosts: string;
  /** Schema of the variables that it reads from the inventory. */
  readonly vars: V;
  /**
   * What must be learnt of a host before its tasks are known. It costs one round trip more, and mistakes of `tasks` are then found host by host
   * and not before any is contacted: ask only where tasks depend on it.
   */
  readonly facts?: readonly F[];
  /** The tasks for one host, in the order in which they run. Pure: without `facts` it is called without any host being contacted. */
  tasks(context: PlaybookContext<z.output<V>, F>): TaskList<NoInfer<H>>;
  /**
   * Tasks by name that run once, behind all others and in this order, where one that notifies them (`{ notify: NAME }`) changed something. Pure,
   * as `tasks` is.
   */
  handlers?(context: PlaybookContext<z.output<V>, F>): Readonly<Record<H, TaskOf>>;
  /** What must hold on a host once its tasks are done: health gates, and what `surefoot verify` looks at. Pure, as `tasks` is. */
  checks?(context: PlaybookContext<z.output<V>, F>): CheckList;
  /** How a run goes over the hosts: in waves, with a failure budget and a gate between waves. All at once by default. */
  readonly rollout?: RolloutDefinition<z.output<V>>;
}

const BRAND = Symbol.for("surefoot.playbook");

/** A playbook as the engine handles it. */
export interface Playbook<
  V extends z.ZodObject = z.ZodObject,
  F extends FactName = FactName,
  H extends string = string,
> extends PlaybookDefinition<V, F, H> {
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
export function playbook<
  V extends z.ZodObject,
  const F extends FactName = never,
  const H extends string = never,
>(definition: PlaybookDefinition<V, F, H>): Playbook<V, F, H> {
  return { ...definition, [BRAND]: true };
}

/** Whether a value was made by {@link playbook}. */
export function isPlaybook(value: unknown): value is Playbook {
  return typeof value === "object" && value !== null && BRAND in value;
}
