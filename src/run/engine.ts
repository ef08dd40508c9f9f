import pLimit from "p-limit";
import type { Tally } from "../model/event.js";
import { emptyTally } from "../model/event.js";
import { EXIT } from "../model/exit.js";
import type { HostJob, RunContext } from "./context.js";
import { runHost } from "./host.js";
import type { HostWork } from "./session.js";

/**
 * Runs all hosts, at most `forks` at a time. One bad host never stops the others.
 * @param work What is done on each.
 */
export async function runHosts(
  context: RunContext,
  jobs: readonly HostJob[],
  forks: number,
  work: HostWork = runHost,
): Promise<Tally> {
  const limit = pLimit(forks);
  const tally = emptyTally();
  await limit.map(jobs, async (job) => {
    const host = job.target.host;
    if (context.stop.aborted) {
      tally.skipped++;
      context.emit({ type: "host-finished", host, outcome: "skipped", ms: 0 });
      return;
    }
    const start = performance.now();
    const result = await work(context, job);
    tally[result.outcome]++;
    context.emit({
      type: "host-finished",
      host,
      outcome: result.outcome,
      ms: Math.round(performance.now() - start),
      ...(result.error === undefined ? {} : { error: result.error }),
    });
  });
  return tally;
}

/** The exit code for a run that ended so. */
export function exitCodeOf(tally: Tally, interrupted: boolean): number {
  if (interrupted) return EXIT.interrupted;
  if (tally.failed + tally["rolled-back"] > 0) return EXIT.failed;
  if (tally.unreachable > 0) return EXIT.unreachable;
  if (tally["would-change"] > 0) return EXIT.pending;
  return EXIT.converged;
}
