import type { Command } from "commander";
import { InvalidArgumentError, Option } from "commander";
import { DEFAULT_STATE } from "../model/state-folder.js";

/** Flags that say where passwords come from; what is typed is kept nowhere. */
export interface CredentialFlags {
  /** Files with passwords of ansible-vault. */
  readonly vaultPasswordFile: readonly string[];
  readonly askBecomePass?: true;
  readonly askPass?: true;
}

/** Flags that say how a command tells of hosts. */
export interface ReportFlags {
  readonly json?: true;
  readonly report: readonly string[];
  readonly verbose: number;
  /** Folder of the journals, of commands that keep a record: a page tells what happened before. */
  readonly state?: string;
}

/** Flags that every command on a fleet shares. */
export interface FleetFlags extends CredentialFlags, ReportFlags {
  readonly inventory: string;
  readonly limit?: string;
  readonly tags?: readonly string[];
  readonly extraVar: readonly string[];
  readonly forks: number;
  /** Seconds. */
  readonly timeout: number;
  /** Seconds. */
  readonly stepTimeout: number;
}

/** Flags of commands that change hosts and keep a record of it. */
export interface ChangeFlags extends FleetFlags {
  readonly yes?: true;
  /** Folder of the journals. */
  readonly state: string;
  readonly waves?: string;
  readonly budget?: string;
  /** Seconds. */
  readonly confirmTimeout: number;
  readonly rehearse?: true;
}

/** Adds the flag for how long a change that could cut a host off may take to prove itself. */
export function confirmOption(command: Command, seconds?: number): Command {
  return command.addOption(
    new Option(
      "--confirm-timeout <seconds>",
      "how long a change that could cut a host off has to prove itself before the host takes it back",
    )
      .argParser(positive)
      .default(seconds),
  );
}

/** Adds the flag for the folder that journals are kept in. */
export function stateOption(command: Command): Command {
  return command.addOption(
    new Option("--state <dir>", "folder that runs are recorded in")
      .env("SUREFOOT_STATE")
      .default(DEFAULT_STATE),
  );
}

/** Reads a whole number of at least 1. */
export function positive(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1)
    throw new InvalidArgumentError("It must be a whole number of at least 1.");
  return value;
}

/** Collects the values of a flag that may be repeated. */
export const collect = (value: string, list: readonly string[]): readonly string[] => [...list, value];

/** The flag for the inventory: of several, as Ansible takes them, all but one would be left out in silence. */
export function inventoryOption(): Option {
  return new Option("-i, --inventory <dir>", "folder of the environment, or an inventory of Ansible")
    .argParser((value: string, before: string | undefined) => {
      if (before === undefined) return value;
      throw new InvalidArgumentError("It is given twice, and only one is read: put both into one folder.");
    })
    .makeOptionMandatory();
}

/** The flag for variables that win over the inventory's. */
export function extraVarOption(): Option {
  return new Option(
    "-e, --extra-var <key=value>",
    "a variable that wins over the inventory's; may be repeated",
  )
    .argParser(collect)
    .default([]);
}

/** The flag for passwords of ansible-vault. */
export function vaultPasswordOption(): Option {
  return new Option(
    "--vault-password-file <file>",
    "a file with the password of ansible-vault, or a program that prints it; may be repeated",
  )
    .argParser(collect)
    .default([]);
}

/** Adds the flags that say where passwords come from. */
export function credentialOptions(command: Command): Command {
  return command
    .addOption(vaultPasswordOption())
    .option("-k, --ask-pass", "ask once for the password to log in with")
    .option("-K, --ask-become-pass", "ask once for the password that sudo asks for");
}

/** Adds the flags that every command on a fleet shares. */
export function fleetOptions(command: Command): Command {
  return reportOptions(
    credentialOptions(
      command
        .addOption(inventoryOption())
        .option(
          "--limit <pattern>",
          "only these hosts: names, groups, globs; a:b both, a:&b common, a:!b without",
        )
        .option("--tags <list>", "only tasks with one of these tags, separated by commas", (text) =>
          text.split(","),
        )
        .addOption(extraVarOption())
        .option("--forks <n>", "hosts worked on at a time", positive, 50)
        .option("--timeout <seconds>", "longest wait for an answer of a host", positive, 60)
        .option("--step-timeout <seconds>", "longest time for one step", positive, 300),
    ),
  );
}

/** Adds the flags that say how a command tells of hosts. */
export function reportOptions(command: Command, kinds = "junit=FILE, html=FILE (a page)"): Command {
  return command
    .option("--report <kind=file>", `also write a report: ${kinds}; may be repeated`, collect, [])
    .option("--json", "JSON Lines events on stdout, and nothing else")
    .option("-v, --verbose", "say more; twice for still more", (_text, level: number) => level + 1, 0);
}
