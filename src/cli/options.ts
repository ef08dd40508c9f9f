import type { Command } from "commander";
import { InvalidArgumentError } from "commander";

/** Flags that every command on a fleet shares. */
export interface FleetFlags {
  readonly inventory: string;
  readonly limit?: string;
  readonly tags?: readonly string[];
  readonly extraVar: readonly string[];
  readonly forks: number;
  readonly json?: true;
  readonly report: readonly string[];
  readonly verbose: number;
  /** Seconds. */
  readonly timeout: number;
  /** Seconds. */
  readonly stepTimeout: number;
  readonly askBecomePass?: true;
  readonly askPass?: true;
}

/** A whole number of at least 1, as a flag gives it. */
export function positive(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1)
    throw new InvalidArgumentError("It must be a whole number of at least 1.");
  return value;
}

const collect = (value: string, list: readonly string[]): readonly string[] => [...list, value];

/** Adds the flags that every command on a fleet shares. */
export function fleetOptions(command: Command): Command {
  return command
    .requiredOption("-i, --inventory <dir>", "folder of the environment, with its hosts.yml")
    .option(
      "--limit <pattern>",
      "only these hosts: names, groups, globs; a:b both, a:&b common, a:!b without",
    )
    .option("--tags <list>", "only tasks with one of these tags, separated by commas", (text) =>
      text.split(","),
    )
    .option(
      "-e, --extra-var <key=value>",
      "a variable that wins over the inventory's; may be repeated",
      collect,
      [],
    )
    .option("--forks <n>", "hosts worked on at a time", positive, 50)
    .option("--timeout <seconds>", "longest wait for an answer of a host", positive, 60)
    .option("--step-timeout <seconds>", "longest time for one step", positive, 300)
    .option("-k, --ask-pass", "ask once for the password to log in with")
    .option("-K, --ask-become-pass", "ask once for the password that sudo asks for")
    .option("--report <kind=file>", "also write a report: junit=FILE; may be repeated", collect, [])
    .option("--json", "JSON Lines events on stdout, and nothing else")
    .option("-v, --verbose", "say more; twice for still more", (_text, level: number) => level + 1, 0);
}
