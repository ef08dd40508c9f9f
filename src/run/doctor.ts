import type { Case } from "../doctor/case.js";
import { diagnose, worstFirst } from "../doctor/diagnose.js";
import type { Endpoint } from "../doctor/probe.js";
import { probesOf } from "../doctor/probe.js";
import type { Readings } from "../doctor/readings.js";
import { readAll, sources } from "../doctor/readings.js";
import type { Remedies } from "../doctor/remedies.js";
import type { Check, CheckOutput } from "../model/check.js";
import type { Diagnosis } from "../model/diagnosis.js";
import type { ErrorData } from "../model/error.js";
import { runChecks } from "./checks.js";
import type { HostSession } from "./context.js";
import type { HostWork } from "./session.js";
import { withSession } from "./session.js";

/** What `doctor` is told. */
export interface DoctorOptions {
  /** The unit that sets the route at boot. */
  readonly unit: string;
  /** The remedies of a host, by its name. */
  readonly remedies: (host: string) => Remedies;
  /** Try each gateway, too. */
  readonly probe?: { readonly to?: Endpoint };
  /** What could not be read does not count against its host. */
  readonly allowUnknown: boolean;
}

/** Longest time for one reading, in seconds: each is a short command or a few small files. */
const READING_S = 15;

/** Reads hosts in one script, says what is wrong with them, and changes nothing. */
export function doctor(options: DoctorOptions): HostWork {
  return (context, job) =>
    withSession(context, job, async (session) => {
      const { host } = job.target;
      context.emit({ type: "host-phase", host, phase: "check" });
      const readings = await readHost(session, options.unit);
      const patient = { readings, remedies: options.remedies(host), unit: options.unit };
      const passive = diagnose(patient);
      const diagnosis =
        options.probe === undefined ? passive : await probed(session, patient, passive, options.probe.to);
      context.emit({ type: "host-diagnosed", host, diagnosis });
      const error = notWell(host, diagnosis, options.allowUnknown);
      return error === undefined ? { outcome: "ok" } : { outcome: "failed", error };
    });
}

/** Makes all readings in one round trip; one that hangs costs only itself. */
async function readHost(session: HostSession, unit: string): Promise<Readings> {
  const heard = new Map<string, CheckOutput>();
  const checks = Object.entries(sources(unit)).map(
    ([name, { what, script }]): Check => ({
      kind: "reading",
      id: name,
      title: what,
      scripts: [script],
      judge: ([output]) => {
        if (output !== undefined) heard.set(name, output);
        return { verdict: "pass", summary: "" };
      },
      timeoutSeconds: READING_S,
      options: {},
    }),
  );
  const results = new Map((await runChecks(session, checks)).map(({ check, result }) => [check.id, result]));
  return readAll(unit, (name) => {
    const result = results.get(name);
    const why = result?.summary ?? "the host's shell ended before this was read";
    return heard.get(name) ?? { what: name, why, hint: result?.hint ?? "Run the command again." };
  });
}

async function probed(
  session: HostSession,
  patient: Case,
  passive: Diagnosis,
  to: Endpoint | undefined,
): Promise<Diagnosis> {
  const probes = probesOf(patient, to);
  const made = await runChecks(
    session,
    probes.map(({ check }) => check),
  );
  const told = probes.flatMap(({ check, judge }) => {
    const result = made.find((one) => one.check === check)?.result;
    return result === undefined ? [] : [judge(result)];
  });
  return {
    ...passive,
    looked: [...passive.looked, ...made.map(({ check }) => `whether ${check.title}`)],
    findings: worstFirst([...told.flatMap(({ findings }) => findings), ...passive.findings]),
    unknown: [...passive.unknown, ...told.flatMap(({ unknown }) => unknown)],
  };
}

/** The error of a host with something to mend, or that could not be read whole. */
function notWell(
  host: string,
  { findings, unknown }: Diagnosis,
  allowUnknown: boolean,
): ErrorData | undefined {
  const bad = findings.filter(({ severity }) => severity !== "note");
  const more = (count: number): string => (count > 1 ? ` (and ${count - 1} more)` : "");
  const [worst] = bad;
  if (worst !== undefined) {
    const hint = worst.remedy === undefined ? worst.cause : `${worst.cause} ${worst.remedy.command}`;
    return {
      code: "check-failed",
      message: `${worst.id}: ${worst.seen}${more(bad.length)}`,
      place: { host },
      hint,
    };
  }
  const [unread] = unknown;
  if (unread === undefined || allowUnknown) return undefined;
  const message = `${unread.what} could not be read: ${unread.why}${more(unknown.length)}`;
  return { code: "check-unknown", message, place: { host }, hint: unread.hint };
}
