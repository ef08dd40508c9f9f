import { matchPattern } from "../inventory/pattern.js";
import { SurefootError } from "../model/error.js";
import type { WaveEnd } from "../model/rollout.js";
import { budgetOf, isWaveEnd, milliseconds, splitWaves } from "../model/rollout.js";
import type { HostTasks } from "../playbook/expand.js";
import type { Gate, Rollout } from "../run/engine.js";
import type { Fleet } from "./prepare.js";

/** Flags that win over the playbook's rollout. */
export interface RolloutFlags {
  readonly waves?: string;
  readonly budget?: string;
}

/**
 * The rollout that playbook and flags ask for, or undefined where they ask for none.
 * @param wanted Hosts that are still to be done; the waves stay those of all hosts.
 * @param gate How the playbook's gate is looked at.
 * @throws SurefootError `flag-invalid`, or `pattern-no-match` for a canary that names nothing.
 */
export function rolloutOf(
  fleet: Fleet,
  flags: RolloutFlags,
  wanted: (job: HostTasks) => boolean,
  gate: Gate | undefined,
): Rollout | undefined {
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
  return {
    waves: waves.map((jobs) => jobs.filter(wanted)).filter((jobs) => jobs.length > 0),
    ...(budget === undefined ? {} : { budget: budgetOf(budget, fleet.jobs.length) }),
    ...(pauseMs === undefined ? {} : { pauseMs }),
    ...(gate === undefined ? {} : { gate }),
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
