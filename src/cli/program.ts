import { Command, CommanderError } from "commander";
import { reportFailure } from "./failure.js";
import { version } from "./version.js";

/** A command: what the overview says of it, and where it is. Loaded only when it is called, to start quickly. */
interface CommandEntry {
  readonly summary: string;
  readonly register: () => Promise<(program: Command) => void>;
}

const COMMANDS: Readonly<Record<string, CommandEntry>> = {
  run: {
    summary: "plan, show, ask, apply, verify",
    register: async () => (await import("./run.js")).registerRun,
  },
  plan: {
    summary: "show what a run would change, and change nothing",
    register: async () => (await import("./run.js")).registerPlan,
  },
  drift: {
    summary: "look whether hosts are still as they shall be; --fix corrects those that are not",
    register: async () => (await import("./drift.js")).registerDrift,
  },
  schedule: {
    summary: "list, show and remove timers that look for drift",
    register: async () => (await import("./schedule.js")).registerSchedule,
  },
  history: {
    summary: "what changed or drifted on hosts, and when",
    register: async () => (await import("./history.js")).registerHistory,
  },
  serve: {
    summary: "show fleets and runs live in a browser, and metrics",
    register: async () => (await import("./serve.js")).registerServe,
  },
  runs: {
    summary: "list runs, show one, go on with one that was cut short",
    register: async () => (await import("./runs.js")).registerRuns,
  },
  rollback: {
    summary: "take a run's changes back",
    register: async () => (await import("./rollback.js")).registerRollback,
  },
  verify: {
    summary: "make a playbook's checks, and change nothing",
    register: async () => (await import("./verify.js")).registerVerify,
  },
  doctor: {
    summary: "look at a host, say in words what is wrong and what mends it",
    register: async () => (await import("./doctor.js")).registerDoctor,
  },
  exec: {
    summary: "one command on many hosts, equal outputs told once",
    register: async () => (await import("./exec.js")).registerExec,
  },
  inventory: {
    summary: "list hosts, show one, explain where a variable comes from",
    register: async () => (await import("./inventory.js")).registerInventory,
  },
  hosts: {
    summary: "gather host keys and pin them",
    register: async () => (await import("./hosts.js")).registerHosts,
  },
  lab: {
    summary: "real hosts on this machine, to try and to test",
    register: async () => (await import("./lab.js")).registerLab,
  },
  secrets: {
    summary: "keep secrets in the inventory, encrypted by age",
    register: async () => (await import("./secrets.js")).registerSecrets,
  },
  init: {
    summary: "make a new repository with an inventory, a playbook and a template",
    register: async () => (await import("./init.js")).registerInit,
  },
};

/** Runs the command line and gives its exit code; errors are printed, never thrown. */
export async function main(args: readonly string[]): Promise<number> {
  const program = new Command("surefoot")
    .description("Agentless push orchestrator over SSH: typed playbooks, honest plans, safe network changes.")
    .version(version())
    .showHelpAfterError("(run with --help for the options and an example)")
    .addHelpText(
      "after",
      `
Examples:
  surefoot lab up                                          three real hosts to try it on
  surefoot plan playbooks/ecmp.ts -i inventories/lab       what would change
  surefoot run playbooks/ecmp.ts -i inventories/lab        change it

Exit codes: 0 converged, 1 a host failed, 2 changes pending, 3 bad input, 4 hosts unreachable, 130 interrupted`,
    );
  const name = args.find((arg) => !arg.startsWith("-"));
  const known = name === undefined ? undefined : Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  try {
    if (known !== undefined) (await known.register())(program);
    else
      for (const [command, { summary }] of Object.entries(COMMANDS))
        program.command(command).description(summary);
    catchExits(program);
    await program.parseAsync(args, { from: "user" });
    return typeof process.exitCode === "number" ? process.exitCode : 0;
  } catch (thrown) {
    if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? 0 : 3;
    return reportFailure(thrown, { json: args.includes("--json") });
  }
}

/** Lets no command end the process by itself, so that bad flags get exit code 3 as all bad input does. */
function catchExits(command: Command): void {
  command.exitOverride();
  for (const child of command.commands) catchExits(child);
}
