import { SurefootError } from "../../model/error.js";
import type { Sh } from "../../model/sh.js";
import type { HostSession } from "../context.js";
import { detailOf } from "../failed-output.js";
import { runAs } from "../read.js";

/**
 * Runs one script of the guard's own, by the user who holds the lease, and gives what it printed.
 * @throws SurefootError `guard-not-armed` where it fails, and what {@link runAs} throws.
 */
export async function ask(session: HostSession, script: Sh): Promise<string> {
  const { frames } = await runAs(session, session.leaseBecomes, { steps: [script] }, { ungated: true });
  const end = frames.find((frame) => frame.type === "end");
  if (end?.type === "end" && end.exit === 0) return end.output.trim();
  throw new SurefootError({
    code: "guard-not-armed",
    message: "the guard on the host did not answer as it should",
    place: { host: session.job.target.host, at: "guard" },
    hint: "Look at /run/surefoot on the host.",
    ...detailOf(end?.type === "end" ? end.output : "", false),
  });
}
