import type { FlapLimit } from "../drift/flap.js";
import { parseFlap } from "../drift/flap.js";
import { prunable, prune } from "../history/prune.js";
import { parseSince } from "../history/since.js";
import { newRunId } from "../journal/folder.js";
import { SurefootError } from "../model/error.js";
import type { Event } from "../model/event.js";
import { EXIT } from "../model/exit.js";
import type { HostPlan } from "../model/plan.js";
import { refuseUnapproved } from "../plan/approve.js";
import { DriftFold } from "../report/drift.js";
import { junitReporter } from "../report/junit.js";
import { metricsReporter } from "../report/metrics.js";
import { fewNames } from "../report/names.js";
import type { Reporter } from "../report/reporter.js";
import { tee } from "../report/reporter.js";
import { looker } from "../run/look.js";
import { confirm } from "./ask.js";
import { approvals, change, requireAnswer } from "./fleet.js";
import { openNotifier } from "./notifier.js";
import type { ChangeFlags } from "./options.js";
import type { PassResult } from "./pass.js";
import { pass } from "./pass.js";
import type { Fleet } from "./prepare.js";
import { prepare } from "./prepare.js";
import { filesOf, headerFor } from "./record.js";
import { fileReporters, makeReporter } from "./reporters.js";
import { openPinned } from "./schedule-pinned.js";
import { Watch, watchedBy } from "./watch.js";

/** `surefoot drift` with its own flags. */
export interface DriftFlags extends ChangeFlags {
  readonly fix?: true;
  /** How often a host is corrected in how long a time: `3/1h`. */
  readonly flap: string;
  readonly metrics?: string;
  /** Who is told of changes: `webhook=URL`, `webhook=@FILE`, `command=COMMAND`. */
  readonly notify: readonly string[];
  /** How long records of looks are kept. */
  readonly keep?: string;
  /** The record of the schedule by whose timer this runs. */
  readonly scheduled?: string;
}

/** Looks at the fleet for drift and, where that is asked for, corrects it; gives the exit code. */
export async function driftFleet(playbook: string, flags: DriftFlags): Promise<number> {
  const limit = parseFlap(flags.flap);
  const keep = flags.keep === undefined ? undefined : parseSince(flags.keep, new Date(), "--keep");
  const fix = flags.fix === true;
  if (fix && flags.yes !== true) requireAnswer(flags);
  const pinned = flags.scheduled === undefined ? undefined : await openPinned(flags.scheduled);
  const by = pinned === undefined ? {} : { schedule: pinned.name };
  const notifier = await openNotifier(flags.notify, by);
  const files = tee([
    ...fileReporters(flags),
    ...(flags.metrics === undefined ? [] : [metricsReporter(flags.metrics)]),
    ...(notifier === undefined ? [] : [notifier.reporter]),
  ]);
  try {
    const fleet = await prepare(playbook, flags);
    pinned?.refuseOthers(filesOf(fleet, flags.extraVar));
    const drift = new Drift(fleet, flags, files, by);
    const looked = await drift.look(limit);
    const exitCode = fix && looked !== EXIT.interrupted ? await drift.correct() : looked;
    if (keep !== undefined) await forgetLooks(flags.state, keep);
    await notifier?.tell(flags.state, watchedBy(fleet));
    return exitCode;
  } finally {
    await files.close();
  }
}

/** Removes records of old looks: they change nothing, so that nothing rests on them. */
async function forgetLooks(state: string, before: Date): Promise<void> {
  try {
    await prune(state, (await prunable(state, { before, looksOnly: true })).remove);
  } catch (thrown) {
    if (!(thrown instanceof SurefootError)) throw thrown;
    process.stderr.write(`warning: ${thrown.message}\n`);
  }
}

/** Hosts that are named in one line. */
const NAMED = 6;

/** A look, and the correction of what it found. Reports to files are of both. */
class Drift {
  readonly #fleet: Fleet;
  readonly #flags: DriftFlags;
  readonly #files: Reporter;
  readonly #by: { readonly schedule?: string };
  readonly #approvals = approvals();
  #watch: Watch | undefined;
  #looked: PassResult | undefined;

  constructor(fleet: Fleet, flags: DriftFlags, files: Reporter, by: { readonly schedule?: string }) {
    this.#fleet = fleet;
    this.#flags = flags;
    this.#files = files;
    this.#by = by;
  }

  async look(limit: FlapLimit): Promise<number> {
    const [fleet, flags] = [this.#fleet, this.#flags];
    const { state } = flags;
    const watch = await Watch.open(fleet, { state, limit, fix: flags.fix === true, now: new Date() });
    const header = await headerFor(fleet, flags, { run: newRunId(), command: "drift", ...this.#by });
    const { planned, plan } = this.#approvals;
    const told = makeReporter(
      { ...flags, report: [] },
      { fold: (style) => new DriftFold(style, { fixes: flags.fix === true }), junit: junitReporter },
    );
    const looked = await pass(fleet, flags, {
      command: "drift",
      mode: "plan",
      jobs: fleet.jobs,
      work: looker(watch),
      reporter: tee([told, kept(this.#files)]),
      recording: { state, header, how: "new" },
      planned,
      plan,
    });
    await watch.remember();
    this.#watch = watch;
    this.#looked = looked;
    return looked.exitCode;
  }

  /** Corrects what the look found and a correction can change, the way of every run; gives the exit code of both. */
  async correct(): Promise<number> {
    const [watch, looked] = [this.#watch, this.#looked];
    if (watch === undefined || looked === undefined) return EXIT.failed;
    const found = [...watch.drifted];
    const fixable = new Set(
      found.filter(([, findings]) => findings.some((one) => one.fixable)).map(([host]) => host),
    );
    const left = found.filter(([, findings]) => findings.some((one) => !one.fixable)).map(([host]) => host);
    const remains = left.length > 0;
    if (remains)
      process.stderr.write(
        `No correction changes what is without effect on ${fewNames(left, NAMED)}: see the hints.\n`,
      );
    if (fixable.size === 0) return exitCodeOf(looked, undefined, remains);
    const question = `Correct ${fixable.size} host${fixable.size === 1 ? "" : "s"}?`;
    if (this.#flags.yes !== true && !(await confirm(question))) {
      process.stderr.write("Nothing was changed.\n");
      return EXIT.pending;
    }
    const corrected: string[] = [];
    const fixed = await this.#change(looked.run, fixable, (event) => {
      if (event.type === "host-finished" && event.outcome === "changed") corrected.push(event.host);
    });
    await watch.rememberCorrected(corrected, new Date());
    return typeof fixed === "number" ? fixed : exitCodeOf(looked, fixed, remains);
  }

  async #change(
    of: string,
    hosts: ReadonlySet<string>,
    hear: (event: Event) => void,
  ): Promise<PassResult | number> {
    const [fleet, flags] = [this.#fleet, this.#flags];
    const approved = this.#approvals.approved();
    const header = await headerFor(fleet, flags, { run: newRunId(), command: "drift", of, ...this.#by });
    // Who was asked has seen a plan, and no other is carried out.
    const refuse = flags.yes === true ? {} : { refuse: (plan: HostPlan) => refuseUnapproved(approved, plan) };
    return change(fleet, flags, {
      command: "drift",
      recording: { state: flags.state, header, how: "new" },
      ask: false,
      wanted: (job) => hosts.has(job.target.host),
      alsoTo: tee([kept(this.#files), { onEvent: hear, close: () => Promise.resolve() }]),
      ...refuse,
    });
  }
}

/** The same, not closed yet. */
function kept(reporter: Reporter): Reporter {
  return { onEvent: (event) => reporter.onEvent(event), close: () => Promise.resolve() };
}

/**
 * The exit code of a look and of what was corrected after it.
 * @param remains Something is without effect, which no correction changes.
 */
function exitCodeOf(looked: PassResult, fixed: PassResult | undefined, remains: boolean): number {
  const codes = [fixed?.exitCode, looked.exitCode === EXIT.pending ? EXIT.converged : looked.exitCode];
  if (codes.includes(EXIT.interrupted)) return EXIT.interrupted;
  if (remains || codes.includes(EXIT.failed)) return EXIT.failed;
  return codes.includes(EXIT.unreachable) ? EXIT.unreachable : EXIT.converged;
}
