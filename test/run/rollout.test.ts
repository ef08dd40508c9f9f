import { expect, it } from "vitest";
import { SurefootError } from "../../src/model/error.js";
import type { EventBody } from "../../src/model/event.js";
import type { HostJob, RunContext } from "../../src/run/context.js";
import type { Rollout, RunResult } from "../../src/run/engine.js";
import { exitCodeOf, runRollout } from "../../src/run/engine.js";
import { localTransport } from "../../src/transport/local.js";
import { localTarget } from "../support/target.js";

const jobs = (...hosts: readonly string[]): readonly HostJob[] =>
  hosts.map((host) => ({ target: localTarget(host), tasks: [] }));

/** Runs waves in which each host whose name begins with `bad` can't be reached. */
async function run(
  rollout: Rollout,
  forks = 1,
): Promise<{
  readonly result: RunResult;
  readonly told: readonly string[];
  readonly events: readonly EventBody[];
}> {
  const events: EventBody[] = [];
  const never = new AbortController().signal;
  const context: RunContext = {
    transport: {
      ...localTransport,
      connect: (target, signal) => {
        if (!target.host.startsWith("bad")) return localTransport.connect(target, signal);
        throw new SurefootError({ code: "connect-refused", message: "no", hint: "so" });
      },
    },
    mode: "plan",
    identity: { run: "r", who: "me" },
    confirm: { seconds: 5, connections: 1 },
    timeouts: { probeMs: 10_000, stepMs: 10_000 },
    emit: (event) => events.push(event),
    password: () => Promise.resolve(""),
    stop: never,
    kill: never,
  };
  const result = await runRollout(context, rollout, forks);
  const told = events.flatMap((event) => {
    if (event.type === "host-finished") return [`${event.host} ${event.outcome}`];
    if (event.type === "wave-started") return [`wave ${event.wave}/${event.waves}`];
    if (event.type === "gate-finished") return [`gate ${event.wave} ${event.passed}`];
    return event.type === "rollout-stopped" ? [`stopped ${event.why} ${event.wave}`] : [];
  });
  return { result, told, events };
}

it("counts bad hosts as they come in, over all waves, and starts no further one", async () => {
  const { told, result } = await run({
    waves: [jobs("bad1", "a"), jobs("b", "bad2", "c"), jobs("d")],
    budget: 2,
  });
  expect(told).toEqual([
    "wave 1/3",
    "bad1 unreachable",
    "a ok",
    "wave 2/3",
    "b ok",
    "bad2 unreachable",
    "stopped budget 2",
    "c skipped",
    "d skipped",
  ]);
  expect(result).toMatchObject({ stopped: "budget", tally: { ok: 2, unreachable: 2, skipped: 2 } });
  expect(exitCodeOf(result.tally, false, true)).toBe(1);
});

it("lets those finish that are in flight when the budget is spent", async () => {
  const { told } = await run({ waves: [jobs("a", "bad1", "b", "c")], budget: 1 }, 3);
  expect(told.filter((line) => /^[abc] /.test(line)).sort()).toEqual(["a ok", "b ok", "c skipped"]);
});

it("goes on whatever comes without a budget", async () => {
  const { result } = await run({ waves: [jobs("bad1", "bad2"), jobs("a")] });
  expect(result).toEqual({ tally: expect.objectContaining({ ok: 1, unreachable: 2 }) });
});

it("shows a gate those that are done and well, and does not go past one that does not pass", async () => {
  const asked: string[][] = [];
  const { told } = await run({
    waves: [jobs("a", "bad1"), jobs("b"), jobs("c")],
    gate: (done) => {
      asked.push(done.map((job) => job.target.host));
      const findings = asked.length === 2 ? [{ host: "a", title: "t", summary: "no" }] : [];
      return Promise.resolve({ attempts: 1, findings });
    },
  });
  expect(asked).toEqual([["a"], ["a", "b"]]);
  expect(told.slice(-4)).toEqual(["b ok", "gate 2 false", "stopped gate 2", "c skipped"]);
});

it("looks at a gate first where hosts were done by an earlier part of the run", async () => {
  const { told } = await run({
    waves: [jobs("b")],
    done: jobs("a"),
    gate: () => Promise.resolve({ attempts: 1, findings: [{ host: "a", title: "t", summary: "no" }] }),
  });
  expect(told).toEqual(["gate 0 false", "stopped gate 0", "b skipped"]);
});
