import { Writable } from "node:stream";
import { expect, it } from "vitest";
import type { EventBody } from "../../src/model/event.js";
import { emptyTally } from "../../src/model/event.js";
import { ExecFold } from "../../src/report/exec.js";
import { streamReporter } from "../../src/report/stream.js";
import { painter } from "../../src/report/text.js";

const at = "2026-01-01T00:00:00.000Z";
const said = (host: string, exit: number, stdout: string, stderr = ""): EventBody => ({
  type: "command-finished",
  host,
  exit,
  ms: 5,
  stdout,
  stderr,
});
const unreachable: EventBody = {
  type: "host-finished",
  host: "db1",
  outcome: "unreachable",
  ms: 5,
  error: { code: "connect-refused", message: "refused", place: { host: "db1" }, hint: "Look." },
};
const failed: EventBody = {
  type: "host-finished",
  host: "web4",
  outcome: "failed",
  ms: 5,
  error: { code: "command-failed", message: "exit 2", place: { host: "web4" }, hint: "Look." },
};
const end: EventBody = {
  type: "run-finished",
  run: "r1",
  tally: { ...emptyTally(), ok: 3, failed: 1, unreachable: 1 },
  exitCode: 1,
  ms: 800,
};

it("tells each output once, the one of most hosts first, then what went wrong", () => {
  const fold = new ExecFold({ paint: painter(false) });
  const events = [
    said("web4", 2, "", "no\u001b[2J\n"),
    said("web3", 0, ""),
    said("web1", 0, "a\n\tb\n"),
    said("web2", 0, "a\n\tb\n"),
    failed,
    unreachable,
    end,
  ];
  for (const event of events) fold.onEvent({ ...event, at });
  expect(fold.text()).toBe(`2 hosts, exit 0: web[1:2]
  a
  \tb

1 host, exit 0, no output: web3

1 host, exit 2: web4
  stderr:
  no\\x1b[2J

error[connect-refused]: refused
  --> db1
  hint: Look.

5 hosts in 0.8 s: 3 exit 0, 1 other exit, 1 unreachable
`);
});

it("says what was left out", () => {
  const fold = new ExecFold({ paint: painter(false) });
  fold.onEvent({
    type: "command-finished",
    host: "a",
    exit: 0,
    ms: 1,
    stdout: "end\n",
    stderr: "",
    cut: { stdout: 7 },
    at,
  });
  expect(fold.text()).toBe("1 host, exit 0: a\n  (7 bytes before this left out)\n  end\n");
});

it("tells lines behind their host, each stream on its own", async () => {
  const told = { out: "", err: "" };
  const sink = (to: keyof typeof told): Writable =>
    new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        told[to] += chunk.toString();
        done();
      },
    });
  const fold = new ExecFold({ paint: painter(false) });
  const reporter = streamReporter({ out: sink("out"), err: sink("err"), fold });
  const line = { type: "command-output", host: "web1", at } as const;
  reporter.onEvent({ ...line, stream: "stdout", text: "a\u001bc" });
  reporter.onEvent({ ...line, stream: "stderr", text: "b", cut: 9 });
  reporter.onEvent({ ...end, at });
  await reporter.close();
  expect(told.out).toMatch(/^web1: a\\x1bc\n5 hosts in/);
  expect(told.err).toBe("web1: b (9 bytes left out)\n");
});
