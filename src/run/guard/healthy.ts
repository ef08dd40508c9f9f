import type { Check } from "../../model/check.js";
import type { ErrorData } from "../../model/error.js";
import type { CheckFinding } from "../checks.js";
import type { HostSession } from "../context.js";

/** The playbook's checks that a change must pass to be confirmed: not those that look at what is written only afterwards. */
export function gatesOf({ job }: HostSession): readonly Check[] {
  return (job.checks ?? []).filter((check) => check.options.gate !== false && check.startup !== true);
}

/**
 * Judges what the checks found on a host whose change is to be confirmed. One that could not be made says nothing of the change: it is told,
 * and does not undo what can be reached and reads as planned.
 * @returns why the change must be taken back, if so.
 */
export function unhealthy(
  { context, job }: HostSession,
  findings: readonly CheckFinding[],
): ErrorData | undefined {
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
