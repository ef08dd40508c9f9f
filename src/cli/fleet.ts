import { newRunId } from "../journal/folder.js";
import { EXIT } from "../model/exit.js";
import type { HostPlan } from "../model/plan.js";
import type { SavedHost } from "../plan/approve.js";
import { refuseUnapproved } from "../plan/approve.js";
import { readApproved, savePlan } from "../plan/saved.js";
import type { HostTasks } from "../playbook/expand.js";
import type { Reporter } from "../report/reporter.js";
import { tee } from "../report/reporter.js";
import type { RunContext } from "../run/context.js";
import { confirm, requireSomebody } from "./ask.js";
import { warn } from "./failure.js";
import { leftOwed } from "./left-owed.js";
import type { ChangeFlags, FleetFlags } from "./options.js";
import type { PassResult, Recording } from "./pass.js";
import { pass } from "./pass.js";
import type { Fleet } from "./prepare.js";
import { prepare } from "./prepare.js";
import { headerFor } from "./record.js";
import { makeReporter } from "./reporters.js";
import { gateOf, rolloutOf } from "./waves.js";

/** `surefoot plan` with its own flags. */
export interface PlanFlags extends FleetFlags {
  readonly out?: string;
  readonly waves?: string;
  readonly budget?: string;
}

/** `surefoot run` with its own flags. */
export interface RunFlags extends ChangeFlags {
  readonly plan?: string;
  readonly rollback?: true;
}

/** Reads and compares the fleet; gives the exit code. */
export async function planFleet(playbook: string, flags: PlanFlags): Promise<number> {
  const fleet = await prepare(playbook, flags);
  const { approved, ...seen } = approvals();
  const result = await pass(fleet, flags, {
    command: "plan",
    mode: "plan",
    jobs: fleet.jobs,
    shownRollout: rolloutOf(fleet, flags, () => true),
    reporter: makeReporter(flags),
    ...(flags.out === undefined ? {} : seen),
  });
  if (flags.out !== undefined) {
    await savePlan(flags.out, { playbook, inventory: flags.inventory, hosts: approved() });
  }
  return result.exitCode;
}

/** Plans, asks unless told not to, applies, verifies; gives the exit code. */
export async function runFleet(playbook: string, flags: RunFlags): Promise<number> {
  const ask = flags.yes !== true && flags.plan === undefined;
  if (ask) requireAnswer(flags);
  const fleet = await prepare(playbook, flags);
  await warn(await leftOwed(flags.state, playbook, flags.inventory));
  const header = await headerFor(fleet, flags, { run: newRunId(), command: "run" });
  const recording: Recording = { state: flags.state, header, how: "new" };
  const { plan } = flags;
  const result =
    plan === undefined
      ? await change(fleet, flags, { command: "run", recording, ask, wanted: () => true })
      : await carryOut(fleet, flags, { command: "run", recording, plan });
  if (typeof result === "number") return result;
  if (result.stopped === undefined || flags.rollback !== true) return result.exitCode;
  const { takeBack } = await import("./rollback.js");
  await takeBack(fleet, flags, result.run);
  return result.exitCode;
}

/**
 * @throws SurefootError `flag-invalid` where nobody can answer the question whether to apply.
 */
export function requireAnswer({ json }: Pick<FleetFlags, "json">): void {
  requireSomebody(json, {
    whether: "apply the plan",
    hint: "Add --yes to apply without asking, or look first with `surefoot plan`.",
  });
}

/** Collects each host's plan with its fingerprint. */
export function approvals(): {
  readonly planned: (host: string, fingerprint: string) => void;
  readonly plan: (plan: HostPlan) => void;
  readonly approved: () => ReadonlyMap<string, SavedHost>;
} {
  const fingerprints = new Map<string, string>();
  const approved = new Map<string, SavedHost>();
  return {
    planned: (host, fingerprint) => fingerprints.set(host, fingerprint),
    plan: (plan) => {
      const fingerprint = fingerprints.get(plan.host);
      if (fingerprint !== undefined) approved.set(plan.host, { fingerprint, plan });
    },
    approved: () => approved,
  };
}

/** Carries a saved plan out. */
async function carryOut(
  fleet: Fleet,
  flags: RunFlags,
  options: { readonly command: string; readonly recording: Recording; readonly plan: string },
): Promise<PassResult> {
  const approved = await readApproved(options.plan, {
    playbook: fleet.playbook,
    inventory: fleet.inventory,
    isHost: (name) => fleet.environment.hosts.has(name),
  });
  const planned = { ...fleet, jobs: fleet.jobs.filter((job) => approved.has(job.target.host)) };
  return apply(planned, flags, {
    command: options.command,
    recording: options.recording,
    wanted: () => true,
    refuse: (plan) => refuseUnapproved(approved, plan),
  });
}

/** What a change of a fleet is told. */
export interface ChangeOptions {
  readonly command: string;
  readonly recording: Recording;
  /** Show the plan and ask before it is carried out. */
  readonly ask: boolean;
  /** Hosts that are to be done; waves and shares are those of all hosts. */
  readonly wanted: (job: HostTasks) => boolean;
  /** Without waves, budget and gate. */
  readonly atOnce?: true;
  readonly refuse?: RunContext["refuse"];
  /** Hears of it too, in place of the reports that the flags ask for. */
  readonly alsoTo?: Reporter;
}

/** Changes a fleet, after asking where that is wanted. A number is the exit code where it came to no change. */
export async function change(
  fleet: Fleet,
  flags: ChangeFlags,
  options: ChangeOptions,
): Promise<PassResult | number> {
  const { command, ask, wanted } = options;
  if (!ask) return apply(fleet, flags, options);
  const jobs = fleet.jobs.filter(wanted);
  const { approved, ...seen } = approvals();
  const planned = await pass(fleet, flags, {
    command,
    mode: "plan",
    jobs,
    ...(options.atOnce === true ? {} : { shownRollout: rolloutOf(fleet, flags, wanted) }),
    reporter: makeReporter({ ...flags, report: [] }),
    ...seen,
  });
  const changes = planned.tally["would-change"];
  if (planned.exitCode === EXIT.interrupted) return planned.exitCode;
  if (changes === 0 && flags.report.length === 0) return planned.exitCode;
  const question = `Apply this to ${changes} host${changes === 1 ? "" : "s"}?`;
  if (changes > 0 && !(await confirm(question))) {
    process.stderr.write("Nothing was changed.\n");
    return EXIT.pending;
  }
  const refuse = (plan: HostPlan) => refuseUnapproved(approved(), plan) ?? options.refuse?.(plan);
  return apply(fleet, flags, { ...options, refuse });
}

/** One pass that changes hosts, in the waves that playbook and flags ask for. */
function apply(fleet: Fleet, flags: ChangeFlags, options: Omit<ChangeOptions, "ask">): Promise<PassResult> {
  const { command, recording, wanted, refuse, alsoTo } = options;
  return pass(fleet, flags, {
    command,
    mode: "apply",
    reporter:
      alsoTo === undefined ? makeReporter(flags) : tee([makeReporter({ ...flags, report: [] }), alsoTo]),
    jobs: fleet.jobs.filter(wanted),
    ...(options.atOnce === true
      ? {}
      : { rollout: rolloutOf(fleet, flags, wanted), gate: gateOf(fleet, flags.forks) }),
    recording,
    confirmTimeout: flags.confirmTimeout,
    ...(flags.rehearse === undefined ? {} : { rehearse: flags.rehearse }),
    ...(refuse === undefined ? {} : { refuse }),
  });
}
