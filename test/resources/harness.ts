import { expect } from "vitest";
import { sameJson } from "../../src/model/json.js";
import type { Step, Task } from "../../src/model/resource.js";
import type { Sh } from "../../src/model/sh.js";
import { quote, sh, trustedSh } from "../../src/model/sh.js";

/** A fresh temporary folder, on the machine where the case runs, for this case alone. */
export interface Sandbox {
  readonly dir: string;
}

/**
 * Where a case can run. `shell`: any POSIX sh, as any user. `netns`: as root of a network namespace of its own, where
 * /etc/sysctl.d is an empty folder of its own too. `systemd`: a real host of the lab, as root.
 */
export type Needs = "shell" | "netns" | "systemd";

/** One original state and one task, for which the laws of resources must hold. */
export interface ContractCase {
  /** Unique within the kind; says what is there and what is wanted: `a default by DHCP becomes two next hops`. */
  readonly name: string;
  readonly needs: Needs;
  /** What owns the network of the host that the case needs; absent: any. */
  readonly owner?: "ifupdown" | "networkd" | "networkmanager";
  /** Puts the original state in place. */
  readonly prepare: Sh;
  /** Made by the kind's factory. */
  readonly task: Task;
  /** Read-only; what it prints must be unchanged by a probe, and equal again after undo. */
  readonly snapshot?: Sh;
  /** Why this thing can't be taken back, where it can't: laws 3 and 6 are then not asked of it. */
  readonly irreversible?: string;
}

/**
 * What every `test/resources/<kind>.cases.ts` exports as `cases`. It is called anew for every case, each time with a
 * fresh sandbox, and must give the same cases in the same order.
 */
export type Cases = (sandbox: Sandbox) => readonly ContractCase[];

/** How a script ended. */
export interface Ended {
  readonly stdout: string;
  readonly stderr: string;
  readonly exit: number;
}

/** Runs a script by a POSIX sh with a clean environment, somewhere. */
export type Executor = (script: Sh) => Promise<Ended>;

/** What the engine sets up for every script that it sends, without its frames. */
const prelude = sh`LC_ALL=C
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
export LC_ALL PATH
unset LANGUAGE
umask 022
exec </dev/null
`;

async function output(run: Executor, script: Sh, what: string): Promise<string> {
  const { stdout, stderr, exit } = await run(sh`${prelude}(${trustedSh(`eval ${quote(script.sh)}`)})`);
  expect({ exit, stderr: exit === 0 ? "" : stderr }, `${what} must succeed: ${script.sh}`).toEqual({
    exit: 0,
    stderr: "",
  });
  return stdout;
}

/** What a task's probes print, each script run on its own as the engine does. */
async function outputsOf(run: Executor, task: Task): Promise<readonly string[]> {
  const outputs: string[] = [];
  for (const script of task.resource.probe(task.params)) outputs.push(await output(run, script, "a probe"));
  return outputs;
}

/** Reads a task's state as the engine does. */
export async function probe(run: Executor, task: Task): Promise<object | null> {
  return task.resource.parse(await outputsOf(run, task), task.params);
}

/** Carries steps out one after the other, each in a subshell with `set -e`, as the engine does. */
export async function carryOut(run: Executor, steps: readonly Step[]): Promise<void> {
  for (const step of steps) await output(run, sh`set -e\n${step.run}`, `step "${step.title}"`);
}

function same(actual: unknown, expected: unknown, law: string): void {
  if (!sameJson(actual, expected)) expect(actual, law).toEqual(expected);
}

/**
 * Whether a state that was read has all that a target names. A target names only what is managed or known: the owner of a file that is
 * yet to be made is not.
 */
function reaches(read: unknown, target: unknown): boolean {
  if (typeof target !== "object" || target === null || Array.isArray(target)) return sameJson(read, target);
  if (typeof read !== "object" || read === null) return false;
  const found: ReadonlyMap<string, unknown> = new Map(Object.entries(read));
  return Object.entries(target).every(([name, value]) => reaches(found.get(name), value));
}

/** Checks all laws of resources (see `Resource` in src/model/resource.ts) for one case. */
export async function checkLaws(run: Executor, one: ContractCase): Promise<void> {
  const { resource, params } = one.task;
  const snapshot = async (): Promise<string> =>
    one.snapshot === undefined ? "" : output(run, one.snapshot, "the snapshot");
  const plan = (from: object | null, to: object | null): readonly Step[] => resource.steps(from, to, params);

  await output(run, one.prepare, "prepare");
  const before = await snapshot();
  const actual = await probe(run, one.task);
  same(await probe(run, one.task), actual, "law 4: a second probe reads the same");
  expect(await snapshot(), "law 4: a probe changes nothing").toBe(before);
  same(JSON.parse(JSON.stringify(actual)), actual, "a state is plain data");

  const target = resource.target(params, actual);
  expect(plan(actual, actual), "law 1: no steps from the actual state to itself").toEqual([]);
  expect(plan(target, target), "law 1: no steps from the target to itself").toEqual([]);

  if (one.irreversible === undefined) {
    await carryOut(run, plan(target, actual));
    same(
      await probe(run, one.task),
      actual,
      "law 6: undoing what was never done, then probe equals the original",
    );
    expect(await snapshot(), "law 6: undoing what was never done leaves everything as it was").toBe(before);
  }

  const foresee = async (): Promise<readonly (string | null)[] | undefined> =>
    target === null ? undefined : resource.foresee?.(await outputsOf(run, one.task), target, params);
  const printed = async (foreseen: readonly (string | null)[]): Promise<readonly (string | null)[]> =>
    (await outputsOf(run, one.task)).map((text, i) => (foreseen[i] === null ? null : text));
  const foreseen = await foresee();
  await carryOut(run, plan(actual, target));
  if (foreseen !== undefined) {
    expect(await printed(foreseen), "law 7: apply, then the probe prints what was foreseen").toEqual(
      foreseen,
    );
  }
  if (target !== null && resource.foresee !== undefined) {
    const still = await foresee();
    expect(still, "law 7: what is as it shall be can be foreseen").toBeDefined();
    expect(await printed(still ?? []), "law 7: what is as it shall be is foreseen to stay so").toEqual(still);
  }
  if (resource.repeats?.(params) !== true) {
    const reached = await probe(run, one.task);
    if (!reaches(reached, target))
      expect(reached, "law 2: apply, then probe equals the target").toEqual(target);
    const second = plan(reached, resource.target(params, reached));
    expect(second, "law 5: a second run plans nothing").toEqual([]);
  }
  if (one.irreversible !== undefined) return;

  await carryOut(run, plan(target, actual));
  same(await probe(run, one.task), actual, "law 3: undo, then probe equals the original");
  expect(await snapshot(), "law 3: undo leaves everything as it was").toBe(before);
}
