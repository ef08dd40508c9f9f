import type { ErrorData } from "../model/error.js";
import type { RunStarted } from "../model/event.js";
import { formatPlace } from "../model/place.js";
import { quote } from "../model/sh.js";
import { DEFAULT_STATE, stateFlag } from "../model/state-folder.js";
import { formatError } from "./errors.js";
import { compressNames, fewNames } from "./names.js";
import type { Paint } from "./text.js";
import { plural } from "./text.js";

/** Hosts that a `--limit` in a suggested command may name without becoming unreadable. */
const LIMIT_PIECES = 12;

/** An error and the hosts for which it reads the same. */
interface Failure {
  readonly error: ErrorData;
  readonly hosts: string[];
}

/** Hosts' errors, those that read the same told once. */
export class FailureFold {
  readonly #failures = new Map<string, Failure>();

  add(host: string, error: ErrorData): void {
    const at = error.place !== undefined && "host" in error.place ? (error.place.at ?? "") : "";
    // Addresses and the like differ from host to host; code and message say whether it is the same trouble.
    const key = `${error.code}\0${error.message}\0${/^ssh /.test(at) ? "" : at}`;
    const failure = this.#failures.get(key) ?? { error, hosts: [] };
    this.#failures.set(key, failure);
    failure.hosts.push(host);
  }

  /** All hosts with an error. */
  get hosts(): readonly string[] {
    return [...this.#failures.values()].flatMap((failure) => failure.hosts);
  }

  /** One text per distinct error, each ending with a newline. */
  texts(paint: Paint): readonly string[] {
    return [...this.#failures.values()].map((failure) => text(failure, paint));
  }
}

function text({ error, hosts }: Failure, paint: Paint): string {
  const [only] = hosts;
  if (hosts.length === 1 && only !== undefined) return formatError(error, paint);
  const at = error.place === undefined ? "" : formatPlace(error.place).replace(/^[^:]*/, "");
  return formatError(error, paint, {
    host: `${plural(hosts.length, "host")}: ${compressNames(hosts)}${at === "" ? "" : ` (first${at})`}`,
  });
}

/** The same command again for these hosts alone; undefined where there are too many to name, or where it is not that command which helps. */
export function again(started: RunStarted, hosts: readonly string[]): string | undefined {
  // What a rollback left alone, it leaves alone again; each error says what leads on.
  if (started.command === "rollback") return undefined;
  if (started.command === "resume") return `surefoot runs resume ${started.run}${recordFlag(started)}`;
  const names = fewNames(hosts, LIMIT_PIECES);
  return names.includes(" more")
    ? undefined
    : commandOn(started, started.command, names.replaceAll(", ", ","));
}

/** A command on the same playbook and inventory, with the same flags and hosts. */
export function commandOn(
  { playbook, inventory, limit, flags }: RunStarted,
  command: string,
  hosts = limit,
): string {
  const on = hosts === undefined ? "" : ` --limit '${hosts}'`;
  return `surefoot ${command} ${playbook ?? ""} -i ${inventory}${on}${words(flags)}`;
}

/** The flag for the folder of a run's record, where that is not the usual one. */
export function recordFlag({ journal }: RunStarted): string {
  return stateFlag(journal?.split("/").slice(0, -2).join("/") ?? DEFAULT_STATE);
}

function words(flags: readonly string[] = []): string {
  return flags.map((word) => ` ${quote(word)}`).join("");
}
