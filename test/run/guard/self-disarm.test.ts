import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import type { TaskPlan } from "../../../src/model/plan.js";
import type { Task } from "../../../src/model/resource.js";
import { sh } from "../../../src/model/sh.js";
import { file } from "../../../src/resources/file.js";
import { timerFor } from "../../../src/run/guard/build.js";
import { takeBack } from "../../../src/run/take-back.js";
import { localTransport } from "../../../src/transport/local.js";
import type { Transport } from "../../../src/transport/transport.js";
import { line } from "../../support/counter.js";
import { errorOf, folder, outcomeOf, run, sessionOn } from "../runs.js";
import { boots, dyingAt } from "./dying.js";

/** The script that writes what lasts, and disarms the timer where the host reads what was foreseen. */
const disarmsItself = (script: string): boolean => script.includes("\nsame=yes\n");

/** One task whose change runs under a timer, and one whose change is written once that has held. */
const tasks = (dir: string, second: Task = written(dir)): readonly Task[] => [
  line({ path: join(dir, "f"), text: "new" }, { cuts: true }),
  second,
];

const written = (dir: string): Task => file({ path: join(dir, "g"), content: "lasts\n" });

/** A transport that counts logins, and scripts as they are. */
function counting(): {
  readonly transport: Transport;
  readonly logins: () => number;
  readonly scripts: string[];
} {
  const scripts: string[] = [];
  let logins = 0;
  const transport: Transport = {
    ...localTransport,
    connect: async (target, signal) => {
      logins++;
      const connection = await localTransport.connect(target, signal);
      const exec: typeof connection.exec = async (command) => {
        const process = await connection.exec(command);
        const write = (data: string): void => {
          if (data.startsWith("surefoot_main() {")) scripts.push(data);
          process.write(data);
        };
        return { ...process, write };
      };
      return { ...connection, exec };
    },
  };
  return { transport, logins: () => logins, scripts };
}

it("costs one login and two scripts more than the same change without a timer", async () => {
  const dir = folder();
  const cuts = counting();
  const ran = await run(tasks(dir), { guard: dir, transport: cuts.transport });
  expect(outcomeOf(ran)).toBe("changed");
  expect(ran.events.filter((event) => event.type === "timer-disarmed")).toHaveLength(1);
  const plain = counting();
  const other = folder();
  await run([line({ path: join(other, "f"), text: "new" }), written(other)], {
    guard: other,
    transport: plain.transport,
  });
  expect([plain.logins(), plain.scripts.length]).toEqual([1, 2]);
  expect([cuts.logins(), cuts.scripts.length]).toEqual([2, 4]);
  // Over the new login, what has not been begun is not read: it is behind the last steps.
  expect(
    cuts.scripts.map((script) => script.includes(`stat -L -c '\\''=%f:%s:%u:%g:%U:%G'\\'' -- ${dir}/g `)),
  ).toEqual([true, false, false, true]);
  expect(existsSync(join(dir, "guard"))).toBe(false);
});

it.each([
  ["the reading can't be foreseen", () => undefined],
  [
    "what was foreseen is not what is wanted",
    () => ["failed\nstat: cannot stat: No such file or directory\n"],
  ],
  [
    "what was foreseen is not what the host reads",
    ([now = ""]: readonly string[]) => [`${now}=41ff:7:7:x:x`],
  ],
])("is told to disarm where %s", async (_why, foresee) => {
  const dir = folder();
  const { transport, scripts } = counting();
  const task = written(dir);
  const ran = await run(tasks(dir, { ...task, resource: { ...task.resource, foresee } }), {
    guard: dir,
    transport,
  });
  expect(outcomeOf(ran)).toBe("changed");
  expect(scripts).toHaveLength(5);
  expect(readFileSync(join(dir, "g"), "utf8")).toBe("lasts\n");
  expect(existsSync(join(dir, "guard"))).toBe(false);
});

it("keeps its timer where the host does not read what was foreseen, and takes everything back", async () => {
  const dir = folder();
  writeFileSync(join(dir, "f"), "old\n");
  const task = written(dir);
  const { steps } = task.resource;
  const spoiled: typeof steps = (from, to, params) =>
    steps(from, to, params).map((step) =>
      to === null ? step : { ...step, run: sh`${step.run}\necho more >> ${join(dir, "g")}` },
    );
  const ran = await run(tasks(dir, { ...task, resource: { ...task.resource, steps: spoiled } }), {
    guard: dir,
  });
  expect(errorOf(ran)?.code).toBe("not-converged");
  // A second one would say that the first had been disarmed too early.
  expect(ran.events.filter((event) => event.type === "timer-armed")).toHaveLength(1);
  expect(outcomeOf(ran)).toBe("rolled-back");
  expect(readFileSync(join(dir, "f"), "utf8")).toBe("old\n");
  expect(existsSync(join(dir, "g"))).toBe(false);
});

it.each([
  ["the host has done it", "changed", "new\n", () => (deliver: () => void) => deliver()],
  ["the host got nothing of it", "rolled-back", "old\n", () => () => undefined],
  ["the host boots just then, and takes back what was written", "rolled-back", "old\n", boots],
])("asks the host when the connection dies under it: %s", async (_how, outcome, text, host) => {
  const dir = folder();
  writeFileSync(join(dir, "f"), "old\n");
  const ran = await run(tasks(dir), { guard: dir, transport: dyingAt(disarmsItself, host(dir)) });
  expect(outcomeOf(ran)).toBe(outcome);
  expect(readFileSync(join(dir, "f"), "utf8")).toBe(text);
  expect(existsSync(join(dir, "g"))).toBe(outcome === "changed");
  expect(existsSync(join(dir, "guard"))).toBe(false);
});

it("takes a change back under a new timer that the host had confirmed by itself, which was not heard", async () => {
  const dir = folder();
  const task = line({ path: join(dir, "f"), text: "new" }, { cuts: true });
  const session = await sessionOn(dir, [task]);
  const [actual, desired] = [{ text: "old" }, { text: "new" }];
  const touched: TaskPlan = {
    id: task.id,
    kind: "line",
    title: task.title,
    status: "change",
    actual,
    desired,
    steps: task.resource.steps(actual, desired, task.params),
    undo: task.resource.steps(desired, actual, task.params),
    notes: [],
    sensitive: false,
    become: false,
  };
  writeFileSync(join(dir, "f"), "new\n");
  const lease = join(dir, "guard/lease");
  mkdirSync(lease, { recursive: true });
  writeFileSync(join(lease, "owner"), `token=${session.lease.token}\npid=1\n`);
  writeFileSync(join(lease, "disarmed"), "");
  session.armed = { timer: timerFor(session, [touched]), deadline: performance.now() + 1000 };
  expect(await takeBack(session, [touched])).toEqual({ left: [], byHost: true });
  expect(readFileSync(join(dir, "f"), "utf8")).toBe("old\n");
});
