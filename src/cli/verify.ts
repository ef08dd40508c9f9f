import type { Command } from "commander";
import { fleetOptions } from "./options.js";
import type { VerifyFlags } from "./verify-fleet.js";

/** `surefoot verify`: the playbook's checks, read-only. */
export function registerVerify(program: Command): void {
  fleetOptions(program.command("verify"))
    .description(
      "Make the playbook's checks on each host, and change nothing. Exit code 1: a check failed, or could not be made.",
    )
    .argument("<playbook>", "a playbook file")
    .option("--allow-unknown", "a check that could not be made does not count")
    .addHelpText(
      "after",
      "\nExample:\n  surefoot verify playbooks/ecmp.ts -i inventories/lab --report junit=verify.xml",
    )
    .action(async (playbook: string, flags: VerifyFlags) => {
      const { verifyFleet } = await import("./verify-fleet.js");
      process.exitCode = await verifyFleet(playbook, flags);
    });
}
