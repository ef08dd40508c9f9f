import { expect, it } from "vitest";
import { readable } from "../../src/history/before.js";
import { thisProcess } from "../../src/journal/who.js";
import { byFleet, newestLook, tellFleet } from "../../src/serve/fleets.js";
import { recordsSince } from "../../src/serve/overview.js";
import { Runs } from "../../src/serve/runs.js";
import { ended } from "../history/simulate.js";
import { failing, finish, State, start } from "./state.js";

const day = (time: string): string => `2026-01-01T${time}:00.000Z`;

async function fleets(state: State) {
  const told = await recordsSince(state.dir, new Date(0));
  return byFleet(told.flatMap(readable));
}

/** How hosts of the only fleet stand: `host word` by the run's number. */
async function stand(state: State): Promise<readonly string[]> {
  const [records = []] = (await fleets(state)).values();
  const fleet = await tellFleet(records, new Runs(state.dir));
  const groups = fleet?.groups ?? [];
  return groups
    .flatMap(({ word, run, hosts }) => hosts.map((host) => `${host} ${word} ${Number(run.slice(-6))}`))
    .toSorted();
}

it("tells each host by the newest run that says how it stands", async () => {
  const state = new State();
  state.look(day("08:00"), { gone: ["x"] });
  state.look(day("09:00"), { a: ["x"], b: ["x"], c: [], d: [] });
  state.run(day("09:01"), { of: "look", command: "drift" }, [
    start("drift", 2),
    ended("a", "changed"),
    failing("b", "failed"),
    finish(),
  ]);
  state.run(
    day("10:00"),
    { flags: { limit: "d", extraVar: [], forks: 1, timeout: 1, stepTimeout: 1, confirmTimeout: 1 } },
    [start("run", 2), failing("d", "unreachable"), ended("c", "skipped"), finish()],
  );
  expect(await stand(state)).toEqual(["a in sync 3", "b failed 3", "c in sync 2", "d unreachable 4"]);
});

it("goes back beyond a run that did not come to all hosts", async () => {
  const state = new State();
  state.look(day("08:00"), { a: [], b: [] });
  state.run(day("09:00"), {}, [start("run", 2), failing("a", "failed"), ended("b", "skipped"), finish()]);
  expect(await stand(state)).toEqual(["a failed 2", "b in sync 1"]);
});

it("tells of hosts in flight while the run's process is there, and that they were cut short when it is not", async () => {
  const state = new State();
  const events = [
    start("run", 3),
    ended("a", "changed"),
    { type: "host-phase", host: "b", phase: "apply" } as const,
  ];
  state.run(day("09:00"), { who: thisProcess() }, events);
  expect(await stand(state)).toEqual(["a in sync 1", "b in flight 1"]);
  state.run(day("10:00"), { who: { ...thisProcess(), pid: 0x7ffffffe } }, events);
  expect(await stand(state)).toEqual(["a in sync 2", "b cut short 2"]);
});

it("keeps playbooks and inventories apart", async () => {
  const state = new State();
  state.look(day("08:00"), { a: [] });
  state.run(day("09:00"), { inventory: { path: "other", hash: "" } }, [start("run", 1), finish()]);
  state.run(day("10:00"), { playbook: { path: "other.ts", files: {} } }, [start("run", 1), finish()]);
  expect([...(await fleets(state)).keys()]).toEqual(["/other.ts\0/inv", "/p.ts\0/other", "/p.ts\0/inv"]);
});

it("measures the newest look that has ended, with its own correction", async () => {
  const state = new State();
  const [look, correction] = state.look(day("08:00"), { a: ["x"] }, true);
  state.run(day("09:00"), { command: "drift" }, [start("drift", 1), finish(1, 130)]);
  state.run(day("10:00"), { command: "drift" }, [start("drift", 1)]);
  state.run(day("11:00"), {}, [start("run", 1), finish()]);
  const [records = []] = (await fleets(state)).values();
  expect(newestLook(records)).toEqual({ look, correction });
  expect(newestLook(records.slice(0, 3))).toBeUndefined();
});
