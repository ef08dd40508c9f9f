import type { Command } from "commander";
import type { ExecFlags } from "./exec-fleet.js";
import { credentialOptions, extraVarOption, inventoryOption, positive, reportOptions } from "./options.js";

/** `surefoot exec`: a command of the user's own on many hosts. */
export function registerExec(program: Command): void {
  const command = program
    .command("exec")
    .description(
      "Run one command on each host by sh, as the login user or by --become, and tell equal outputs once. It is no managed change: nothing is " +
        "compared, recorded or taken back, and it takes no lease on the hosts.",
    )
    .argument("<command>", "the text of a shell command, in quotes")
    .addOption(inventoryOption())
    .option(
      "--limit <pattern>",
      "only these hosts: names, groups, globs; a:b both, a:&b common, a:!b without",
      "all",
    )
    .option("--become", "as root, or as whom and how the inventory's `become` says")
    .option("--stream", "tell each line as it comes, behind the host's name")
    .addOption(extraVarOption())
    .option("--forks <n>", "hosts worked on at a time", positive, 50)
    .option("--timeout <seconds>", "longest time for the command on a host; then it is killed", positive, 60);
  reportOptions(credentialOptions(command), "junit=FILE")
    .addHelpText(
      "after",
      `
Exit codes: 0 every host's command ended with 0, 1 one did not, 4 hosts unreachable and none failed, 130 interrupted.

Examples:
  surefoot exec 'uname -r' -i inventories/lab
  surefoot exec 'journalctl -n 20 -u ssh' -i inventories/lab --limit client1 --become`,
    )
    .action(async (text: string, flags: ExecFlags) => {
      const { execFleet } = await import("./exec-fleet.js");
      process.exitCode = await execFleet(text, flags);
    });
}
