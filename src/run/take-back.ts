import { SurefootError } from "../model/error.js";
import { sameJson } from "../model/json.js";
import type { TaskPlan } from "../model/plan.js";
import { sh } from "../model/sh.js";
import type { HostSession } from "./context.js";
import { ask } from "./guard/ask.js";
import { timerFor } from "./guard/build.js";
import { letUndo } from "./guard/let-undo.js";
import { readTasks, runAs } from "./read.js";
import { reconnect } from "./session.js";
import { undoInOrder, undoOf } from "./steps.js";

/** What came of taking changes back. */
export interface TakenBack {
  /** Titles of things that were read and are not as they were. */
  readonly left: readonly string[];
  /** Why nobody knows how the host is now: it could not be reached or read again. */
  readonly unread?: string;
  /** Whether the host does it by itself, under a timer. */
  readonly byHost: boolean;
  /** What went wrong meanwhile. */
  readonly said?: string;
}

/**
 * Takes plans back and proves it by reading. What could cut the connection is taken back by the host itself, so that it goes on when the
 * connection dies.
 * @param touched Plans that hold steps, in their order; of several for one thing, the first knows the original.
 * @param patient Let the armed timer fire, instead of telling the host to begin at once.
 * @throws SurefootError `interrupted` where the run is ended meanwhile and a timer stays armed.
 */
export async function takeBack(
  session: HostSession,
  touched: readonly TaskPlan[],
  patient = false,
): Promise<TakenBack> {
  const byHost = session.armed !== undefined || undoOf(touched).some(({ step }) => step.cuts);
  try {
    if (session.armed === undefined) await reachAgain(session);
    const said = byHost ? await undoByHost(session, touched, patient) : await undoInOrder(session, touched);
    const left = await readBack(session, touched);
    return { left, byHost, ...(said === undefined ? {} : { said }) };
  } catch (thrown) {
    if (!(thrown instanceof SurefootError) || session.armed !== undefined) throw thrown;
    return { left: [], unread: thrown.message, byHost };
  }
}

/** Longest time for the one new login that is tried where the connection is dead, in milliseconds. */
const LOGIN_MS = 30_000;

/** Makes sure that the connection still carries something; logs in anew where it does not. */
async function reachAgain(session: HostSession): Promise<void> {
  try {
    await ask(session, sh`:`);
  } catch (thrown) {
    if (!(thrown instanceof SurefootError) || session.context.kill.aborted) throw thrown;
    await reconnect(session, LOGIN_MS);
  }
}

async function undoByHost(
  session: HostSession,
  touched: readonly TaskPlan[],
  patient: boolean,
): Promise<string | undefined> {
  if (session.armed === undefined) {
    session.arming = timerFor(session, touched);
    await runAs(session, session.leaseBecomes, {});
  }
  const { armed } = session;
  if (armed === undefined) return undefined;
  const { done, disarmed, said } = await letUndo(session, armed, patient);
  session.armed = undefined;
  session.mayDisarm = false;
  // The host found all as foreseen, which nobody heard in time: it is to be taken back under a timer of its own.
  if (disarmed === true) return undoByHost(session, touched, patient);
  if (!done) {
    throw new SurefootError({
      code: "rollback-failed",
      message: `the host did not come back after its timer: ${said ?? "no answer"}`,
      place: { host: session.job.target.host },
      hint: "Look at it by its console.",
    });
  }
  return said;
}

/** How often a host that has taken a change back is read, each time over a connection that carries something. */
const READINGS = 3;

/** Titles of what is not as it was; reading harms nothing, so a busy host is asked more than once. */
async function readBack(session: HostSession, touched: readonly TaskPlan[]): Promise<readonly string[]> {
  for (let tried = 1; ; tried++) {
    try {
      return await notAsBefore(session, touched);
    } catch (thrown) {
      if (!(thrown instanceof SurefootError) || session.context.kill.aborted || tried === READINGS)
        throw thrown;
      await reachAgain(session);
    }
  }
}

async function notAsBefore(session: HostSession, touched: readonly TaskPlan[]): Promise<readonly string[]> {
  const ids = new Set(touched.map((task) => task.id));
  const readings = await readTasks(
    session,
    [...session.job.tasks, ...(session.job.handlers ?? [])].filter((task) => ids.has(task.id)),
  );
  return touched
    .filter((task, i) => touched.findIndex((other) => other.id === task.id) === i)
    .filter((task) => {
      const reading = readings.get(task.id);
      return reading === undefined || "unknown" in reading || !sameJson(reading.state, task.actual);
    })
    .map((task) => task.title);
}
