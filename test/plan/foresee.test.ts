import { spawnSync } from "node:child_process";
import { expect, it } from "vitest";
import { z } from "zod";
import type { TaskPlan } from "../../src/model/plan.js";
import { defineResource } from "../../src/model/resource.js";
import { sh } from "../../src/model/sh.js";
import { foresee } from "../../src/plan/foresee.js";
import { FrameParser } from "../../src/plan/frames.js";
import { batchProbes } from "../../src/plan/probe.js";
import { CONFIRM, framedScript } from "../../src/plan/script.js";

const T = "@0123456789abcdef";

/** A kind whose things share one list, as parameters in one file do. */
const item = defineResource(z.strictObject({ name: z.string(), blind: z.boolean().default(false) }), {
  kind: "item",
  key: (p) => p.name,
  probe: (p) => [sh`cat list`, sh`echo ${p.name}`],
  parse: ([list = ""], p) => (list.split("\n").includes(p.name) ? { there: true } : null),
  target: () => ({ there: true }),
  steps: () => [],
  foresee: ([list = "", name = ""], _to, p) => (p.blind ? undefined : [`${list}${p.name}\n`, name]),
});

/** The same list, of which a kind only says what is in it besides. */
const teller = defineResource(z.strictObject({ name: z.string() }), {
  kind: "teller",
  key: (p) => p.name,
  probe: (p) => [sh`cat list`, sh`echo ${p.name}`],
  parse: () => ({ there: true }),
  target: () => ({ there: true }),
  steps: () => [],
  foresee: ([, name = ""]) => [null, name],
});

const plan = (id: string, desired: object | null = { there: true }): TaskPlan => ({
  id,
  kind: "item",
  title: id,
  status: "change",
  actual: null,
  desired,
  steps: [],
  undo: [],
  notes: [],
  sensitive: false,
  become: false,
});

const outputs = new Map([
  ["cat list", "z\n\n"],
  ["echo a", "a\n"],
  ["echo b", ""],
]);

it("foresees one task upon the other where they read the same, and says what that means", () => {
  const tasks = [item({ name: "a" }), item({ name: "b" })];
  const foreseen = foresee(tasks, batchProbes(tasks), [plan("item a"), plan("item b")], outputs);
  expect(foreseen?.outputs).toEqual(["z\n\na\nb\n", "a\n", ""]);
  expect([...(foreseen?.readings ?? [])]).toEqual([
    ["item a", { state: { there: true } }],
    ["item b", { state: { there: true } }],
  ]);
});

it("leaves what no step changes as it is, but for newlines at the end", () => {
  const tasks = [item({ name: "a" })];
  expect(foresee(tasks, batchProbes(tasks), [], outputs)?.outputs).toEqual(["z\n", "a\n"]);
});

it("compares no output that says nothing of a state, unless it is another task's", () => {
  const alone = [teller({ name: "a" })];
  expect(foresee(alone, batchProbes(alone), [plan("teller a")], outputs)?.outputs).toEqual([null, "a\n"]);
  const both = [...alone, item({ name: "b" })];
  expect(foresee(both, batchProbes(both), [plan("teller a")], outputs)?.outputs).toEqual(["z\n", "a\n", ""]);
});

it("compares what is a state to one of two that change, and foresees nothing for a kind that says too little", () => {
  const two = [item({ name: "b" }), teller({ name: "a" })];
  const plans = [plan("item b"), plan("teller a")];
  expect(foresee(two, batchProbes(two), plans, outputs)?.outputs[0]).toBe("z\n\nb\n");
  const [task] = [item({ name: "a" })];
  const short = { ...task, resource: { ...task.resource, foresee: () => ["z\n"] } };
  expect(foresee([short], batchProbes([short]), [plan("item a")], outputs)).toBeUndefined();
});

it.each([
  ["a kind can't tell", [plan("item c")], outputs],
  ["a thing is to be absent", [plan("item a", null)], outputs],
  ["a task is not among those that are read", [plan("item x")], outputs],
  ["something was not read before", [plan("item a")], new Map([["cat list", ""]])],
  ["an output holds what no shell can be given", [], new Map([...outputs, ["cat list", "a\0b"]])],
  ["it is too much to send", [], new Map([...outputs, ["cat list", "x".repeat(70_000)]])],
])("foresees nothing where %s", (_why, plans, read) => {
  const tasks = [item({ name: "a" }), item({ name: "c", blind: true })];
  const all = new Map([...outputs, ["echo c", "c\n"]]);
  const given = read === outputs ? all : new Map([["echo c", "c\n"], ...read]);
  expect(foresee(tasks, batchProbes(tasks), plans, given)).toBeUndefined();
});

function frames(
  probes: readonly string[],
  foreseen: readonly (string | null)[],
  shell = "sh",
): readonly unknown[] {
  const { script } = framedScript(
    {
      probes: probes.map((probe) => ({ sh: probe })),
      confirm: { outputs: foreseen, step: sh`echo confirmed` },
    },
    T,
  );
  const ran = spawnSync(shell, { input: script.sh });
  return new FrameParser(T).push(ran.stdout).filter(({ type }) => type === "probe" || type === "end");
}

const confirmed = { type: "end", step: CONFIRM, exit: 0, output: "confirmed\n" };

it.each([
  ["a text", "printf 'a b\\n  c'", "a b\n  c\n"],
  ["nothing", ":", ""],
  ["quotes, dollars and backslashes", `printf '%s\\n' "'" '"$x" \\n * (' ; exit 0`, `'\n"$x" \\n * (\n`],
  ["what looks like an option", "echo -n; echo '-e x'", "-e x\n"],
  ["an operator of test", "echo '('; echo '!'", "(\n!\n"],
  ["newlines at the end", "printf 'a\\n\\n\\n'", "a\n"],
])("does what waits for the probes where they print what was foreseen: %s", (_what, probe, text) => {
  expect(frames([probe, "echo b"], [text, "b\n"])).toEqual([
    { type: "probe", probe: 0, exit: 0, output: text },
    { type: "probe", probe: 1, exit: 0, output: "b\n" },
    confirmed,
  ]);
});

it("does it whatever a probe prints that says nothing of a state, but not where that fails", () => {
  const probe = { type: "probe", probe: 0, exit: 0, output: "a\n" };
  expect(frames(["echo a"], [null])).toEqual([probe, confirmed]);
  expect(frames(["echo a; exit 1"], [null])).toEqual([{ ...probe, exit: 1 }]);
});

it.each([
  ["one prints something else", ["echo a", "echo c"], 0, "c\n"],
  ["one prints more", ["echo a", "echo b; echo b"], 0, "b\nb\n"],
  ["one fails", ["echo a", "echo b; exit 3"], 3, "b\n"],
  ["one can't be run at all", ["echo a", "echo b; ("], 2, ""],
])("does nothing more where %s, and tells what was printed", (_why, probes, exit, output) => {
  expect(frames(probes, ["a\n", "b\n"])).toEqual([
    { type: "probe", probe: 0, exit: 0, output: "a\n" },
    { type: "probe", probe: 1, exit, output },
  ]);
});
