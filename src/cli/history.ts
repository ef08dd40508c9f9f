import type { Command } from "commander";
import { positive, stateOption } from "./options.js";

/** `surefoot history` with its flags. */
export interface HistoryFlags {
  readonly state: string;
  readonly since?: string;
  readonly limit?: number;
  readonly json?: true;
  readonly verbose: number;
}

/** `surefoot history`: what the journals say of hosts. */
export function registerHistory(program: Command): void {
  stateOption(program.command("history"))
    .description(
      "Tell what changed, drifted or failed on hosts, when, and by which run, from the journals: newest first.",
    )
    .argument("[hosts]", "only these: names, globs and ranges of hosts")
    .option(
      "--since <when>",
      "only what was done since then: 90m, 12h, 7d, 2026-11-25, 2026-11-25T09:00 (UTC)",
    )
    .option("--limit <n>", "so many entries at most; without it and --since, 30", positive)
    .option("--json", "JSON Lines, one for each host and run")
    .option(
      "-v, --verbose",
      "also hosts that were in sync or not started: reads all journals",
      (_text, level: number) => level + 1,
      0,
    )
    .addHelpText("after", "\nExample:\n  surefoot history 'client*' --since 7d")
    .action(async (hosts: string | undefined, flags: HistoryFlags) => {
      const { tellHistory } = await import("./history-tell.js");
      process.exitCode = await tellHistory(hosts, flags);
    });
}
