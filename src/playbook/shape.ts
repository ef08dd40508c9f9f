import { z } from "zod";
import type { Check } from "../model/check.js";
import { suggest } from "../model/did-you-mean.js";
import type { Task } from "../model/resource.js";

/** What is wrong with a playbook that no compiler looked at. */
export interface Mistake {
  /** Key of the playbook at which it is wrong; none where one is missing. */
  readonly key?: string;
  readonly message: string;
  readonly hint: string;
}

const text = z.string("it must be a text").min(1, "it must not be empty");
const fn = z.custom((value) => typeof value === "function", "it must be a function");
// Another copy of zod than ours may have made it: what it can do is asked for, not who made it.
const zodObject = z.custom(
  (value) => typeof value === "object" && value !== null && "shape" in value && "safeParse" in value,
  "it must be z.object({ ... })",
);

/** All that a playbook may have; what a rollout may have is looked at elsewhere. */
const KEYS = {
  name: text,
  hosts: text,
  vars: zodObject,
  facts: z.array(text, "it must be a list of names").optional(),
  tasks: fn,
  handlers: fn.optional(),
  checks: fn.optional(),
  rollout: z.unknown().optional(),
} as const;

/** What is wrong with a playbook's own keys; empty where nothing is. */
export function shapeMistakes(playbook: object): readonly Mistake[] {
  const names = Object.keys(KEYS);
  const unknown = Object.keys(playbook).filter((name) => !names.includes(name));
  const result = z.object(KEYS).safeParse(playbook);
  const wrong = (result.error?.issues ?? []).map((issue): Mistake => {
    const key = String(issue.path[0]);
    const missing = !(key in playbook);
    const message = missing ? `the playbook has no ${key}: ${issue.message}` : `${key}: ${issue.message}`;
    const hint = "See docs/playbooks.md for its form; an editor shows it while you type.";
    return { ...(missing ? {} : { key }), message, hint };
  });
  return [
    ...unknown.map(
      (key): Mistake => ({
        key,
        message: `a playbook has no "${key}"`,
        hint: suggest(key, names, `It has ${names.join(", ")}.`),
      }),
    ),
    ...wrong,
  ];
}

/** What a playbook's function gave is no list of what it should be. */
export class WrongList extends Error {
  override readonly name = "WrongList";
  readonly mistake: Mistake;
  constructor(key: string, message: string, hint: string) {
    super(message);
    this.mistake = { key, message, hint };
  }
}

/**
 * The tasks that a playbook's function gave, without nesting and gaps.
 * @throws WrongList where it gave something else.
 */
export function tasksOf(given: unknown): readonly Task[] {
  return flat("tasks", given, isTask);
}

/**
 * The checks that a playbook's function gave, without nesting and gaps.
 * @throws WrongList where it gave something else.
 */
export function checksOf(given: unknown): readonly Check[] {
  return flat("checks", given, isCheck);
}

/**
 * The handlers that a playbook's function gave, by name.
 * @throws WrongList where it gave something else.
 */
export function handlersIn(given: unknown): Readonly<Record<string, Task>> {
  const hint = "Let it return tasks by name: handlers: () => ({ restart: command({ ... }) }).";
  if (typeof given !== "object" || given === null || Array.isArray(given) || given instanceof Promise) {
    throw new WrongList("handlers", `handlers() returned ${nameOf(given)}, not tasks by name`, hint);
  }
  const handlers: Record<string, Task> = {};
  for (const [name, task] of Object.entries(given)) {
    if (!isTask(task)) {
      throw new WrongList("handlers", `handlers(): "${name}" is ${nameOf(task)}, not a task`, hint);
    }
    handlers[name] = task;
  }
  return handlers;
}

function flat<T>(key: "tasks" | "checks", given: unknown, is: (one: unknown) => one is T): readonly T[] {
  if (!Array.isArray(given)) {
    const hint =
      given instanceof Promise
        ? `It must not wait for anything: write ${key}() without async.`
        : `Let it return a list: ${key}: ({ vars }) => [...].`;
    throw new WrongList(key, `${key}() returned ${nameOf(given)}, not a list`, hint);
  }
  return given.flatMap((entry: unknown, i): readonly T[] => {
    if (entry === false || entry === null || entry === undefined) return [];
    if (Array.isArray(entry)) return flat(key, entry, is);
    if (is(entry)) return [entry];
    const hint = isCheck(entry)
      ? "Put it in checks()."
      : isTask(entry)
        ? "Put it in tasks()."
        : "Its entries come from the kinds that surefoot exports: call one with its parameters.";
    throw new WrongList(key, `${key}(): entry ${i + 1} is ${nameOf(entry)}, not a ${key.slice(0, -1)}`, hint);
  });
}

function nameOf(value: unknown): string {
  if (isCheck(value)) return `the check "${value.title}"`;
  if (isTask(value)) return `the task "${value.title}"`;
  if (value === undefined || value === null) return "nothing";
  if (value instanceof Promise) return "a promise";
  return typeof value === "object" ? "something else" : `a ${typeof value}`;
}

function isTask(value: unknown): value is Task {
  return typeof value === "object" && value !== null && "resource" in value && "params" in value;
}

function isCheck(value: unknown): value is Check {
  return typeof value === "object" && value !== null && "judge" in value && "scripts" in value;
}
