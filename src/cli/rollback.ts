import type { Command } from "commander";
import { journalFile, newRunId } from "../journal/folder.js";
import { playbookOf } from "../journal/paths.js";
import { readJournal } from "../journal/read.js";
import { findMeant, lastRollback } from "../journal/related.js";
import type { Change, RunStory } from "../journal/story.js";
import { owing, tellStory } from "../journal/story.js";
import { isRunning } from "../journal/who.js";
import type { ErrorData } from "../model/error.js";
import { SurefootError } from "../model/error.js";
import type { HostPlan } from "../model/plan.js";
import type { HostTasks } from "../playbook/expand.js";
import { refuseMoved, takeBackTasks } from "../run/restore.js";
import type { AgainFlags } from "./again.js";
import { againOptions, flagsOf, refuseChanged } from "./again.js";
import { change, requireAnswer } from "./fleet.js";
import { fromHere } from "./from-here.js";
import type { ChangeFlags } from "./options.js";
import type { PassResult } from "./pass.js";
import type { Fleet } from "./prepare.js";
import { prepare } from "./prepare.js";
import { headerFor } from "./record.js";

/** `surefoot rollback` with its own flags. */
interface RollbackFlags extends AgainFlags {
  readonly limit?: string;
  readonly force?: true;
}

/** `surefoot rollback`: takes the changes of a run back. */
export function registerRollback(program: Command): void {
  againOptions(program.command("rollback"))
    .description(
      "Take a run's changes back: each host that it changed gets the state that was found there. A host that has changed since is left alone.",
    )
    .argument("<run>", "a run's id, its beginning or end, or `last`; see `surefoot runs list`")
    .option("--limit <pattern>", "only these of its hosts")
    .option("--force", "also where a host has changed since, and around what can't be taken back")
    .addHelpText("after", "\nExample:\n  surefoot rollback last --limit client7")
    .action(async (wanted: string, flags: RollbackFlags) => {
      process.exitCode = await rollback(wanted, flags);
    });
}

async function rollback(wanted: string, given: RollbackFlags): Promise<number> {
  if (given.yes !== true) requireAnswer(given);
  const run = await findMeant(given.state, wanted);
  const story = await loadStory(given.state, run);
  const flags = flagsOf(story.header, given);
  const limit = given.limit ?? story.header.flags.limit;
  const fleet = await prepare(
    fromHere(playbookOf(story.header)),
    limit === undefined ? flags : { ...flags, limit },
  );
  await refuseChanged(story.header, fleet, flags, given);
  const result = await takeBackRun(fleet, flags, story, {
    ask: given.yes !== true,
    force: given.force === true,
  });
  return typeof result === "number" ? result : result.exitCode;
}

/** Takes a run back that has just been stopped, without asking. */
export async function takeBack(fleet: Fleet, flags: ChangeFlags, run: string): Promise<void> {
  await takeBackRun(fleet, flags, await loadStory(flags.state, run), { ask: false, force: false });
}

/**
 * Reads a run from its journal.
 * @throws SurefootError `run-active` where its process is still there; `run-invalid` where there is nothing to read.
 */
export async function loadStory(state: string, run: string): Promise<RunStory> {
  const story = await tellStory(readJournal(journalFile(state, run)));
  if (story === undefined) {
    throw new SurefootError({
      code: "run-invalid",
      message: `the journal of run ${run} is empty`,
      hint: "The run was ended before anything was done: start it again.",
    });
  }
  if (story.finished === undefined && story.latest.who.pid !== process.pid && isRunning(story.latest.who)) {
    const { user, host, pid } = story.latest.who;
    throw new SurefootError({
      code: "run-active",
      message: `run ${run} is still going on (process ${pid} of ${user} on ${host})`,
      hint: "Wait for it, or interrupt it: it finishes what is in flight and stops.",
    });
  }
  return story;
}

/** What an earlier attempt to take the run back left owed: by now its tasks may be back, and notify nothing. */
async function owedByRollback(state: string, run: string): Promise<ReadonlyMap<string, readonly string[]>> {
  const before = await lastRollback(state, run);
  if (before === undefined) return new Map();
  const story = await tellStory(readJournal(journalFile(state, before.run)));
  return story === undefined ? new Map() : owing(story);
}

/** What a playbook makes of facts may be other tasks than those of the run: their record fits none for sure. */
function needsFacts(host: string): ErrorData {
  return {
    code: "rollback-impossible",
    message: "the playbook makes its tasks of facts, which only the host tells; nothing was done there",
    place: { host },
    hint: "Take it back by a playbook that says what is wanted instead; `surefoot runs show` tells what was changed.",
  };
}

async function takeBackRun(
  fleet: Fleet,
  flags: ChangeFlags,
  story: RunStory,
  how: { readonly ask: boolean; readonly force: boolean },
): Promise<PassResult | number> {
  const { run: of } = story.header;
  const changes = new Map<string, readonly Change[]>();
  const owed = await owedByRollback(flags.state, of);
  const refused = new Map<string, ErrorData>();
  const jobs = fleet.jobs.flatMap((job): readonly HostTasks[] => {
    const { host } = job.target;
    // A handler that keeps no state is no change of its own: what is taken back notifies it again.
    const handlers = job.handlers.filter(({ resource, params }) => resource.repeats?.(params) === true);
    const again = new Set(handlers.map(({ id }) => id));
    const changed = [...(story.hosts.get(host)?.changes.values() ?? [])].filter(({ id }) => !again.has(id));
    if (changed.length === 0) return [];
    const { gather, ...known } = job;
    const back =
      gather === undefined
        ? takeBackTasks(host, [...job.tasks, ...job.handlers], changed, how.force)
        : { refused: needsFacts(host) };
    changes.set(host, changed);
    if ("refused" in back) refused.set(host, back.refused);
    const tasks = "tasks" in back ? back.tasks : [];
    return [{ ...known, tasks, handlers, owed: owed.get(host) ?? [], checks: [], gate: [] }];
  });
  if (jobs.length === 0) {
    process.stderr.write(`Run ${of} changed nothing on these hosts: there is nothing to take back.\n`);
    return 0;
  }
  const header = await headerFor(fleet, flags, { run: newRunId(), command: "rollback", of });
  const refuse = (plan: HostPlan): ErrorData | undefined =>
    refused.get(plan.host) ?? (how.force ? undefined : refuseMoved(plan, changes.get(plan.host) ?? [], of));
  return change({ ...fleet, jobs }, flags, {
    command: "rollback",
    recording: { state: flags.state, header, how: "new" },
    ask: how.ask,
    wanted: () => true,
    atOnce: true,
    refuse,
  });
}
