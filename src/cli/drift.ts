import type { Command } from "commander";
import type { DriftFlags } from "./drift-fleet.js";
import { confirmOption, fleetOptions, stateOption } from "./options.js";

/** `surefoot drift`: whether hosts are still as they shall be. */
export function registerDrift(program: Command): void {
  confirmOption(stateOption(fleetOptions(program.command("drift"))), 30)
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
    .option("--waves <ends>", "hosts or shares after which a wave ends, instead of the playbook's: 1,10%,50%")
    .option("--budget <n>", "hosts, or a share, that may end badly before no further one is started")
    .addHelpText("after", "\nExample:\n  surefoot drift playbooks/ecmp.ts -i inventories/lab --fix --yes")
    .action(async (playbook: string, flags: DriftFlags) => {
      const { driftFleet } = await import("./drift-fleet.js");
      process.exitCode = await driftFleet(playbook, flags);
    });
}
