import { resolve } from "node:path";
import type { Command } from "commander";
import type { JournalHeader } from "../journal/header.js";
import { inventoryOf } from "../journal/paths.js";
import { SurefootError } from "../model/error.js";
import { MASK } from "../model/plan.js";
import { fromHere } from "./from-here.js";
import type { ChangeFlags, CredentialFlags } from "./options.js";
import {
  collect,
  confirmOption,
  credentialOptions,
  positive,
  reportOptions,
  stateOption,
} from "./options.js";
import type { Fleet } from "./prepare.js";
import { headerFor, whatChanged } from "./record.js";

/** Flags of commands that go on from a journal; what is not given is as it was in that run. */
export interface AgainFlags extends CredentialFlags {
  readonly state: string;
  readonly extraVar: readonly string[];
  readonly forks?: number;
  readonly timeout?: number;
  readonly stepTimeout?: number;
  readonly confirmTimeout?: number;
  readonly report: readonly string[];
  readonly json?: true;
  readonly verbose: number;
  readonly yes?: true;
  readonly changedOk?: true;
}

/** Adds the flags that commands which go on from a journal share. */
export function againOptions(command: Command): Command {
  return reportOptions(
    confirmOption(stateOption(credentialOptions(command)))
      .option(
        "-e, --extra-var <key=value>",
        "give a variable again that the record masks; may be repeated",
        collect,
        [],
      )
      .option("--forks <n>", "hosts worked on at a time", positive)
      .option("--timeout <seconds>", "longest wait for an answer of a host", positive)
      .option("--step-timeout <seconds>", "longest time for one step", positive)
      .option("--yes", "apply without asking")
      .option("--changed-ok", "although playbook or inventory have changed since"),
  );
}

/**
 * The flags of the run that is gone on with.
 * @throws SurefootError `flag-invalid` where a masked variable was not given again.
 */
export function flagsOf(header: JournalHeader, given: AgainFlags): ChangeFlags {
  const { flags } = header;
  const names = given.extraVar.map((text) => text.split("=")[0]);
  const kept = flags.extraVar.filter((text) => !names.includes(text.split("=")[0]));
  const masked = kept.find((text) => text.includes(MASK));
  if (masked !== undefined) {
    const name = masked.split("=")[0] ?? "";
    throw new SurefootError({
      code: "flag-invalid",
      message: `the variable ${name} was given on the command line and holds a secret, which is in no record`,
      hint: `Give it again: -e ${name}=VALUE`,
    });
  }
  const files = kept.map((text) => (text.startsWith("@") ? `@${resolve(header.cwd, text.slice(1))}` : text));
  return {
    inventory: fromHere(inventoryOf(header)),
    ...(flags.limit === undefined ? {} : { limit: flags.limit }),
    ...(flags.tags === undefined ? {} : { tags: flags.tags }),
    extraVar: [...files, ...given.extraVar],
    vaultPasswordFile: given.vaultPasswordFile,
    forks: given.forks ?? flags.forks,
    timeout: given.timeout ?? flags.timeout,
    stepTimeout: given.stepTimeout ?? flags.stepTimeout,
    confirmTimeout: given.confirmTimeout ?? flags.confirmTimeout,
    report: given.report,
    verbose: given.verbose,
    state: given.state,
    ...(given.json === undefined ? {} : { json: given.json }),
    ...(given.yes === undefined ? {} : { yes: given.yes }),
    ...(given.askPass === undefined ? {} : { askPass: given.askPass }),
    ...(given.askBecomePass === undefined ? {} : { askBecomePass: given.askBecomePass }),
    ...(flags.waves === undefined ? {} : { waves: flags.waves }),
    ...(flags.budget === undefined ? {} : { budget: flags.budget }),
  };
}

/**
 * Refuses to go on where playbook or inventory are no longer those of the run.
 * @throws SurefootError `run-changed`, with what has changed.
 */
export async function refuseChanged(
  header: JournalHeader,
  fleet: Fleet,
  flags: ChangeFlags,
  given: AgainFlags,
): Promise<void> {
  if (given.changedOk === true) return;
  const changed = whatChanged(header, await headerFor(fleet, flags, { run: header.run, command: "resume" }));
  if (changed.length === 0) return;
  throw new SurefootError({
    code: "run-changed",
    message: `not everything is as it was in run ${header.run}`,
    hint: "Bring it back as it was, start a new run, or go on with what is there now by --changed-ok.",
    detail: changed.slice(0, 12).join("\n"),
  });
}
