import { randomBytes } from "node:crypto";
import { loadInventory } from "../inventory/load.js";
import { selectHosts } from "../inventory/pattern.js";
import { SurefootError } from "../model/error.js";
import type { EventBody, Tally } from "../model/event.js";
import { EVENT_VERSION } from "../model/event.js";
import { EXIT } from "../model/exit.js";
import type { HostPlan } from "../model/plan.js";
import type { Become, Target } from "../model/target.js";
import type { SavedHost } from "../plan/saved.js";
import { readApproved, savePlan } from "../plan/saved.js";
import { provideApi } from "../playbook/api.js";
import type { HostTasks } from "../playbook/expand.js";
import { expandPlaybook } from "../playbook/expand.js";
import { loadPlaybook } from "../playbook/load.js";
import type { Reporter } from "../report/reporter.js";
import { exitCodeOf, runHosts } from "../run/engine.js";
import { passwordReader } from "../transport/become.js";
import { Identities } from "../transport/identities.js";
import { sshTransport } from "../transport/ssh.js";
import { asker, askPassword, canAsk, confirm } from "./ask.js";
import type { Interruption } from "./interrupt.js";
import { onInterrupt } from "./interrupt.js";
import type { FleetFlags } from "./options.js";
import { makeReporter } from "./reporters.js";

/** `surefoot plan` with its own flags. */
export interface PlanFlags extends FleetFlags {
  readonly out?: string;
}

/** `surefoot run` with its own flags. */
export interface RunFlags extends FleetFlags {
  readonly yes?: true;
  readonly plan?: string;
}

/** Reads and compares the fleet; gives the exit code. */
export async function planFleet(playbook: string, flags: PlanFlags): Promise<number> {
  const fleet = await prepare(playbook, flags);
  const saved = new Map<string, { fingerprint?: string; plan?: HostPlan }>();
  const result = await pass(fleet, flags, {
    command: "plan",
    mode: "plan",
    reporter: makeReporter(flags),
    planned: (host, fingerprint) => saved.set(host, { fingerprint }),
    ...(flags.out === undefined
      ? {}
      : { plan: (plan) => saved.set(plan.host, { ...saved.get(plan.host), plan }) }),
  });
  if (flags.out !== undefined) {
    const hosts = new Map<string, SavedHost>();
    for (const [host, { fingerprint, plan }] of saved) {
      if (fingerprint !== undefined && plan !== undefined) hosts.set(host, { fingerprint, plan });
    }
    await savePlan(flags.out, { playbook, inventory: flags.inventory, hosts });
  }
  return result.exitCode;
}

/** Plans, asks unless told not to, applies, verifies; gives the exit code. */
export async function runFleet(playbook: string, flags: RunFlags): Promise<number> {
  const ask = flags.yes !== true && flags.plan === undefined;
  if (ask && (flags.json === true || !canAsk())) {
    throw new SurefootError({
      code: "flag-invalid",
      message: "there is nobody to ask whether to apply the plan",
      hint: "Add --yes to apply without asking, or look first with `surefoot plan`.",
    });
  }
  const fleet = await prepare(playbook, flags);
  if (flags.plan !== undefined) {
    const approved = await readApproved(flags.plan);
    const jobs = fleet.jobs.filter((job) => approved.has(job.target.host));
    return (
      await pass({ ...fleet, jobs }, flags, {
        command: "run",
        mode: "apply",
        approved,
        reporter: makeReporter(flags),
      })
    ).exitCode;
  }
  if (!ask)
    return (await pass(fleet, flags, { command: "run", mode: "apply", reporter: makeReporter(flags) }))
      .exitCode;

  const approved = new Map<string, string>();
  const planned = await pass(fleet, flags, {
    command: "run",
    mode: "plan",
    reporter: makeReporter({ ...flags, report: [] }),
    planned: (host, fingerprint) => approved.set(host, fingerprint),
  });
  const changes = planned.tally["would-change"];
  if (planned.exitCode === EXIT.interrupted) return planned.exitCode;
  if (changes === 0 && flags.report.length === 0) return planned.exitCode;
  const question = `Apply this to ${changes} host${changes === 1 ? "" : "s"}?`;
  if (changes > 0 && !(await confirm(question, new AbortController().signal))) {
    process.stderr.write("Nothing was changed.\n");
    return EXIT.pending;
  }
  return (
    await pass(fleet, flags, {
      command: "run",
      mode: "apply",
      approved,
      reporter: makeReporter(flags),
    })
  ).exitCode;
}

interface Fleet {
  readonly playbook: string;
  readonly inventory: string;
  readonly jobs: readonly HostTasks[];
  /** Finds a host of the inventory, for jumps. */
  readonly target: (name: string) => Target | undefined;
  /** Keys that were opened, so that a second pass asks for no passphrase again. */
  readonly identities: Identities;
}

/** Everything that can be known without contacting any host: all bad input is found here. */
async function prepare(path: string, flags: FleetFlags): Promise<Fleet> {
  const inventory = await loadInventory(flags.inventory, { extraVars: flags.extraVar });
  provideApi(await import("../index.js"));
  const loaded = await loadPlaybook(path);
  const hosts = selectHosts(inventory, loaded.playbook.hosts, flags.limit);
  const expanded = expandPlaybook(loaded, hosts, flags.tags);
  const login = flags.askPass === true ? { value: await askPassword("login password: ") } : undefined;
  const reached =
    login === undefined
      ? expanded
      : expanded.map((job) => ({ ...job, target: { ...job.target, password: login } }));
  const jobs =
    flags.askBecomePass === true ? withPassword(reached, await askPassword("sudo password: ")) : reached;
  return {
    playbook: path,
    inventory: flags.inventory,
    jobs,
    target: (name) => inventory.hosts.get(name)?.target,
    identities: new Identities(),
  };
}

function withPassword(jobs: readonly HostTasks[], value: string): readonly HostTasks[] {
  return jobs.map((job) => {
    const become: Become = { user: job.target.become?.user ?? "root", password: { value } };
    return { ...job, target: { ...job.target, become } };
  });
}

interface Pass {
  readonly command: string;
  readonly mode: "plan" | "apply";
  readonly reporter: Reporter;
  readonly approved?: ReadonlyMap<string, string>;
  readonly planned?: (host: string, fingerprint: string) => void;
  readonly plan?: (plan: HostPlan) => void;
}

/** One pass over all hosts, told to the reporter. */
async function pass(
  fleet: Fleet,
  flags: FleetFlags,
  options: Pass,
): Promise<{ readonly tally: Tally; readonly exitCode: number }> {
  const { reporter, planned, plan, approved } = options;
  const run = `${new Date().toISOString().replace(/[-:]|\.\d+/g, "")}-${randomBytes(3).toString("hex")}`;
  const start = performance.now();
  const emit = (body: EventBody): void => {
    if (body.type === "host-planned") plan?.(body.plan);
    reporter.onEvent({ ...body, at: new Date().toISOString() });
  };
  const interruption: Interruption = onInterrupt((text) => process.stderr.write(text));
  const ask = asker(reporter);
  const transport = sshTransport({
    resolveJump: fleet.target,
    identities: fleet.identities,
    warn: (message) => emit({ type: "warning", message }),
    ...(ask === undefined ? {} : { ask }),
  });
  const { playbook, inventory, jobs } = fleet;
  try {
    const { command } = options;
    emit({ type: "run-started", v: EVENT_VERSION, run, command, playbook, inventory, hosts: jobs.length });
    const tally = await runHosts(
      {
        transport,
        mode: options.mode,
        timeouts: { probeMs: flags.timeout * 1000, stepMs: flags.stepTimeout * 1000 },
        ...(approved === undefined ? {} : { approved }),
        ...(planned === undefined ? {} : { planned }),
        emit,
        password: passwordReader(),
        stop: interruption.stop,
        kill: interruption.kill,
      },
      jobs,
      flags.forks,
    );
    const exitCode = exitCodeOf(tally, interruption.stop.aborted);
    emit({ type: "run-finished", run, tally, exitCode, ms: Math.round(performance.now() - start) });
    return { tally, exitCode };
  } finally {
    interruption.dispose();
    await transport.close();
    await reporter.close();
  }
}
