import { spawnSync } from "node:child_process";
import { expect, it } from "vitest";
import type { EventBody } from "../../src/model/event.js";
import { trustedSh } from "../../src/model/sh.js";
import { runHosts } from "../../src/run/engine.js";
import type { ExecOptions } from "../../src/run/exec.js";
import { executor } from "../../src/run/exec.js";
import { localTransport } from "../../src/transport/local.js";
import { localTarget } from "../support/target.js";

/** Runs a command on this very machine by the real engine. */
async function exec(
  command: string,
  more: Partial<ExecOptions> & { readonly kill?: AbortSignal } = {},
): Promise<readonly EventBody[]> {
  const { kill, ...options } = { kill: new AbortController().signal, ...more };
  const events: EventBody[] = [];
  const context = {
    transport: localTransport,
    mode: "plan",
    timeouts: { probeMs: 10_000, stepMs: 10_000 },
    identity: { run: "r1", who: "me" },
    confirm: { seconds: 20, connections: 2 },
    emit: (event: EventBody) => events.push(event),
    password: () => Promise.resolve(""),
    stop: new AbortController().signal,
    kill,
  } as const;
  const work = executor({ command: trustedSh(command), timeoutMs: 20_000, stream: false, ...options });
  await runHosts(context, [{ target: localTarget(), tasks: [] }], 1, work);
  return events;
}

const of = (events: readonly EventBody[], type: EventBody["type"]): readonly EventBody[] =>
  events.filter((event) => event.type === type);

it.each([
  ["both streams apart", "echo a; echo b >&2; printf c", 0, "a\nc", "b\n"],
  ["the status", "exit 7", 7, "", ""],
  ["an empty stdin", "cat; echo end", 0, "end\n", ""],
  ["newlines at the end", "printf 'a\\n\\n'; printf 'b\\n\\n' >&2", 0, "a\n\n", "b\n\n"],
  ["none of the script's variables", 'echo "<$T$x$g>"', 0, "<>\n", ""],
  ["bytes that are no text", "printf 'a\\000\\377b'", 0, "a\0\ufffdb", ""],
])("gives %s", async (_name, command, exit, stdout, stderr) => {
  const events = await exec(command);
  expect(of(events, "command-finished")).toMatchObject([{ host: "here", exit, stdout, stderr }]);
  const end = exit === 0 ? { outcome: "ok" } : { outcome: "failed", error: { code: "command-failed" } };
  expect(of(events, "host-finished")).toMatchObject([end]);
});

it("says what the shell says of a command that it can't read", async () => {
  const [event] = of(await exec("if then ("), "command-finished");
  expect(event).toMatchObject({ exit: 2, stderr: expect.stringMatching(/[Ss]yntax error/) });
});

it("tells lines as they come", async () => {
  const events = await exec("echo a; echo b >&2; printf c", { stream: true });
  const told = of(events, "command-output");
  expect(told).toHaveLength(3);
  expect(told).toEqual(
    expect.arrayContaining([
      { type: "command-output", host: "here", stream: "stdout", text: "a" },
      { type: "command-output", host: "here", stream: "stderr", text: "b" },
      { type: "command-output", host: "here", stream: "stdout", text: "c" },
    ]),
  );
  expect(of(events, "command-finished")).toEqual([
    { type: "command-finished", host: "here", exit: 0, ms: expect.any(Number) },
  ]);
});

it("tells a line before the next one comes", async () => {
  const events = await exec("echo first; sleep 60", { stream: true, timeoutMs: 2000 });
  expect(of(events, "command-output")).toMatchObject([{ text: "first" }]);
  expect(of(events, "host-finished")).toMatchObject([{ error: { code: "command-timeout" } }]);
});

/** Seconds that no other process sleeps for. */
const nap = `7${process.pid}`;

it("kills it when its time is up, though it keeps talking, and shows what it wrote", async () => {
  const events = await exec(`sleep ${nap} & while :; do echo busy; sleep 0.1; done`, { timeoutMs: 2000 });
  expect(of(events, "host-finished")).toMatchObject([
    { outcome: "failed", error: { code: "command-timeout", detail: expect.stringMatching(/^busy/) } },
  ]);
  expect(of(events, "command-finished")).toEqual([]);
  expect(spawnSync("pgrep", ["-f", `^sleep ${nap}$`], { encoding: "utf8" }).stdout).toBe("");
});

it("ends when it is interrupted", async () => {
  const kill = new AbortController();
  setTimeout(() => kill.abort(), 300);
  const events = await exec("sleep 60", { kill: kill.signal });
  expect(of(events, "host-finished")).toMatchObject([{ error: { code: "interrupted" } }]);
});
