import type { ErrorData } from "../../model/error.js";
import { runChecks } from "../checks.js";
import type { HostSession } from "../context.js";

/**
 * Makes the playbook's checks on a host whose change is to be confirmed, but those that look at what is written only afterwards. One that
 * could not be made says nothing of the change: it is told, and does not undo what can be reached and reads as planned.
 * @returns why the change must be taken back, if so.
 */
export async function healthy(session: HostSession): Promise<ErrorData | undefined> {
  const { context, job } = session;
  const gates = (job.checks ?? []).filter((check) => check.options.gate !== false && check.startup !== true);
  if (gates.length === 0) return undefined;
  const findings = await runChecks(session, gates);
  const { host } = job.target;
  for (const { check, result } of findings.filter((finding) => finding.result.verdict === "unknown")) {
    const message = `${host}: the check "${check.title}" could not be made: ${result.summary}`;
    context.emit({ type: "warning", host, message });
  }
  const bad = findings.find(({ result }) => result.verdict === "fail");
  if (bad === undefined) return undefined;
  const { check, result } = bad;
  return {
    code: "not-confirmed",
    message: `after the change the check "${check.title}" failed: ${result.summary}`,
    place: { host, at: check.title },
    hint: result.hint ?? "Mend what it says, or let it be no gate: { gate: false }.",
    ...(result.detail === undefined ? {} : { detail: result.detail }),
  };
}
