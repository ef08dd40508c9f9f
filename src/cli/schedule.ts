import type { Command } from "commander";

interface ListFlags {
  readonly json?: true;
}

/** `surefoot schedule list|show|repin|remove`. */
export function registerSchedule(program: Command): void {
  const schedule = program
    .command("schedule")
    .description("Look at schedules that `surefoot drift --schedule` made on this machine, and remove them.");
  schedule
    .command("list")
    .description("List schedules: when they run next, how the last run ended, whether files are as pinned.")
    .option("--json", "as JSON")
    .addHelpText("after", "\nExample:\n  surefoot schedule list")
    .action(async (flags: ListFlags) => {
      const { listAll } = await import("./schedule-tell.js");
      process.stdout.write(await listAll(flags.json === true));
    });
  schedule
    .command("show")
    .description("Tell all of a schedule, with the end of what its runs printed.")
    .argument("<name>", "its name")
    .option("--json", "as JSON")
    .addHelpText("after", "\nExample:\n  surefoot schedule show ecmp-production")
    .action(async (name: string, flags: ListFlags) => {
      const { showOne } = await import("./schedule-tell.js");
      process.stdout.write(await showOne(name, flags.json === true));
    });
  schedule
    .command("repin")
    .description("Pin the playbook and the inventory of a schedule as they are now.")
    .argument("<name>", "its name")
    .option("--json", "as JSON")
    .addHelpText("after", "\nExample:\n  sudo surefoot schedule repin ecmp-production")
    .action(async (name: string, flags: ListFlags) => {
      const { repin } = await import("./schedule-change.js");
      process.stdout.write(await repin(name, flags.json === true));
    });
  schedule
    .command("remove")
    .description("Remove a schedule: its timer, its service and its record. What it recorded of runs stays.")
    .argument("<name>", "its name")
    .option("--json", "as JSON")
    .addHelpText("after", "\nExample:\n  sudo surefoot schedule remove ecmp-production")
    .action(async (name: string, flags: ListFlags) => {
      const { remove } = await import("./schedule-change.js");
      process.stdout.write(await remove(name, flags.json === true));
    });
}
