import { SurefootError } from "../model/error.js";
import { VerifyFold } from "../report/verify.js";
import { verifyJunitReporter } from "../report/verify-junit.js";
import { verifier } from "../run/verify.js";
import type { FleetFlags } from "./options.js";
import { pass } from "./pass.js";
import { prepare } from "./prepare.js";
import { makeReporter } from "./reporters.js";

/** `surefoot verify` with its own flags. */
export interface VerifyFlags extends FleetFlags {
  readonly allowUnknown?: true;
}

/** Looks at the fleet by the playbook's checks; gives the exit code. */
export async function verifyFleet(playbook: string, flags: VerifyFlags): Promise<number> {
  const fleet = await prepare(playbook, flags);
  const asks = fleet.loaded.playbook.checks !== undefined;
  // Where facts are asked for, checks are known on the host alone.
  if (fleet.jobs.every((job) => job.checks.length === 0 && (job.gather === undefined || !asks))) {
    throw new SurefootError({
      code: "playbook-invalid",
      message: `${playbook} has no checks${flags.tags === undefined ? "" : " with these tags"}`,
      hint: "Add `checks({ vars }) { return [...] }` to the playbook; docs/verify.md lists the kinds.",
    });
  }
  const reporter = makeReporter(flags, {
    fold: (style) => new VerifyFold(style),
    junit: verifyJunitReporter,
  });
  const work = verifier({ allowUnknown: flags.allowUnknown === true });
  return (await pass(fleet, flags, { command: "verify", mode: "plan", jobs: fleet.jobs, reporter, work }))
    .exitCode;
}
