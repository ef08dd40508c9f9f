import { execFile } from "node:child_process";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { SurefootError } from "../model/error.js";
import { parseReceiver } from "../notify/receiver.js";
import { maskedVariable } from "./record.js";
import type { ScheduleFlags } from "./schedule-options.js";

/**
 * The flags of a look that its schedule gives again, written out even where they are the defaults: those may change with the version.
 * @throws SurefootError `flag-invalid` for flags that a timer can't honour, and for a secret among the variables.
 */
export function scheduledFlags(flags: ScheduleFlags): {
  readonly extraVar: string[];
  readonly words: string[];
  readonly webhooks: string[];
  readonly commands: string[];
} {
  const { waves, budget, extraVar } = flags;
  if (flags.askPass === true || flags.askBecomePass === true)
    throw invalid("a timer can't type a password", "Keep it in the inventory, as docs/secrets.md says.");
  if (flags.json === true || flags.report.length > 0)
    throw invalid("--json and --report don't go with --schedule", "What a schedule did: surefoot history.");
  for (const text of extraVar) {
    if (maskedVariable(text) !== text)
      throw invalid(
        `-e ${maskedVariable(text)} would show a secret in the list of processes`,
        "Put it into a file: -e @FILE, or into the inventory.",
      );
  }
  const receivers = flags.notify.map(parseReceiver);
  if (receivers.some((one) => "url" in one))
    throw invalid(
      "--notify webhook=URL would show the address, which may be a secret, in a unit",
      "Put it into a file: --notify webhook=@FILE.",
    );
  const some = (flag: string, value: string | undefined): readonly string[] =>
    value === undefined ? [] : [flag, value];
  return {
    extraVar: extraVar.map((text) => (text.startsWith("@") ? `@${resolve(text.slice(1))}` : text)),
    webhooks: receivers.flatMap((one) => ("file" in one ? [resolve(one.file)] : [])),
    commands: receivers.flatMap((one) => ("command" in one ? [one.command] : [])),
    words: [
      ...some("--forks", String(flags.forks)),
      ...some("--timeout", String(flags.timeout)),
      ...some("--step-timeout", String(flags.stepTimeout)),
      ...some("--confirm-timeout", String(flags.confirmTimeout)),
      ...some("--flap", flags.flap),
      ...some("--keep", flags.keep),
      ...some("--waves", waves),
      ...some("--budget", budget),
      ...Array.from({ length: flags.verbose }, () => "-v"),
    ],
  };
}

/** Flags of `surefoot drift` that say nothing without `--schedule`. */
const ONLY_SCHEDULED = ["name", "user", "jitter", "runTimeout", "onFailure", "follow", "force"] as const;

/**
 * @throws SurefootError `flag-invalid` for a flag of a schedule where none is made.
 */
export function refuseWithoutSchedule(flags: ScheduleFlags): void {
  const given = ONLY_SCHEDULED.find((name) => flags[name] !== undefined);
  if (given === undefined) return;
  const flag = given.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  throw invalid(`--${flag} goes with --schedule`, 'Say when: --schedule "*:0/15".');
}

/** Node and the script that this process runs, absolute. */
export function programOf(): string[] {
  return [process.execPath, fileURLToPath(new URL("../cli/main.js", import.meta.url))];
}

/**
 * @throws SurefootError `schedule-requirement` for anybody but root.
 */
export function requireRoot(): void {
  if (process.getuid?.() === 0) return;
  throw new SurefootError({
    code: "schedule-requirement",
    message: "schedules are units of the whole machine, which only root may change",
    hint: "Run it through sudo: the schedule runs as you all the same, unless you say --user.",
  });
}

/** Hands a folder that was just made over to a user. */
export async function chownTree(folder: string, user: string): Promise<void> {
  await promisify(execFile)("chown", ["-R", "--", `${user}:`, folder], { timeout: 60_000 });
}

function invalid(message: string, hint: string): SurefootError {
  return new SurefootError({ code: "flag-invalid", message, hint });
}
