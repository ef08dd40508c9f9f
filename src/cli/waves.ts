import { matchPattern } from "../inventory/pattern.js";
import { suggest } from "../model/did-you-mean.js";
import { SurefootError } from "../model/error.js";
import type { WaveEnd } from "../model/rollout.js";
import { budgetOf, isWaveEnd, milliseconds, splitWaves } from "../model/rollout.js";
import type { HostTasks } from "../playbook/expand.js";
import type { RunContext } from "../run/context.js";
import type { Gate, Rollout } from "../run/engine.js";
import { checkGate, looker } from "../run/gate.js";
import type { Fleet } from "./prepare.js";

/** Flags that win over the playbook's rollout. */
export interface RolloutFlags {
  readonly waves?: string;
  readonly budget?: string;
}

/** Looked at again so often, and after so long, where a playbook does not say: routes and services need a moment to settle. */
const GATE = { retries: 2, delayMs: 5_000 };

/** The gate of a fleet's playbook, once there is a run whose connections it can use. */
export type MakeGate = (context: RunContext) => Gate;

/**
 * The gate that a playbook asks for, or undefined where it asks for none.
 * @throws SurefootError `host-unknown` where the inventory does not have its vantage point.
 */
export function gateOf(fleet: Fleet, forks: number): MakeGate | undefined {
  const given = fleet.loaded.playbook.rollout?.gate;
  if (given === undefined) return undefined;
  const from = given.from === undefined ? undefined : fleet.target(given.from);
  if (given.from !== undefined && from === undefined) {
    throw new SurefootError({
      code: "host-unknown",
      message: `rollout.gate.from: ${fleet.inventory} has no host ${given.from}`,
      place: { file: fleet.playbook, line: 1, col: 1 },
      hint: suggest(given.from, fleet.environment.hosts.keys(), "Name a host of the inventory."),
    });
  }
  const jobs = new Map(fleet.jobs.map((job) => [job.target.host, job]));
  const options = {
    ...(from === undefined ? {} : { from }),
    retries: given.retries ?? GATE.retries,
    delayMs: given.delay === undefined ? GATE.delayMs : (milliseconds(given.delay) ?? GATE.delayMs),
    forks,
  };
  return (context) => checkGate(jobs, options, looker(context), context.stop);
}

/** A rollout whose gate is still to be made. */
export type RolloutPlan = Omit<Rollout, "gate">;

/**
 * The rollout that playbook and flags ask for, or undefined where they ask for none.
 * @param wanted Hosts that are still to be done; the waves stay those of all hosts.
 * @throws SurefootError `flag-invalid`, or `pattern-no-match` for a canary that names nothing.
 */
export function rolloutOf(
  fleet: Fleet,
  flags: RolloutFlags,
  wanted: (job: HostTasks) => boolean,
): RolloutPlan | undefined {
  const given = fleet.loaded.playbook.rollout;
  const ends = flags.waves === undefined ? given?.waves : parseWaves(flags.waves);
  const budget = flags.budget === undefined ? given?.budget : parseEnd("--budget", flags.budget);
  if (given === undefined && ends === undefined && budget === undefined) return undefined;
  const first =
    given?.canary === undefined ? new Set<string>() : matchPattern(fleet.environment, given.canary);
  const canaries = fleet.jobs.filter((job) => first.has(job.target.host));
  const others = fleet.jobs.filter((job) => !first.has(job.target.host));
  const waves = splitWaves([...canaries, ...others], ends ?? [], canaries.length);
  const pauseMs = given?.pause === undefined ? undefined : milliseconds(given.pause);
  const done = fleet.jobs.filter((job) => !wanted(job));
  return {
    done,
    waves: waves.map((jobs) => jobs.filter(wanted)).filter((jobs) => jobs.length > 0),
    ...(budget === undefined ? {} : { budget: budgetOf(budget, fleet.jobs.length) }),
    ...(pauseMs === undefined ? {} : { pauseMs }),
  };
}

function parseWaves(text: string): readonly WaveEnd[] {
  return text.split(",").map((end) => parseEnd("--waves", end));
}

function parseEnd(flag: string, text: string): WaveEnd {
  const trimmed = text.trim();
  const value: unknown = /^\d+$/.test(trimmed) ? Number(trimmed) : trimmed;
  if (isWaveEnd(value)) return value;
  throw new SurefootError({
    code: "flag-invalid",
    message: `${flag}: "${trimmed}" is no number of hosts and no share of them`,
    hint: "Write whole numbers from 1 or shares: --waves 1,10%,50% --budget 2",
  });
}
