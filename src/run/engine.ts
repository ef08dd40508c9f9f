import pLimit from "p-limit";
import type { GateFinding, Outcome, Tally } from "../model/event.js";
import { emptyTally, OUTCOMES } from "../model/event.js";
import { EXIT } from "../model/exit.js";
import { isBad } from "../model/rollout.js";
import type { HostJob, RunContext } from "./context.js";
import { runHost } from "./host.js";
import type { HostWork } from "./session.js";

/** What came of a gate. */
export interface GateResult {
  /** How often it was looked at. */
  readonly attempts: number;
  /** What did not pass; empty where all is well. */
  readonly findings: readonly GateFinding[];
}

/** Looks whether the hosts that are done are well. Never rejects. */
export type Gate = (done: readonly HostJob[]) => Promise<GateResult>;

/** A rollout as the engine carries it out. */
export interface Rollout {
  /** Hosts by wave; none of them empty. */
  readonly waves: readonly (readonly HostJob[])[];
  /** How many hosts may end badly before no further one is started. */
  readonly budget?: number;
  /** Between a wave and its gate, in milliseconds. */
  readonly pauseMs?: number;
  readonly gate?: Gate;
  /** Hosts that were done before, by an earlier part of the run: the gate is looked at for them before the first wave. */
  readonly done?: readonly HostJob[];
}

/** How a run ended. */
export interface RunResult {
  readonly tally: Tally;
  /** Why no further host was started, other than by a signal. */
  readonly stopped?: "budget" | "gate";
}

/**
 * Runs all hosts at once, at most `forks` at a time. One bad host never stops the others.
 * @param work What is done on each.
 */
export async function runHosts(
  context: RunContext,
  jobs: readonly HostJob[],
  forks: number,
  work: HostWork = runHost,
): Promise<Tally> {
  return (await new RolloutRun(context, { waves: [jobs] }, forks, work, false).run()).tally;
}

/** Runs hosts wave by wave, and starts no further one when the budget is spent or a gate does not pass. */
export async function runRollout(context: RunContext, rollout: Rollout, forks: number): Promise<RunResult> {
  return new RolloutRun(context, rollout, forks, runHost, true).run();
}

class RolloutRun {
  readonly #context: RunContext;
  readonly #rollout: Rollout;
  readonly #forks: number;
  readonly #work: HostWork;
  /** Whether waves are told of. */
  readonly #told: boolean;
  readonly #tally = emptyTally();
  readonly #bad: Record<string, Outcome> = {};
  readonly #done: HostJob[];
  #wave = 0;
  #stopped: "budget" | "gate" | undefined;

  constructor(context: RunContext, rollout: Rollout, forks: number, work: HostWork, told: boolean) {
    this.#context = context;
    this.#rollout = rollout;
    this.#forks = forks;
    this.#work = work;
    this.#told = told;
    this.#done = [...(rollout.done ?? [])];
  }

  async run(): Promise<RunResult> {
    if (this.#done.length > 0 && !this.#isStopped()) await this.#passGate();
    for (const jobs of this.#rollout.waves) {
      this.#wave++;
      if (this.#isStopped()) for (const job of jobs) this.#skip(job);
      else await this.#runWave(jobs);
    }
    return { tally: this.#tally, ...(this.#stopped === undefined ? {} : { stopped: this.#stopped }) };
  }

  #isStopped(): boolean {
    return this.#stopped !== undefined || this.#context.stop.aborted;
  }

  get #at(): { readonly wave: number; readonly waves: number } {
    return { wave: this.#wave, waves: this.#rollout.waves.length };
  }

  async #runWave(jobs: readonly HostJob[]): Promise<void> {
    const { emit } = this.#context;
    const before = { ...this.#tally };
    if (this.#told) {
      emit({ type: "wave-started", ...this.#at, hosts: jobs.map((job) => job.target.host) });
    }
    await pLimit(this.#forks).map(jobs, (job) => this.#runJob(job));
    if (!this.#told) return;
    const tally = emptyTally();
    for (const outcome of OUTCOMES) tally[outcome] = this.#tally[outcome] - before[outcome];
    emit({ type: "wave-finished", ...this.#at, tally });
    if (!this.#isStopped()) await this.#passGate();
  }

  async #runJob(job: HostJob): Promise<void> {
    if (this.#isStopped()) {
      this.#skip(job);
      return;
    }
    const host = job.target.host;
    const start = performance.now();
    const { outcome, error } = await this.#work(this.#context, job);
    this.#tally[outcome]++;
    this.#context.emit({
      type: "host-finished",
      host,
      outcome,
      ms: Math.round(performance.now() - start),
      ...(error === undefined ? {} : { error }),
    });
    if (isBad(outcome)) this.#spend(host, outcome);
    else this.#done.push(job);
  }

  #skip(job: HostJob): void {
    this.#tally.skipped++;
    this.#context.emit({ type: "host-finished", host: job.target.host, outcome: "skipped", ms: 0 });
  }

  #spend(host: string, outcome: Outcome): void {
    this.#bad[host] = outcome;
    const { budget } = this.#rollout;
    if (budget !== undefined && Object.keys(this.#bad).length >= budget) this.#stop("budget");
  }

  #stop(why: "budget" | "gate"): void {
    if (this.#stopped !== undefined) return;
    this.#stopped = why;
    const { budget } = this.#rollout;
    this.#context.emit({
      type: "rollout-stopped",
      why,
      ...this.#at,
      bad: { ...this.#bad },
      ...(budget === undefined ? {} : { budget }),
    });
  }

  /** Waits, then looks at what is done; the last wave too is looked at. */
  async #passGate(): Promise<void> {
    const { pauseMs, gate, waves } = this.#rollout;
    if (pauseMs !== undefined && this.#wave > 0 && this.#wave < waves.length)
      await pause(pauseMs, this.#context.stop);
    if (gate === undefined || this.#done.length === 0 || this.#isStopped()) return;
    const start = performance.now();
    const { attempts, findings } = await gate(this.#done);
    const passed = findings.length === 0;
    const ms = Math.round(performance.now() - start);
    this.#context.emit({ type: "gate-finished", ...this.#at, passed, attempts, findings, ms });
    if (!passed && !this.#context.stop.aborted) this.#stop("gate");
  }
}

/** Waits so long, or until it is told to stop. */
export function pause(ms: number, stop: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      stop.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    stop.addEventListener("abort", end);
    if (stop.aborted) end();
  });
}

/** The exit code for a run that ended so. */
export function exitCodeOf(tally: Tally, interrupted: boolean, stopped = false): number {
  if (interrupted) return EXIT.interrupted;
  if (tally.failed + tally["rolled-back"] > 0 || stopped) return EXIT.failed;
  if (tally.unreachable > 0) return EXIT.unreachable;
  if (tally["would-change"] > 0) return EXIT.pending;
  return EXIT.converged;
}
