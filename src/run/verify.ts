import type { CheckResult } from "../model/check.js";
import type { ErrorData } from "../model/error.js";
import type { CheckFinished } from "../model/event.js";
import type { CheckFinding } from "./checks.js";
import { runChecks } from "./checks.js";
import type { HostSession } from "./context.js";
import type { HostResult, HostWork } from "./session.js";
import { withSession } from "./session.js";

/** Looks at hosts by their checks and changes nothing. */
export function verifier(options: {
  /** A check that could not be made does not count against its host. */
  readonly allowUnknown: boolean;
}): HostWork {
  return (context, job) =>
    withSession(context, job, async (session) => verify(session, options.allowUnknown));
}

async function verify(session: HostSession, allowUnknown: boolean): Promise<HostResult> {
  const { context, job } = session;
  const host = job.target.host;
  context.emit({ type: "host-phase", host, phase: "check" });
  const findings = await runChecks(session, job.checks ?? []);
  for (const finding of findings) context.emit(checkFinished(host, finding));
  const error = notPassed(host, findings, allowUnknown);
  return error === undefined ? { outcome: "ok" } : { outcome: "failed", error };
}

/** A finding as the event that tells of it. */
export function checkFinished(host: string, { check, result }: CheckFinding): CheckFinished {
  return { type: "check-finished", host, check: check.id, kind: check.kind, title: check.title, ...result };
}

/** The error of a host whose checks did not all pass; the first that failed, else the first unknown one, gives its hint. */
export function notPassed(
  host: string,
  findings: readonly CheckFinding[],
  allowUnknown = false,
): ErrorData | undefined {
  const of = (verdict: CheckResult["verdict"]): readonly CheckFinding[] =>
    findings.filter(({ result }) => result.verdict === verdict);
  const [failed, unknown] = [of("fail"), of("unknown")];
  const [first] = [...failed, ...(allowUnknown ? [] : unknown)];
  if (first === undefined) return undefined;
  const { check, result } = first;
  const count = failed.length > 0 ? failed.length : unknown.length;
  const more = count > 1 ? ` (and ${count - 1} more)` : "";
  return {
    code: failed.length > 0 ? "check-failed" : "check-unknown",
    message: `${check.title}: ${result.summary}${more}`,
    place: { host, at: check.title },
    hint: result.hint ?? "Look at the host, or at what the check expects of it.",
    ...(result.detail === undefined ? {} : { detail: result.detail }),
  };
}
