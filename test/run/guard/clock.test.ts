import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { localTransport } from "../../../src/transport/local.js";
import { line } from "../../support/counter.js";
import { errorOf, folder, outcomeOf, run } from "../runs.js";
import { startOf } from "./proc.js";

/*
 * A clock that jumps. It is not set for real: the clients of the lab share one kernel, and so one clock, with the whole machine. What is shown
 * instead is that nobody looks at it: on the host `date` fails, prints nonsense and leaves a trace of having been asked; on this side the
 * clock jumps at every event. That systemd's timer counts monotonic time is looked at in the lab.
 */
const PATH = process.env.PATH ?? "";
let asked = "";

beforeEach(() => {
  const bin = folder();
  asked = join(bin, "asked");
  writeFileSync(join(bin, "date"), `#!/bin/sh\necho "$@" >> ${asked}\necho 99999999999\nexit 1\n`);
  chmodSync(join(bin, "date"), 0o755);
  process.env.PATH = `${bin}:${PATH}`;
  vi.useFakeTimers({ toFake: ["Date"], now: new Date("2999-01-01") });
});

afterEach(() => {
  vi.useRealTimers();
  process.env.PATH = PATH;
});

/** Sets the clock far forth and back in turn. */
function jump(): void {
  vi.setSystemTime(new Date(Date.now() > Date.parse("2500-01-01") ? "1980-01-01" : "2999-01-01"));
}

it.each([
  ["is confirmed", "changed", "true", true],
  ["is taken back at once", "rolled-back", "true", false],
  ["is taken back by its timer", "rolled-back", "sleep 30", true],
] as const)("a change %s whatever the clock says", async (_how, outcome, before, answers) => {
  const dir = folder();
  writeFileSync(join(dir, "f"), "old\n");
  const once = `[ -e ${dir}/once ] || { touch ${dir}/once; ${before}; }`;

  const ran = await run([line({ path: join(dir, "f"), text: "new", before: once }, { cuts: true })], {
    guard: dir,
    confirm: { seconds: 5, connections: 1 },
    transport: { ...localTransport, knock: async () => answers },
    planned: jump,
    recorded: async () => jump(),
    rehearses: () => {
      jump();
      return false;
    },
  });
  const events = ran.events.map((event) => event.type);
  expect(events).toContain("timer-armed");
  expect(outcomeOf(ran)).toBe(outcome);
  expect(readFileSync(join(dir, "f"), "utf8")).toBe(outcome === "changed" ? "new\n" : "old\n");
  expect(existsSync(join(dir, "guard"))).toBe(false);
  expect(existsSync(asked)).toBe(false);
});

it.each([
  ["9999-12-31T23:59:59.000Z", process.pid, "lease-held"],
  ["9999-12-31T23:59:59.000Z", 4_194_303, undefined],
  ["1970-01-01T00:00:00.000Z", process.pid, "lease-held"],
])("a lease since %s of shell %d is as good as any", async (since, pid, code) => {
  const dir = folder();
  const lease = join(dir, "guard", "lease");
  mkdirSync(lease, { recursive: true });
  const until = Number(readFileSync("/proc/uptime", "utf8").split(".")[0]) + 60;
  const start = pid === process.pid ? startOf(pid) : "1";
  writeFileSync(
    join(lease, "owner"),
    `token=other\npid=${pid}\nstart=${start}\nuntil=${until}\nrun=r0\nwho=ann\nsince=${since}\n`,
  );
  const ran = await run([line({ path: join(dir, "f"), text: "a" })], { guard: dir });
  expect(errorOf(ran)?.code).toBe(code);
  expect(existsSync(asked)).toBe(false);
});
