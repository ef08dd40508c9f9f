import { expect, it } from "vitest";
import { z } from "zod";
import { tcp } from "../../src/checks/tcp.js";
import type { Host } from "../../src/inventory/host.js";
import type { EventBody } from "../../src/model/event.js";
import type { PlaybookDefinition } from "../../src/playbook/define.js";
import { isPlaybook, playbook } from "../../src/playbook/define.js";
import { expandPlaybook } from "../../src/playbook/expand.js";
import { command } from "../../src/resources/command.js";
import { runHosts } from "../../src/run/engine.js";
import type { Look } from "../../src/run/gate.js";
import { checkGate } from "../../src/run/gate.js";
import { localTransport } from "../../src/transport/local.js";
import { localTarget } from "../support/target.js";

const host: Host = {
  name: "here",
  groups: ["all"],
  sources: [],
  vars: new Map(),
  target: localTarget("here"),
  place: { file: "hosts.yml", line: 1, col: 1 },
  reserved: [],
  wayNames: new Set(),
  problems: [],
};
const vars = z.object({});
type Asking = PlaybookDefinition<typeof vars, "kernel" | "os">;

async function events(tasks: Asking["tasks"], tags?: readonly string[]): Promise<readonly EventBody[]> {
  const asking: unknown = playbook({ name: "x", hosts: "all", vars, facts: ["kernel", "os"], tasks });
  if (!isPlaybook(asking)) throw new Error("it is no playbook");
  const jobs = expandPlaybook({ playbook: asking, file: "/x.ts", files: [] }, [host], tags);
  expect(jobs.map((job) => job.tasks)).toEqual([[]]);
  const seen: EventBody[] = [];
  const never = new AbortController().signal;
  await runHosts(
    {
      transport: localTransport,
      mode: "plan",
      timeouts: { probeMs: 10_000, stepMs: 10_000 },
      identity: { run: "r1", who: "me" },
      confirm: { seconds: 20, connections: 0 },
      emit: (event) => seen.push(event),
      password: () => Promise.resolve(""),
      stop: never,
      kill: never,
    },
    jobs,
    1,
  );
  return seen;
}

const planned = (seen: readonly EventBody[]) =>
  seen.flatMap((event) => (event.type === "host-planned" ? event.plan.tasks.map((task) => task.title) : []));
const error = (seen: readonly EventBody[]) =>
  seen.flatMap((event) => (event.type === "host-finished" ? [event.error] : []))[0];

it("makes tasks of what was read on the host, and keeps to the tags", async () => {
  const tasks: Asking["tasks"] = ({ facts }) => [
    command({ run: "true", always: true }, { name: `on ${facts.kernel.major}`, tags: ["a"] }),
    command({ run: "true", always: true }, { name: "other" }),
  ];
  const titles = planned(await events(tasks));
  expect(titles).toEqual([expect.stringMatching(/^on \d+$/), "other"]);
  expect(planned(await events(tasks, ["a"]))).toEqual([expect.stringMatching(/^on \d+$/)]);
});

it("fails a host for which the playbook can't make tasks, with the reason", async () => {
  const seen = await events(() => {
    throw new Error("not for this kernel");
  });
  expect(error(seen)).toMatchObject({ code: "playbook-threw" });
  expect(error(seen)?.message).toContain("not for this kernel");
});

it("finds a wrong parameter of such a task", async () => {
  const seen = await events(({ facts }) => [command({ run: facts.os.id, always: true, timeout: -1 })]);
  expect(error(seen)).toMatchObject({ code: "task-invalid" });
});

it("says that a fact does not exist before anything is contacted", () => {
  const wrong: unknown = Object.assign(playbook({ name: "x", hosts: "all", vars, tasks: () => [] }), {
    facts: ["kernle"],
  });
  if (!isPlaybook(wrong)) throw new Error("it is no playbook");
  expect(() => expandPlaybook({ playbook: wrong, file: import.meta.filename, files: [] }, [host])).toThrow(
    /no fact "kernle"/,
  );
});

it("looks at a gate's checks that come from facts", async () => {
  const asking: unknown = playbook({
    name: "x",
    hosts: "all",
    vars,
    facts: ["kernel"],
    tasks: () => [],
    checks: ({ facts }) => [tcp({ host: "127.0.0.1", port: facts.kernel.major })],
  });
  if (!isPlaybook(asking)) throw new Error("it is no playbook");
  const [job] = expandPlaybook({ playbook: asking, file: "/x.ts", files: [] }, [host]);
  if (job === undefined) throw new Error("there is no job");
  const options = { retries: 0, delayMs: 0, forks: 1 };
  const seen: string[] = [];
  const look: Look = (_target, checks) => {
    seen.push(...checks.map((check) => check.id));
    return Promise.resolve([]);
  };
  const gate = checkGate(new Map([["here", job]]), options, look, new AbortController().signal);
  // A copy, as runs make one of each job.
  const copy = { ...job };
  copy.gather?.expand([{ exit: 0, stdout: "6.1.0\n", stderr: "" }]);
  await gate([copy]);
  expect(seen).toEqual(["tcp 127.0.0.1:6"]);
});
