import { playbookOf } from "../journal/paths.js";
import { findMeant, lastRollback } from "../journal/related.js";
import type { RunStory } from "../journal/story.js";
import { isWell, owing } from "../journal/story.js";
import { SurefootError } from "../model/error.js";
import { EXIT } from "../model/exit.js";
import type { AgainFlags } from "./again.js";
import { flagsOf, refuseChanged } from "./again.js";
import { change, requireAnswer } from "./fleet.js";
import { fromHere } from "./from-here.js";
import type { Fleet } from "./prepare.js";
import { prepare } from "./prepare.js";
import { headerFor } from "./record.js";
import { loadStory } from "./rollback.js";

/**
 * Goes on with a run where it was cut short; gives the exit code. Hosts that ended well are left alone, all others are read and planned
 * anew, in the waves that they had. Handlers that are owed run, though their tasks may be in sync by now.
 * @throws SurefootError `run-unknown`, `run-active`, `run-changed`, `flag-invalid`, and what a run throws.
 */
export async function resume(wanted: string, given: AgainFlags): Promise<number> {
  if (given.yes !== true) requireAnswer(given);
  const run = await findMeant(given.state, wanted);
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
  if (given.changedOk !== true) await refuseTakenBack(given.state, story);
  const flags = flagsOf(header, given);
  const prepared = await prepare(fromHere(playbookOf(header)), flags);
  const owed = owing(story);
  const fleet: Fleet = {
    ...prepared,
    jobs: prepared.jobs.map((job) => ({ ...job, owed: owed.get(job.target.host) ?? [] })),
  };
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

/**
 * Refuses to go on with a run that was taken back since it was last gone on with.
 * @throws SurefootError `run-changed`.
 */
async function refuseTakenBack(state: string, { header, latest }: RunStory): Promise<void> {
  const back = await lastRollback(state, header.run);
  if (back === undefined || back.at < latest.at) return;
  const { playbook, inventory } = header;
  throw new SurefootError({
    code: "run-changed",
    message: `run ${header.run} was taken back meanwhile, by run ${back.run} of ${back.who.user} on ${back.who.host}`,
    hint: `Start it anew: surefoot run ${playbook.path} -i ${inventory.path}. With --changed-ok the hosts that it did not come to are done all the same.`,
  });
}
