import { spawnSync } from "node:child_process";
import { expect, it } from "vitest";
import { SurefootError } from "../../src/model/error.js";
import type { Sh } from "../../src/model/sh.js";
import { sh, trustedSh } from "../../src/model/sh.js";
import type { ScriptParts } from "../../src/plan/script.js";
import type { ScriptRequest, ScriptResult } from "../../src/run/host-shell.js";
import { HostShell } from "../../src/run/host-shell.js";
import { localTransport } from "../../src/transport/local.js";
import { localTarget } from "../support/target.js";

const target = localTarget();

async function open(): Promise<HostShell> {
  const connection = await localTransport.connect(target);
  return HostShell.open({ connection, become: null, password: () => Promise.resolve("") });
}

async function run(
  parts: ScriptParts,
  more: Partial<ScriptRequest> = {},
  shell?: HostShell,
): Promise<ScriptResult> {
  const used = shell ?? (await open());
  try {
    return await used.run({ parts, probeTimeoutMs: 10_000, stepTimeoutMs: () => 10_000, ...more });
  } finally {
    if (shell === undefined) await used.close();
  }
}

const outputs = (result: ScriptResult): unknown[] =>
  result.frames.flatMap((frame) =>
    frame.type === "probe" || frame.type === "end" ? [[frame.exit, frame.output]] : [],
  );

it("gives every probe its own frame, byte for byte, with status and stderr", async () => {
  const probes: Sh[] = [
    sh`printf ${"no newline"}`,
    sh`printf 'a\n\n\n'`,
    sh`echo bad >&2; exit 7`,
    sh`printf ${"ünïcode ✓"}`,
    sh`true`,
  ];
  const result = await run({ probes });
  expect(outputs(result)).toEqual([
    [0, "no newline"],
    [0, "a\n\n\n"],
    [7, ""],
    [0, "ünïcode ✓"],
    [0, ""],
  ]);
  expect(result.errors.get(2)).toBe("bad\n");
});

it.each([
  ["an exit", "exit 3"],
  ["a syntax error", "if then ("],
  ["unbalanced brackets", "echo a ) ; ( echo b"],
  ["a quote left open", "echo 'a"],
  ["a here-document left open", "cat <<E\nx"],
  ["reading all of stdin", "cat"],
  ["killing its shell", "kill -9 $(exec sh -c 'echo $PPID')"],
  ["output that looks like a frame", "echo '@abc probe 0 0 99'"],
])("keeps %s in one probe from the others", async (_name, text) => {
  const result = await run({ probes: [sh`echo before`, trustedSh(text), sh`echo after`] });
  expect(outputs(result)[0]).toEqual([0, "before\n"]);
  expect(outputs(result)[2]).toEqual([0, "after\n"]);
});

it("stops at the first step that fails, and does not run what follows", async () => {
  const result = await run({
    steps: [sh`echo one`, sh`echo two; false; echo never`, sh`echo three`],
    probes: [sh`echo p`],
  });
  expect(outputs(result)).toEqual([
    [0, "one\n"],
    [1, "two\n"],
  ]);
});

it("goes on after a failed step when told to", async () => {
  const result = await run({ steps: [sh`false`, sh`echo three`], keepGoing: true });
  expect(outputs(result)).toEqual([
    [1, ""],
    [0, "three\n"],
  ]);
});

it("says each step's frames as they come", async () => {
  const seen: string[] = [];
  await run({ steps: [sh`echo x`] }, { onFrame: (frame) => seen.push(frame.type) });
  expect(seen).toEqual(["hello", "begin", "end", "bye"]);
});

it("takes one script after the other, each with its own frames and stderr", async () => {
  const shell = await open();
  for (let i = 0; i < 3; i++) {
    const result = await run({ probes: [sh`echo ${i}; echo e${i} >&2`] }, {}, shell);
    expect(outputs(result)).toEqual([[0, `${i}\n`]]);
    expect(result.errors.get(0)).toBe(`e${i}\n`);
  }
  expect(outputs(await run({ steps: [sh`false`, sh`true`] }, {}, shell))).toEqual([[1, ""]]);
  expect(outputs(await run({ probes: [sh`echo still here`] }, {}, shell))).toEqual([[0, "still here\n"]]);
  await shell.close();
});

it("never runs a script that arrived in part", async () => {
  const connection = await localTransport.connect(target);
  const { framedScript } = await import("../../src/plan/script.js");
  const whole = framedScript({ steps: [sh`echo ran`, sh`echo ran`] }, "@t").script.sh;
  const call = whole.indexOf("\nsurefoot_main\n");
  for (let length = 0; length < call; length += 17) {
    const process = await connection.exec("sh");
    let out = "";
    process.onStdout((chunk) => {
      out += chunk.toString();
    });
    process.onStderr(() => undefined);
    process.write(whole.slice(0, length));
    process.end();
    await process.done;
    expect(out).toBe("");
  }
});

const codeOf = async (promise: Promise<unknown>): Promise<string> => {
  try {
    await promise;
    return "none";
  } catch (thrown) {
    return thrown instanceof SurefootError ? thrown.code : String(thrown);
  }
};

/** A number of seconds that no other process sleeps for, so that what is left behind can be found. */
const nap = `6${process.pid}`;
const left = (): string => spawnSync("pgrep", ["-f", `^sleep ${nap}$`], { encoding: "utf8" }).stdout;

it("gives up on a probe and on a step that do not end, and leaves none of their processes", async () => {
  expect(await codeOf(run({ probes: [sh`sleep ${nap}`] }, { probeTimeoutMs: 300 }))).toBe("host-timeout");
  expect(await codeOf(run({ steps: [sh`sleep ${nap}`] }, { stepTimeoutMs: () => 300 }))).toBe("step-timeout");
  expect(left()).toBe("");
});

it("gives up on what prints for ever, too", async () => {
  const chatter = sh`i=0; while [ $i -lt 200 ]; do echo still here; sleep 0.05; i=$((i+1)); done`;
  expect(await codeOf(run({ probes: [chatter] }, { probeTimeoutMs: 400 }))).toBe("host-timeout");
  expect(await codeOf(run({ steps: [chatter] }, { stepTimeoutMs: () => 400 }))).toBe("step-timeout");
});

it("says that the connection died when the shell does", async () => {
  expect(await codeOf(run({ steps: [trustedSh("kill -9 $$")] }))).toBe("connection-lost");
});

it("stops when interrupted", async () => {
  const abort = new AbortController();
  const running = run({ steps: [sh`sleep 60`] }, { signal: abort.signal, onFrame: () => abort.abort() });
  expect(await codeOf(running)).toBe("interrupted");
});
