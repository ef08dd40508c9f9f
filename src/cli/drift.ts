import type { Command } from "commander";
import { collect, confirmOption, fleetOptions, stateOption } from "./options.js";
import type { ScheduleFlags } from "./schedule-options.js";
import { scheduleOptions } from "./schedule-options.js";

/** `surefoot drift`: whether hosts are still as they shall be. */
export function registerDrift(program: Command): void {
  const drift = confirmOption(stateOption(fleetOptions(program.command("drift"))), 30)
    .description(
      "Look whether hosts are still as they shall be: what differs, since when, what it looks like. Changes nothing without --fix. Exit code 2: hosts have drifted.",
    )
    .argument("<playbook>", "a playbook file")
    .option("--fix", "correct it, as `run` would: the same plan, waves, budget and proof; asks unless --yes")
    .option("--yes", "correct without asking")
    .option(
      "--flap <times/time>",
      "leave a host alone that was corrected so often in so long a time (m, h, d)",
      "3/1h",
    )
    .option(
      "--notify <kind=to>",
      "tell somebody where hosts stand otherwise than before: webhook=URL, webhook=@FILE, command=COMMAND; may be repeated",
      collect,
      [],
    )
    .option("--metrics <file>", "also write metrics for the textfile collector of Prometheus' node_exporter")
    .option("--keep <time>", "remove records of looks that are older: 90d, 2w")
    .option("--waves <ends>", "hosts or shares after which a wave ends, instead of the playbook's: 1,10%,50%")
    .option("--budget <n>", "hosts, or a share, that may end badly before no further one is started");
  scheduleOptions(drift)
    .addHelpText(
      "after",
      `
Examples:
  surefoot drift playbooks/ecmp.ts -i inventories/lab --fix --yes
  sudo surefoot drift playbooks/ecmp.ts -i inventories/production --fix --schedule "*:0/15"`,
    )
    .action(async (playbook: string, flags: ScheduleFlags) => {
      if (flags.schedule !== undefined) {
        const { installSchedule } = await import("./schedule-install.js");
        await installSchedule(playbook, { ...flags, schedule: flags.schedule });
        return;
      }
      const { refuseWithoutSchedule } = await import("./schedule-flags.js");
      refuseWithoutSchedule(flags);
      const { driftFleet } = await import("./drift-fleet.js");
      process.exitCode = await driftFleet(playbook, flags);
    });
}
