import type { z } from "zod";
import type { FactName } from "../facts/index.js";
import { opaqueProblem } from "../inventory/ansible/opaque.js";
import type { Host } from "../inventory/host.js";
import { keyPlaceAt, opaqueIn, placeAt, toPlain } from "../inventory/located.js";
import { maskSecrets } from "../inventory/mask.js";
import type { Check } from "../model/check.js";
import { didYouMean, suggest } from "../model/did-you-mean.js";
import type { ErrorData } from "../model/error.js";
import { SurefootError, SurefootErrors } from "../model/error.js";
import type { Expanded, Gather } from "../model/gather.js";
import type { FilePlace } from "../model/place.js";
import type { Task } from "../model/resource.js";
import type { Target } from "../model/target.js";
import type { Playbook, PlaybookContext } from "./define.js";
import { factsOf, gathering } from "./facts.js";
import { handlersOf } from "./handlers.js";
import type { LoadedPlaybook } from "./load.js";
import { frameAt, playbookError } from "./load.js";
import { checksOf, tasksOf } from "./shape.js";

/** One host with its tasks. */
export interface HostTasks extends Expanded {
  readonly target: Target;
  /** What must hold of the host before a wave after its own begins. */
  readonly gate: readonly Check[];
  /** Where the playbook asks for facts: how tasks and checks, empty until then, come from them. */
  readonly gather?: Gather;
  /** Names of handlers that an earlier part of the run left owed. */
  readonly owed?: readonly string[];
}

/**
 * Asks a playbook for the tasks of every host: validates each host's variables first, then calls `tasks`, unless that needs facts. Nothing is
 * contacted.
 * @param tags Keep only tasks and checks that bear one of these; each must be somebody's, as far as that is known without facts.
 * @throws SurefootErrors all hosts' errors at once, each with the place of the value; the same mistake is said once, with
 *   the number of hosts that it concerns.
 */
export function expandPlaybook(
  loaded: LoadedPlaybook,
  hosts: readonly Host[],
  tags?: readonly string[],
): readonly HostTasks[] {
  const errors = new ErrorFold();
  const expanded: HostTasks[] = [];
  const borne = new Set<string>();
  for (const host of hosts) {
    const unreadable = [...host.problems, ...opaqueVariables(loaded.playbook, host)];
    for (const error of unreadable) errors.add(error, host.name);
    if (unreadable.length > 0) continue;
    const checked = loaded.playbook.vars.safeParse(variablesFor(loaded.playbook, host));
    for (const error of mistypedNames(loaded.playbook, host)) errors.add(error, host.name);
    if (!checked.success) {
      for (const issue of checked.error.issues) {
        for (const error of issueErrors(issue, loaded.playbook, host)) errors.add(error, host.name);
      }
      continue;
    }
    try {
      expanded.push({ target: host.target, ...callsFor(loaded, host, checked.data, tags, borne) });
    } catch (thrown) {
      const error = playbookError(thrown, loaded.file);
      if (error instanceof SurefootErrors) for (const one of error.errors) errors.add(one, host.name);
      else if (error instanceof SurefootError) errors.add(error.data, host.name);
      else throw error;
    }
  }
  errors.raise();
  if (!expanded.some(({ gather }) => gather !== undefined)) refuseUnborne(loaded.playbook, tags ?? [], borne);
  return expanded;
}

/**
 * A tag that nothing bears is a slip: all hosts would count as in sync.
 * @throws SurefootErrors `flag-invalid` for each.
 */
function refuseUnborne(playbook: Playbook, tags: readonly string[], borne: ReadonlySet<string>): void {
  const known = [...borne].sort();
  const unborne = tags.filter((tag) => !borne.has(tag));
  if (unborne.length === 0) return;
  throw new SurefootErrors(
    unborne.map((tag) => ({
      code: "flag-invalid",
      message: `--tags: nothing that ${playbook.name} has for these hosts bears the tag "${tag}"`,
      hint: suggest(
        tag,
        known,
        known.length === 0 ? "Nothing there has tags." : `There are ${known.join(", ")}.`,
      ),
    })),
  );
}

function callsFor(
  loaded: LoadedPlaybook,
  host: Host,
  vars: Record<string, unknown>,
  tags: readonly string[] | undefined,
  borne: Set<string>,
): Expanded & Pick<HostTasks, "gate" | "gather"> {
  const { playbook, file } = loaded;
  const about = { name: host.name, groups: host.groups, address: host.target.address };
  const gate = playbook.rollout?.gate;
  const own =
    gate?.checks === undefined ? undefined : checksOf(gate.checks({ vars, host: about, facts: {} }));
  const call = (facts: PlaybookContext<unknown, FactName>["facts"]): Expanded & Pick<HostTasks, "gate"> => {
    const context = { vars, host: about, facts };
    const checks = playbook.checks === undefined ? [] : checksOf(playbook.checks(context));
    const tasks = tasksOf(playbook.tasks(context));
    for (const { options } of [...tasks, ...checks]) for (const tag of options.tags ?? []) borne.add(tag);
    return {
      tasks: tasks.filter((task) => hasTag(task, tags)),
      handlers: handlersOf(loaded, context, tasks),
      checks: checks.filter((check) => hasTag(check, tags)),
      gate: own === undefined ? checks.filter((check) => check.options.gate !== false) : own,
    };
  };
  const { scripts, read } = gathering(factsOf(playbook));
  if (scripts.length === 0) return call(read([], host.name));
  let gateOfFacts = own ?? [];
  const expand: Gather["expand"] = (outputs) => {
    const facts = read(outputs, host.name);
    try {
      const called = call(facts);
      gateOfFacts = called.gate;
      return called;
    } catch (thrown) {
      throw oneError(playbookError(thrown, file));
    }
  };
  return {
    tasks: [],
    checks: [],
    handlers: [],
    gate: own ?? [],
    gather: { scripts, expand, gate: () => gateOfFacts },
  };
}

/** Of several errors the first: a host fails with one. */
function oneError(error: Error): Error {
  const [first] = error instanceof SurefootErrors ? error.errors : [];
  return first === undefined ? error : new SurefootError(first, { cause: error });
}

function hasTag(one: Task | Check, tags: readonly string[] | undefined): boolean {
  return tags === undefined || (one.options.tags ?? []).some((tag) => tags.includes(tag));
}

/** The variables that the playbook's schema names; an inventory may hold others, for other playbooks. */
function variablesFor(playbook: Playbook, host: Host): Record<string, unknown> {
  return Object.fromEntries(
    Object.keys(playbook.vars.shape).flatMap((name) => {
      const located = host.vars.get(name);
      return located === undefined ? [] : [[name, toPlain(located)]];
    }),
  );
}

/**
 * Refuses hosts that can't be reached as their inventory says.
 * @throws SurefootErrors each mistake once.
 */
export function refuseProblems(hosts: readonly Host[]): void {
  const errors = new ErrorFold();
  for (const host of hosts) for (const error of host.problems) errors.add(error, host.name);
  errors.raise();
}

/** What keeps hosts from being reached and variables that a playbook needs from being read, each mistake once. */
export function unreadable({ playbook }: LoadedPlaybook, hosts: readonly Host[]): readonly ErrorData[] {
  const errors = new ErrorFold();
  for (const host of hosts) {
    for (const error of [...host.problems, ...opaqueVariables(playbook, host)]) errors.add(error, host.name);
  }
  return errors.list();
}

/** Variables that the playbook needs and that are not yet what they mean: Jinja expressions, encrypted texts. */
function opaqueVariables(playbook: Playbook, host: Host): readonly ErrorData[] {
  return Object.keys(playbook.vars.shape).flatMap((name) => {
    const located = host.vars.get(name);
    const found = located === undefined ? undefined : opaqueIn(located);
    if (found?.opaque === undefined) return [];
    return [{ code: "variable-unreadable", ...opaqueProblem(name, found.opaque), ...at(found.place) }];
  });
}

/** Variables that no schema names but that look like one that is not set: taken for a slip, since defaults would hide it. */
function mistypedNames(playbook: Playbook, host: Host): readonly ErrorData[] {
  const unset = Object.keys(playbook.vars.shape).filter((name) => !host.vars.has(name));
  return [...host.vars].flatMap(([name, located]) => {
    const fromCommandLine = located.place.file === "--extra-var";
    if (Object.hasOwn(playbook.vars.shape, name) || host.wayNames.has(name)) return [];
    const meant = didYouMean(name, unset);
    if (meant === undefined && !fromCommandLine) return [];
    const message = `${playbook.name} has no variable ${name}`;
    const hint = suggest(name, unset, `It has ${Object.keys(playbook.vars.shape).join(", ") || "none"}.`);
    return [{ code: "variable-unknown", message, hint, ...at(located.key ?? located.place) }];
  });
}

function issueErrors(issue: z.core.$ZodIssue, playbook: Playbook, host: Host): readonly ErrorData[] {
  const [first, ...rest] = issue.path.map(String);
  const located = first === undefined ? undefined : host.vars.get(first);
  const name = [first, ...rest].join(".");
  if (located === undefined && issue.code === "custom") {
    // A rule of the author's, on a default or on several variables at once.
    const message = `${name === "" ? `the variables of ${playbook.name}` : name}: ${issue.message}`;
    const hint = "See the rules in the playbook's schema.";
    return [{ code: "variable-invalid", message, hint, ...at(host.place) }];
  }
  if (located === undefined) {
    const message = `the variable ${name} is missing`;
    const hint = `Set it in group_vars or host_vars, or by -e ${name}=VALUE; ${playbook.name} needs it.`;
    return [{ code: "variable-invalid", message, hint, ...at(host.place) }];
  }
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => ({
      code: "variable-unknown",
      message: `${name} can't have "${key}"`,
      hint: `Remove it, or correct its name; ${first}'s form is in the playbook's schema.`,
      ...at(keyPlaceAt(located, [...rest, key])),
    }));
  }
  const hint = `See the playbook's schema for what ${first} may be.`;
  return [
    { code: "variable-invalid", message: `${name}: ${issue.message}`, hint, ...at(placeAt(located, rest)) },
  ];
}

function at(place: FilePlace): { readonly place: FilePlace; readonly frame?: string } {
  const frame = frameAt(place, maskSecrets);
  return frame === undefined ? { place } : { place, frame };
}

/** Says each distinct error once, with the hosts that it concerns. */
class ErrorFold {
  readonly #errors = new Map<string, { readonly error: ErrorData; readonly hosts: string[] }>();

  add(error: ErrorData, host: string): void {
    const place =
      error.place !== undefined && "file" in error.place
        ? `${error.place.file}:${error.place.line}:${error.place.col}`
        : "";
    const key = `${error.code}\0${error.message}\0${place}`;
    const known = this.#errors.get(key);
    if (known === undefined) this.#errors.set(key, { error, hosts: [host] });
    else if (known.hosts.at(-1) !== host) known.hosts.push(host);
  }

  raise(): void {
    if (this.#errors.size === 0) return;
    throw new SurefootErrors(this.list());
  }

  list(): readonly ErrorData[] {
    return [...this.#errors.values()].map(({ error, hosts }) => ({
      ...error,
      message: `${error.message} (${hostList(hosts)})`,
    }));
  }
}

function hostList(hosts: readonly string[]): string {
  const shown = hosts.slice(0, 3).join(", ");
  return hosts.length > 3 ? `${shown} and ${hosts.length - 3} more hosts` : shown;
}
