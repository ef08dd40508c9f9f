import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { SurefootError } from "../../src/model/error.js";
import { emptyTally } from "../../src/model/event.js";
import type { HostPlan } from "../../src/model/plan.js";
import type { RunContext } from "../../src/run/context.js";
import { exitCodeOf } from "../../src/run/engine.js";
import { localTransport } from "../../src/transport/local.js";
import { line, volatileLine } from "../support/counter.js";
import type { Ran } from "./runs.js";
import { errorOf, folder, run } from "./runs.js";

const trace = (ran: Ran): string =>
  ran.events.map((event) => (event.type === "host-phase" ? event.phase : event.type)).join(" ");

it("changes what differs, reads it again, and finds nothing to do the second time", async () => {
  const path = join(folder(), "f");
  const first = await run([line({ path, text: "a" })]);
  expect(first.tally.changed).toBe(1);
  expect(readFileSync(path, "utf8")).toBe("a\n");
  expect(trace(first)).toBe(
    "connect probe host-planned apply step-started step-finished verify host-finished",
  );
  const second = await run([line({ path, text: "a" })]);
  expect(second.tally.ok).toBe(1);
  expect(trace(second)).toBe("connect probe host-planned host-finished");
});

it("changes nothing in plan mode, by the very same plan", async () => {
  const path = join(folder(), "f");
  const planned = await run([line({ path, text: "a" })], { mode: "plan" });
  expect(planned.tally["would-change"]).toBe(1);
  expect(existsSync(path)).toBe(false);
  const ran = await run([line({ path, text: "a" })]);
  expect(ran.fingerprints).toEqual(planned.fingerprints);
});

it("refuses to carry out another plan than the approved one", async () => {
  const path = join(folder(), "f");
  writeFileSync(path, "moved\n");
  const error = { code: "plan-stale", message: "moved", hint: "Look." } as const;
  const seen: HostPlan[] = [];
  const ran = await run([line({ path, text: "a" })], {
    refuse: (plan) => {
      seen.push(plan);
      return error;
    },
  });
  expect(errorOf(ran)).toEqual(error);
  expect(seen[0]?.tasks[0]?.actual).toEqual({ text: "moved" });
  expect(readFileSync(path, "utf8")).toBe("moved\n");
});

it("touches nothing before all that was said so far is recorded", async () => {
  const path = join(folder(), "f");
  const error = { code: "journal-failed", message: "no space left", hint: "Make some." } as const;
  const ran = await run([line({ path, text: "a" })], {
    recorded: () => Promise.reject(new SurefootError(error)),
  });
  expect(errorOf(ran)?.code).toBe("journal-failed");
  expect(trace(ran)).toBe("connect probe host-planned apply host-finished");
  expect(existsSync(path)).toBe(false);
});

it("takes back what was done when a later step fails, and proves it", async () => {
  const dir = folder();
  writeFileSync(join(dir, "f"), "old\n");
  const ran = await run([
    line({ path: join(dir, "f"), text: "new" }),
    line({ path: join(dir, "g"), text: "made" }),
    line({ path: join(dir, "h"), text: "x", before: "echo broken; exit 9" }),
  ]);
  expect(ran.tally.failed).toBe(1);
  expect(errorOf(ran)).toMatchObject({
    code: "step-failed",
    detail: "broken",
    place: { host: "here", at: "write x" },
  });
  expect(errorOf(ran)?.message).toContain("was taken back");
  expect(readFileSync(join(dir, "f"), "utf8")).toBe("old\n");
  expect(existsSync(join(dir, "g"))).toBe(false);
});

it.each([
  ["No space left on device", "disk-full"],
  ["Read-only file system", "read-only"],
])("knows %s when it sees it", async (said, code) => {
  const ran = await run([
    line({ path: join(folder(), "f"), text: "x", before: `echo 'sh: ${said}'; exit 1` }),
  ]);
  expect(errorOf(ran)?.code).toBe(code);
});

it("fails when a change does not stick, and says what it found", async () => {
  const path = join(folder(), "f");
  const ran = await run([line({ path, text: "a", lie: "b" })]);
  expect(errorOf(ran)).toMatchObject({ code: "not-converged", detail: 'text: wanted "a", found "b"' });
});

it("changes nothing on a host where something can't be read", async () => {
  const dir = folder();
  writeFileSync(join(dir, "f"), "garbage");
  const ran = await run([
    line({ path: join(dir, "g"), text: "x" }),
    line({ path: join(dir, "f"), text: "a" }),
  ]);
  expect(errorOf(ran)?.code).toBe("probe-failed");
  expect(existsSync(join(dir, "g"))).toBe(false);
});

it("plans what lies behind a barrier when it is reached", async () => {
  const dir = folder();
  const path = join(dir, "g");
  const tasks = [
    line({ path: join(dir, "f"), text: "a", before: `echo b > ${path}` }),
    volatileLine({ path, text: "b" }),
    line({ path: join(dir, "h"), text: "c" }),
  ];
  const ran = await run(tasks);
  expect(ran.tally.changed).toBe(1);
  const plans = ran.events.flatMap((event) => (event.type === "host-planned" ? [event.plan] : []));
  expect(plans.map((plan) => plan.tasks.map((task) => task.status))).toEqual([
    ["change", "pending", "change"],
    ["change", "in-sync", "change"],
  ]);
});

it("masks what is secret in all that it tells", async () => {
  const path = join(folder(), "f");
  const secret = "the-secret-word";
  const ran = await run([
    line({ path, text: secret, before: "echo the-secret-word; false" }, { name: "a key" }),
  ]);
  expect(ran.tally.failed).toBe(1);
  const told = ran.events.map((event) =>
    event.type === "step-started" || event.type === "step-finished" ? { ...event, step: "" } : event,
  );
  expect(JSON.stringify(told.filter((event) => event.type !== "host-planned"))).not.toContain("echo");
  expect(errorOf(ran)?.detail).toBeUndefined();
});

it("gives every host its own end, whatever the others come to", async () => {
  const transport: RunContext["transport"] = {
    ...localTransport,
    connect: (target, signal) => {
      if (target.host === "gone") {
        throw new SurefootError({ code: "connect-refused", message: "no", hint: "so" });
      }
      if (target.host === "bug") throw new TypeError("bug");
      return localTransport.connect(target, signal);
    },
  };
  const path = join(folder(), "f");
  const ran = await run([line({ path, text: "a" })], { transport, mode: "plan" }, ["good", "gone", "bug"]);
  expect(ran.tally).toMatchObject({ "would-change": 1, unreachable: 1, failed: 1 });
});

it("starts no new host once it is told to stop", async () => {
  const stop = new AbortController();
  stop.abort();
  const ran = await run([], { stop: stop.signal });
  expect(ran.tally.skipped).toBe(1);
});

it.each([
  [{ ok: 3 }, 0],
  [{ ok: 1, changed: 2 }, 0],
  [{ "would-change": 1 }, 2],
  [{ unreachable: 1, ok: 3 }, 4],
  [{ unreachable: 1, "would-change": 1 }, 4],
  [{ failed: 1, unreachable: 1 }, 1],
  [{ "rolled-back": 1, ok: 1 }, 1],
])("gives for %j the exit code %i", (counts, code) => {
  expect(exitCodeOf({ ...emptyTally(), ...counts }, false)).toBe(code);
  expect(exitCodeOf({ ...emptyTally(), ...counts }, true)).toBe(130);
});
