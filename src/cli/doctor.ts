import type { Command } from "commander";
import type { DoctorFlags } from "./doctor-fleet.js";
import { credentialOptions, extraVarOption, inventoryOption, positive, reportOptions } from "./options.js";

/** `surefoot doctor`: what is wrong with a host, read-only. */
export function registerDoctor(program: Command): void {
  const command = program
    .command("doctor")
    .description(
      "Look at how a host's traffic leaves it: routes, rules, gateways, settings, units and who owns the network. Say in words what is wrong, what it " +
        "comes from and what mends it. One login, and nothing is changed.",
    )
    .argument("<hosts>", "names, groups, globs; a:b both, a:&b common, a:!b without")
    .addOption(inventoryOption())
    .option("--unit <name>", "the unit that sets the route at boot", "ecmp-route.service")
    .option(
      "--playbook <file>",
      "playbook that the commands which mend shall name; it is not read",
      "playbooks/ecmp.ts",
    )
    .option("--probe", "also connect through each gateway, and ask whether another machine has an address")
    .option(
      "--to <address:port>",
      "where --probe connects to; by default back to where the login comes from, on port 22",
    )
    .option("--allow-unknown", "what could not be read does not count")
    .addOption(extraVarOption())
    .option("--forks <n>", "hosts looked at at a time", positive, 50)
    .option("--timeout <seconds>", "longest wait for an answer of a host", positive, 60);
  reportOptions(credentialOptions(command))
    .addHelpText(
      "after",
      `
Exit codes: 0 nothing to mend, 1 something is, or could not be read, 3 bad input, 4 hosts unreachable and none failed, 130 interrupted.

Examples:
  surefoot doctor client1 -i inventories/lab
  surefoot doctor clients -i inventories/lab --probe --to 203.0.113.10:80`,
    )
    .action(async (hosts: string, flags: DoctorFlags) => {
      const { doctorFleet } = await import("./doctor-fleet.js");
      process.exitCode = await doctorFleet(hosts, flags);
    });
}
