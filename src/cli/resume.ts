import { resolve } from "node:path";
import { findRun } from "../journal/folder.js";
import { isWell } from "../journal/story.js";
import { SurefootError } from "../model/error.js";
import { EXIT } from "../model/exit.js";
import type { AgainFlags } from "./again.js";
import { flagsOf, fromHere, refuseChanged } from "./again.js";
import { change, requireAnswer } from "./fleet.js";
import { prepare } from "./prepare.js";
import { headerFor } from "./record.js";
import { loadStory } from "./rollback.js";

/**
 * Goes on with a run where it was cut short; gives the exit code. Hosts that ended well are left alone, all others are read and planned
 * anew, in the waves that they had.
 * @throws SurefootError `run-unknown`, `run-active`, `run-changed`, `flag-invalid`, and what a run throws.
 */
export async function resume(wanted: string, given: AgainFlags): Promise<number> {
  if (given.yes !== true) requireAnswer(given);
  const run = await findRun(given.state, wanted);
  const story = await loadStory(given.state, run);
  const { header } = story;
  if (header.command === "rollback") {
    throw new SurefootError({
      code: "flag-invalid",
      message: `run ${run} took another one back; there is nothing to resume`,
      hint: `Start it again, what is back already is left alone: surefoot rollback ${header.of ?? "RUN"}`,
    });
  }
  if (header.command === "drift") {
    throw new SurefootError({
      code: "flag-invalid",
      message: `run ${run} was a look for drift or a correction of it; there is nothing to resume`,
      hint: `Look again: surefoot drift ${header.playbook.path} -i ${header.inventory.path}`,
    });
  }
  const flags = flagsOf(header, given);
  const fleet = await prepare(fromHere(resolve(header.cwd, header.playbook.path)), flags);
  await refuseChanged(header, fleet, flags, given);
  const left = fleet.jobs.filter((job) => !isWell(story.hosts.get(job.target.host)));
  if (left.length === 0) {
    process.stderr.write(`Run ${run} ended well on all its hosts: there is nothing to go on with.\n`);
    return EXIT.converged;
  }
  const again = await headerFor(fleet, flags, { run, command: "resume" });
  const result = await change(fleet, flags, {
    command: "resume",
    recording: { state: given.state, header: again, how: "again" },
    ask: given.yes !== true,
    wanted: (job) => !isWell(story.hosts.get(job.target.host)),
  });
  return typeof result === "number" ? result : result.exitCode;
}
