import type { Command } from "commander";
import { stateOption } from "./options.js";

/** `surefoot history` with its flags. */
export interface HistoryFlags {
  readonly state: string;
  readonly since?: string;
  readonly json?: true;
  readonly verbose: number;
}

/** `surefoot history`: what the journals say of hosts. */
export function registerHistory(program: Command): void {
  stateOption(program.command("history"))
    .description(
      "Tell what changed or drifted on hosts and when, from the journals: a line per host and run, newest last.",
    )
    .argument("[host]", "only this host")
    .option("--since <time>", "only runs that began so long ago at most: 90m, 12h, 7d")
    .option("--json", "JSON Lines, one for each host and run")
    .option("-v, --verbose", "also hosts that were found in sync", (_text, level: number) => level + 1, 0)
    .addHelpText("after", "\nExample:\n  surefoot history client1 --since 7d")
    .action(async (host: string | undefined, flags: HistoryFlags) => {
      const { tellHistory } = await import("./history-tell.js");
      process.exitCode = await tellHistory(host, flags);
    });
}
