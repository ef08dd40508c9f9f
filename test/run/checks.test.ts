import { spawnSync } from "node:child_process";
import { expect, it } from "vitest";
import { custom } from "../../src/checks/custom.js";
import type { Check } from "../../src/model/check.js";
import { runChecks } from "../../src/run/checks.js";
import type { RunContext } from "../../src/run/context.js";
import { newSession } from "../../src/run/session.js";
import { localTransport } from "../../src/transport/local.js";
import { localTarget } from "../support/target.js";

async function run(checks: readonly Check[], more: Partial<RunContext> = {}) {
  const never = new AbortController().signal;
  const target = localTarget();
  const session = newSession(
    {
      transport: localTransport,
      mode: "plan",
      timeouts: { probeMs: 10_000, stepMs: 10_000 },
      emit: () => undefined,
      password: () => Promise.resolve(""),
      stop: never,
      kill: never,
      identity: { run: "r", who: "me" },
      confirm: { seconds: 5, connections: 1 },
      ...more,
    },
    { target, tasks: [], checks },
    await localTransport.connect(target),
  );
  try {
    const findings = await runChecks(session, checks);
    return { findings, shells: session.shells.size };
  } finally {
    for (const shell of session.shells.values()) shell.close();
  }
}

const verdicts = async (checks: readonly Check[]): Promise<readonly string[]> =>
  (await run(checks)).findings.map(({ result }) => `${result.verdict}: ${result.summary}`);

it("makes all checks in one shell and tells them in their order", async () => {
  const checks = [
    custom({ run: "echo one" }),
    custom({ run: "echo two >&2; exit 3" }),
    custom({ run: "surely-no-such-tool --here" }),
    custom({ run: "exit 7", expect: { exit: 7 } }),
  ];
  const { findings, shells } = await run(checks);
  expect(findings.map(({ check }) => check.id)).toEqual(checks.map((check) => check.id));
  expect(findings.map(({ result }) => result.verdict)).toEqual(["pass", "fail", "unknown", "pass"]);
  expect(findings[1]?.result.detail).toBe("two");
  expect(findings[2]?.result).toMatchObject({ summary: "surely-no-such-tool: not found" });
  expect(shells).toBe(1);
});

it("runs a script once that several checks share", async () => {
  const script = "echo $$ $(date +%s%N)";
  const seen: string[] = [];
  const judge = ({ stdout }: { stdout: string }): boolean => seen.push(stdout) > 0;
  await run([custom({ run: script, expect: { judge } }), custom({ run: script, expect: { judge } })]);
  expect(seen).toHaveLength(2);
  expect(seen[0]).toBe(seen[1]);
});

/** A number of seconds that no other process sleeps for. */
const nap = `7${process.pid}`;

it("loses only the check that hangs, and leaves none of its processes", async () => {
  expect(
    await verdicts([
      custom({ run: "echo before" }),
      custom({ run: `sleep ${nap}`, timeout: 1 }),
      custom({ run: "while :; do echo busy; sleep 0.1; done", timeout: 1 }),
      custom({ run: "echo behind" }),
    ]),
  ).toEqual([
    "pass: as expected",
    "unknown: did not end within 1 s and was killed",
    "unknown: did not end within 1 s and was killed",
    "pass: as expected",
  ]);
  expect(spawnSync("pgrep", ["-f", `^sleep ${nap}$`], { encoding: "utf8" }).stdout).toBe("");
});

it("stops when it is interrupted, and says so", async () => {
  const kill = AbortSignal.abort();
  await expect(run([custom({ run: "sleep 60" })], { kill })).rejects.toMatchObject({ code: "interrupted" });
});

it("says that the connection died when it does", async () => {
  await expect(run([custom({ run: "kill -9 $$" })])).rejects.toMatchObject({ code: "connection-lost" });
});
