import type { Command } from "commander";
import type { AgainFlags } from "./again.js";
import { againOptions } from "./again.js";
import { stateOption } from "./options.js";
import type { PruneFlags } from "./runs-prune.js";

interface ListFlags {
  readonly state: string;
  readonly json?: true;
}

interface ShowFlags extends ListFlags {
  readonly verbose: number;
}

/** `surefoot runs list|show|resume|prune`. */
export function registerRuns(program: Command): void {
  const runs = program.command("runs").description("Look at runs that were recorded, and go on with them.");
  stateOption(runs.command("list"))
    .description("List runs, the last one last.")
    .option("--json", "as JSON")
    .addHelpText("after", "\nExample:\n  surefoot runs list")
    .action(async (flags: ListFlags) => {
      const { listStories } = await import("./runs-list.js");
      process.stdout.write(await listStories(flags.state, flags.json === true));
    });
  stateOption(runs.command("show"))
    .description("Tell a run: who, what, and how each host came out of it.")
    .argument("<run>", "a run's id, its beginning or end, or `last`")
    .option("--json", "its journal, as JSON Lines")
    .option("-v, --verbose", "say more; twice for still more", (_text, level: number) => level + 1, 0)
    .addHelpText("after", "\nExample:\n  surefoot runs show last")
    .action(async (run: string, flags: ShowFlags) => {
      const { showRun } = await import("./runs-show.js");
      await showRun(run, flags);
    });
  againOptions(runs.command("resume"))
    .description(
      "Go on with a run: the same playbook, inventory and flags, on the hosts that did not end well or were not started.",
    )
    .argument("<run>", "a run's id, its beginning or end, or `last`")
    .addHelpText("after", "\nExample:\n  surefoot runs resume last --yes")
    .action(async (run: string, flags: AgainFlags) => {
      const { resume } = await import("./resume.js");
      process.exitCode = await resume(run, flags);
    });
  stateOption(runs.command("prune"))
    .description(
      "Remove records of old runs, but not those that something still rests on: handlers owed, runs cut short, what was last applied.",
    )
    .requiredOption("--keep <time>", "how long records are kept: 90d, 2w; or from which day on: 2026-01-31")
    .option("--yes", "remove without asking")
    .option("--dry-run", "only tell what would go")
    .option("--json", "as JSON; with --yes or --dry-run")
    .addHelpText("after", "\nExample:\n  surefoot runs prune --keep 90d")
    .action(async (flags: PruneFlags) => {
      const { pruneRuns } = await import("./runs-prune.js");
      process.exitCode = await pruneRuns(flags);
    });
}
