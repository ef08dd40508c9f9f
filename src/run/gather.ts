import type { CheckOutput } from "../model/check.js";
import type { HostSession } from "./context.js";
import { runAs } from "./read.js";

/**
 * Gives the session's job its tasks: where they depend on facts, these are gathered first, in one round trip.
 * @throws SurefootError where the host or the playbook can't be asked.
 */
export async function learnFacts(session: HostSession): Promise<void> {
  const { job } = session;
  if (job.gather === undefined) return;
  const { scripts, expand } = job.gather;
  const result = await runAs(session, job.target.become !== null, { probes: scripts }, { ungated: true });
  const outputs = scripts.map((_, i): CheckOutput => {
    const frame = result.frames.find((one) => one.type === "probe" && one.probe === i);
    const stderr = result.errors.get(i)?.trim() ?? "";
    return frame?.type === "probe"
      ? { exit: frame.exit, stdout: frame.output, stderr }
      : { exit: 255, stdout: "", stderr: "the host's shell ended before it read this" };
  });
  session.job = { ...job, ...expand(outputs) };
}
