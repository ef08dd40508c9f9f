import type { Command } from "commander";
import { Option } from "commander";
import type { DriftFlags } from "./drift-fleet.js";

/** `surefoot drift` with the flags that make a schedule of it. */
export interface ScheduleFlags extends DriftFlags {
  /** Calendar expression of systemd.time(7). */
  readonly schedule?: string;
  readonly name?: string;
  readonly user?: string;
  readonly jitter?: string;
  readonly runTimeout?: string;
  readonly onFailure?: string;
  readonly follow?: true;
  readonly force?: true;
}

/** Adds the flags that make a schedule. */
export function scheduleOptions(command: Command): Command {
  return command
    .optionsGroup("Options for a schedule:")
    .option("--schedule <when>", 'have a timer of systemd on this machine do it: "*:0/15", hourly')
    .option("--name <name>", "name of the schedule; of playbook and inventory by default")
    .option("--user <user>", "user that it runs as; the one who calls (through sudo) by default")
    .option("--jitter <time>", "start up to so much later, at random (1m by default)")
    .option("--run-timeout <time>", "end a run that takes longer (1h by default)")
    .option("--on-failure <unit>", "unit of systemd that is started where a run fails")
    .option("--follow", "run also when playbook or inventory have changed since")
    .option("--force", "replace a schedule of the same name for another playbook or inventory")
    .addOption(
      new Option(
        "--scheduled <file>",
        "given by a schedule's unit: its record, which pins playbook and inventory",
      ).hideHelp(),
    );
}
