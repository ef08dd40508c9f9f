import type { Command } from "commander";
import { extraVarOption, inventoryOption, positive, vaultPasswordOption } from "./options.js";
import type { ScanFlags } from "./scan.js";

/** `surefoot hosts scan`. */
export function registerHosts(program: Command): void {
  const hosts = program.command("hosts").description("Say which host keys are the right ones.");
  hosts
    .command("scan")
    .description(
      "Gather the keys of all hosts through their jump hosts, show the fingerprints, ask once, and write known_hosts.",
    )
    .addOption(inventoryOption())
    .option(
      "--limit <pattern>",
      "only these hosts: names, groups, globs; a:b both, a:&b common, a:!b without",
    )
    .addOption(extraVarOption())
    .addOption(vaultPasswordOption())
    .option("--out <file>", "write to this file instead of each host's first known_hosts file")
    .option("--forks <n>", "hosts asked at a time", positive, 50)
    .option("--yes", "write without asking: only where nobody can be listening in")
    .addHelpText(
      "after",
      `
A key that contradicts a known one is reported and never written.

Example:
  surefoot hosts scan -i inventories/production --limit 'web*' --out inventories/production/known_hosts`,
    )
    .action(async (flags: ScanFlags) => {
      const { scanFleet } = await import("./scan.js");
      process.exitCode = await scanFleet(flags);
    });
}
