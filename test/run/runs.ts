import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ErrorData } from "../../src/model/error.js";
import type { EventBody, Outcome, Tally } from "../../src/model/event.js";
import type { Task } from "../../src/model/resource.js";
import type { ConfirmOptions, HostJob, HostSession, RunContext } from "../../src/run/context.js";
import { runHosts } from "../../src/run/engine.js";
import { newSession } from "../../src/run/session.js";
import { localTransport } from "../../src/transport/local.js";
import { localTarget } from "../support/target.js";

/** A new empty folder. */
export const folder = (): string => mkdtempSync(join(tmpdir(), "surefoot-engine-"));

/** What a run of the engine came to. */
export interface Ran {
  readonly tally: Tally;
  readonly events: readonly EventBody[];
  readonly fingerprints: ReadonlyMap<string, string>;
}

type More = Partial<Omit<RunContext, "confirm">> & {
  /** Folder that takes the place of the host's own for lease and guard. */
  readonly guard?: string;
  readonly confirm?: Omit<ConfirmOptions, "dir">;
  /** What hosts have besides their tasks. */
  readonly job?: Pick<HostJob, "handlers" | "owed">;
};

/** Runs tasks on this very machine by the real engine. */
export async function run(tasks: readonly Task[], more: More = {}, hosts = ["here"]): Promise<Ran> {
  const { guard = folder(), confirm = { seconds: 20, connections: 2 }, job = {}, ...context } = more;
  const events: EventBody[] = [];
  const fingerprints = new Map<string, string>();
  const never = new AbortController().signal;
  const tally = await runHosts(
    {
      transport: localTransport,
      mode: "apply",
      timeouts: { probeMs: 10_000, stepMs: 10_000 },
      identity: { run: "r1", who: "me" },
      confirm: { ...confirm, dir: join(guard, "guard") },
      emit: (event) => events.push(event),
      planned: (host, print) => fingerprints.set(host, print),
      password: () => Promise.resolve(""),
      stop: never,
      kill: never,
      ...context,
    },
    hosts.map((host) => ({ target: localTarget(host), tasks, ...job })),
    10,
  );
  return { tally, events, fingerprints };
}

/** The error with which the first host ended. */
export const errorOf = (ran: Ran): ErrorData | undefined =>
  ran.events.flatMap((event) => (event.type === "host-finished" ? [event.error] : []))[0];

/** How the first host ended. */
export const outcomeOf = (ran: Ran): Outcome | undefined =>
  ran.events.flatMap((event) => (event.type === "host-finished" ? [event.outcome] : []))[0];

/** A session on this very machine, as a run that changes it has one. */
export async function sessionOn(
  guard: string,
  tasks: readonly Task[],
  more: Partial<RunContext> = {},
): Promise<HostSession> {
  const never = new AbortController().signal;
  const target = localTarget("here");
  const context: RunContext = {
    transport: localTransport,
    mode: "apply",
    timeouts: { probeMs: 10_000, stepMs: 10_000 },
    identity: { run: "r1", who: "me" },
    confirm: { seconds: 20, connections: 4, dir: join(guard, "guard") },
    emit: () => undefined,
    password: () => Promise.resolve(""),
    stop: never,
    kill: never,
    ...more,
  };
  return newSession(context, { target, tasks }, await context.transport.connect(target, never));
}
