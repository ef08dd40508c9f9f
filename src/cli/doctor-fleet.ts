import { isIP } from "node:net";
import type { Endpoint } from "../doctor/probe.js";
import { remediesFor } from "../doctor/remedies.js";
import { selectHosts } from "../inventory/pattern.js";
import { knowPlainSecrets } from "../inventory/read-secrets.js";
import { SurefootError } from "../model/error.js";
import { refuseProblems } from "../playbook/expand.js";
import { DoctorFold } from "../report/doctor.js";
import { junitReporter } from "../report/junit.js";
import { WHOLE_NAME } from "../resources/unit/show.js";
import { doctor } from "../run/doctor.js";
import { Identities } from "../transport/identities.js";
import type { CredentialFlags, ReportFlags } from "./options.js";
import { pass } from "./pass.js";
import { readInventory, withTyped } from "./prepare.js";
import { makeReporter } from "./reporters.js";

/** `surefoot doctor` with its own flags. */
export interface DoctorFlags extends CredentialFlags, ReportFlags {
  readonly inventory: string;
  readonly unit: string;
  readonly playbook: string;
  readonly probe?: true;
  readonly to?: string;
  readonly allowUnknown?: true;
  readonly extraVar: readonly string[];
  readonly forks: number;
  /** Seconds. */
  readonly timeout: number;
}

/** Looks at hosts and says what is wrong with them; gives the exit code. */
export async function doctorFleet(pattern: string, flags: DoctorFlags): Promise<number> {
  const { unit, playbook, inventory } = flags;
  refuseUnit(unit);
  const to = endpointOf(flags);
  const environment = await readInventory(flags);
  const hosts = selectHosts(environment, pattern);
  refuseProblems(hosts);
  knowPlainSecrets(hosts);
  const jobs = await withTyped(
    hosts.map(({ target }) => ({ target, tasks: [] })),
    flags,
  );
  const fleet = {
    inventory,
    target: (name: string) => environment.hosts.get(name)?.target,
    identities: new Identities(),
  };
  const waits = { forks: flags.forks, timeout: flags.timeout, stepTimeout: flags.timeout };
  const work = doctor({
    unit,
    remedies: (host) => remediesFor({ playbook, inventory, host }),
    ...(flags.probe === true ? { probe: to === undefined ? {} : { to } } : {}),
    allowUnknown: flags.allowUnknown === true,
  });
  const reporter = makeReporter(flags, { fold: (style) => new DoctorFold(style), junit: junitReporter });
  return (await pass(fleet, waits, { command: "doctor", mode: "plan", jobs, reporter, work })).exitCode;
}

/**
 * @throws SurefootError `flag-invalid`.
 */
function refuseUnit(unit: string): void {
  if (WHOLE_NAME.test(unit) && !unit.startsWith("-")) return;
  throw new SurefootError({
    code: "flag-invalid",
    message: `--unit ${unit} is no unit`,
    hint: "Write its whole name, as ecmp-route.service.",
  });
}

/**
 * @throws SurefootError `flag-invalid`.
 */
function endpointOf({ to, probe }: DoctorFlags): Endpoint | undefined {
  if (to === undefined) return undefined;
  const [, address = "", port] = /^\[?([^\]]*?)\]?:(\d+)$/.exec(to) ?? [];
  const number = Number(port);
  if (isIP(address) !== 4 || !(number >= 1 && number <= 65535)) {
    throw new SurefootError({
      code: "flag-invalid",
      message: `--to ${to} is no IPv4 address with a port`,
      hint: "Write --to 203.0.113.10:80.",
    });
  }
  if (probe !== true) {
    throw new SurefootError({
      code: "flag-invalid",
      message: "--to says where to connect to, and nothing connects",
      hint: "Add --probe, or leave --to out.",
    });
  }
  return { address, port: number };
}
