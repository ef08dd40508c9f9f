import { hostname, userInfo } from "node:os";
import { noteRun } from "../history/make.js";
import { newRunId } from "../journal/folder.js";
import type { JournalHeader } from "../journal/header.js";
import type { Journal } from "../journal/write.js";
import { openJournal } from "../journal/write.js";
import type { EventBody, Tally } from "../model/event.js";
import { EVENT_VERSION } from "../model/event.js";
import { EXIT } from "../model/exit.js";
import type { HostPlan } from "../model/plan.js";
import { secrets } from "../model/secret.js";
import { stateFlag } from "../model/state-folder.js";
import type { Reporter } from "../report/reporter.js";
import { Whereabouts } from "../report/whereabouts.js";
import type { HostJob, RunContext } from "../run/context.js";
import { exitCodeOf, runHosts, runRollout } from "../run/engine.js";
import type { HostWork } from "../run/session.js";
import { localOr } from "../transport/local.js";
import { passwordReader } from "../transport/password.js";
import { sshTransport } from "../transport/ssh.js";
import { asker } from "./ask.js";
import { onInterrupt } from "./interrupt.js";
import type { ChangeFlags, FleetFlags } from "./options.js";
import type { Fleet } from "./prepare.js";
import { repeatable } from "./repeat.js";
import type { MakeGate, RolloutPlan } from "./waves.js";

/** Where a run is recorded. */
export interface Recording {
  readonly state: string;
  readonly header: JournalHeader;
  /** Whether the run has a journal already. */
  readonly how: "new" | "again";
}

/** One way over a fleet's hosts. */
export interface Pass {
  readonly command: string;
  readonly mode: "plan" | "apply";
  readonly reporter: Reporter;
  readonly jobs: readonly HostJob[];
  /** What is done on each host; by default it is brought to where it shall be. */
  readonly work?: HostWork;
  /** In waves; all at once where it is not given. Of the same jobs. */
  readonly rollout?: RolloutPlan | undefined;
  readonly gate?: MakeGate | undefined;
  /** The rollout that a later pass would take: it is shown. */
  readonly shownRollout?: RolloutPlan | undefined;
  readonly recording?: Recording;
  readonly refuse?: RunContext["refuse"];
  readonly planned?: (host: string, fingerprint: string) => void;
  readonly plan?: (plan: HostPlan) => void;
  /** Seconds. */
  readonly confirmTimeout?: number;
  readonly rehearse?: true;
}

/** Seconds that a change which could cut a host off has to prove itself. */
const CONFIRM_S = 30;
/** New connections that must all be answered, where the host does not say by which ways it answers: where every other one fails, four and the login miss that once in 32 times. */
const CONFIRM_CONNECTIONS = 4;

/** Who this process is, as others see it in a lease. */
function whoRuns(): string {
  return `${userInfo().username}@${hostname()} (pid ${process.pid})`;
}

/** How a pass ended. */
export interface PassResult {
  readonly run: string;
  readonly tally: Tally;
  readonly exitCode: number;
  readonly stopped?: "budget" | "gate";
}

/** The fleet that is passed over, and what is carried out on it: a playbook, or a command of `exec`. */
export type Passed = Pick<Fleet, "inventory" | "target" | "identities"> & {
  readonly playbook?: string;
  readonly shell?: string;
};

/** How many hosts at a time, how long to wait for them, and what the command was told besides. */
export type PassFlags = Pick<FleetFlags, "forks" | "timeout" | "stepTimeout"> & Partial<ChangeFlags>;

/** One pass over all hosts, told to the reporter and, where that is asked for, recorded. */
export async function pass(fleet: Passed, flags: PassFlags, options: Pass): Promise<PassResult> {
  const { reporter, planned, plan, refuse, jobs, rollout, gate, recording, command } = options;
  const { playbook, shell, inventory } = fleet;
  const what = { ...(playbook === undefined ? {} : { playbook }), ...(shell === undefined ? {} : { shell }) };
  const journal = await open(recording);
  const run = recording?.header.run ?? newRunId();
  const start = performance.now();
  const where = new Whereabouts();
  const emit = (said: EventBody): void => {
    const body = secrets.maskAll(said);
    if (body.type === "host-planned") plan?.(body.plan);
    const event = { ...body, at: new Date().toISOString() };
    journal?.record(event);
    where.onEvent(event);
    reporter.onEvent(event);
  };
  const interruption = onInterrupt(
    (text) => process.stderr.write(text),
    () => where.inFlight,
  );
  const ask = asker(reporter);
  const transport = localOr(
    sshTransport({
      resolveJump: fleet.target,
      identities: fleet.identities,
      warn: (message) => emit({ type: "warning", message }),
      ...(ask === undefined ? {} : { ask }),
    }),
  );
  const first = (rollout?.waves.flat() ?? jobs)[0]?.target.host;
  const stop =
    journal === undefined ? interruption.stop : AbortSignal.any([interruption.stop, journal.failed]);
  const context: RunContext = {
    transport,
    mode: options.mode,
    identity: { run, who: whoRuns() },
    confirm: { seconds: options.confirmTimeout ?? CONFIRM_S, connections: CONFIRM_CONNECTIONS },
    ...(options.rehearse === true ? { rehearses: (host: string) => host === first } : {}),
    timeouts: { probeMs: flags.timeout * 1000, stepMs: flags.stepTimeout * 1000 },
    ...(refuse === undefined ? {} : { refuse }),
    ...(planned === undefined ? {} : { planned }),
    emit,
    ...(journal === undefined ? {} : { recorded: () => journal.recorded() }),
    password: passwordReader(),
    stop,
    kill: interruption.kill,
  };
  try {
    const recorded = journal === undefined ? {} : { journal: journal.file };
    const hosts = jobs.length;
    const again = { ...recorded, ...repeatable(flags) };
    emit({ type: "run-started", v: EVENT_VERSION, run, command, ...what, inventory, hosts, ...again });
    if (options.shownRollout !== undefined) emit(plannedRollout(options.shownRollout));
    const { tally, stopped } =
      rollout === undefined
        ? { tally: await runHosts(context, jobs, flags.forks, options.work), stopped: undefined }
        : await runRollout(
            context,
            { ...rollout, ...(gate === undefined ? {} : { gate: gate(context) }) },
            flags.forks,
          );
    const ended = exitCodeOf(tally, interruption.stop.aborted, stopped !== undefined);
    const exitCode = journal?.error !== undefined && ended === EXIT.converged ? EXIT.failed : ended;
    emit({ type: "run-finished", run, tally, exitCode, ms: Math.round(performance.now() - start) });
    await journal?.close();
    if (recording !== undefined) await noteRun(recording.state, run);
    if (journal?.error !== undefined) emit({ type: "warning", message: journal.error.message });
    return { run, tally, exitCode, ...(stopped === undefined ? {} : { stopped }) };
  } finally {
    interruption.dispose();
    await transport.close();
    await journal?.close();
    await reporter.close();
    if (interruption.kill.aborted) process.stderr.write(`${where.text(Date.now())}${goOn(recording)}`);
  }
}

function plannedRollout({ waves, budget }: RolloutPlan): EventBody {
  return {
    type: "rollout-planned",
    waves: waves.map((jobs) => jobs.map((job) => job.target.host)),
    ...(budget === undefined ? {} : { budget }),
  };
}

function open(recording: Recording | undefined): Promise<Journal | undefined> {
  return recording === undefined
    ? Promise.resolve(undefined)
    : openJournal(recording.state, recording.header, recording.how);
}

function goOn(recording: Recording | undefined): string {
  if (recording === undefined) return "";
  const { run, command, of } = recording.header;
  const state = stateFlag(recording.state);
  // A look is soon done anew, and so is what it finds.
  if (command === "drift") return "";
  return command === "rollback"
    ? `Go on: surefoot rollback ${of ?? run}${state}\n`
    : `Go on: surefoot runs resume ${run}${state}\n`;
}
