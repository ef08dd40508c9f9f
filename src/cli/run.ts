import type { Command } from "commander";
import type { PlanFlags, RunFlags } from "./fleet.js";
import { confirmOption, fleetOptions, stateOption } from "./options.js";

/** `surefoot plan`: up to the plan, with the diff; changes nothing. */
export function registerPlan(program: Command): void {
  fleetOptions(program.command("plan"))
    .description(
      "Show what a run would change on each host, and change nothing. Exit code 2: changes are pending.",
    )
    .argument("<playbook>", "a playbook file")
    .option("--out <file>", "save the plan, to be carried out by `run --plan FILE`")
    .option("--waves <ends>", "show the waves of a run with this flag, instead of the playbook's: 1,10%,50%")
    .option("--budget <n>", "show the budget of a run with this flag, instead of the playbook's")
    .addHelpText("after", "\nExample:\n  surefoot plan playbooks/ecmp.ts -i inventories/lab --limit client1")
    .action(async (playbook: string, flags: PlanFlags) => {
      const { planFleet } = await import("./fleet.js");
      process.exitCode = await planFleet(playbook, flags);
    });
}

/** `surefoot run`: plan, show, ask, apply, verify. */
export function registerRun(program: Command): void {
  confirmOption(stateOption(fleetOptions(program.command("run"))), 30)
    .description("Plan, show the plan, ask, apply it, and prove by reading again that it holds.")
    .argument("<playbook>", "a playbook file")
    .option("--yes", "apply without asking")
    .option("--rehearse", "first let the first host take the change back by its timer, to prove the way back")
    .option("--plan <file>", "carry out this saved plan; a host that has changed since is left alone")
    .option("--waves <ends>", "hosts or shares after which a wave ends, instead of the playbook's: 1,10%,50%")
    .option("--budget <n>", "hosts, or a share, that may end badly before no further one is started")
    .option(
      "--rollback",
      "when the budget is spent or a gate does not pass, take back the hosts already done",
    )
    .addHelpText("after", "\nExample:\n  surefoot run playbooks/ecmp.ts -i inventories/lab --yes")
    .action(async (playbook: string, flags: RunFlags) => {
      const { runFleet } = await import("./fleet.js");
      process.exitCode = await runFleet(playbook, flags);
    });
}
