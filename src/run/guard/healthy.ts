import type { ErrorData } from "../../model/error.js";
import { runChecks } from "../checks.js";
import type { HostSession } from "../context.js";

/**
 * Makes the playbook's checks on a host whose change is to be confirmed, but those that look at what is written only afterwards. One that could
 * not be made has not passed.
 * @returns why the change must be taken back, if so.
 */
export async function healthy(session: HostSession): Promise<ErrorData | undefined> {
  const { job } = session;
  const gates = (job.checks ?? []).filter((check) => check.options.gate !== false && check.startup !== true);
  if (gates.length === 0) return undefined;
  const bad = (await runChecks(session, gates)).find(({ result }) => result.verdict !== "pass");
  if (bad === undefined) return undefined;
  const { check, result } = bad;
  const how = result.verdict === "fail" ? "failed" : "could not be made";
  return {
    code: "not-confirmed",
    message: `after the change the check "${check.title}" ${how}: ${result.summary}`,
    place: { host: job.target.host, at: check.title },
    hint: result.hint ?? "Mend what it says, or let it be no gate: { gate: false }.",
    ...(result.detail === undefined ? {} : { detail: result.detail }),
  };
}
