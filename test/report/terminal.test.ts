import { Writable } from "node:stream";
import { expect, it, vi } from "vitest";
import type { Event, Outcome, Phase } from "../../src/model/event.js";
import { RunFold } from "../../src/report/fold.js";
import { Progress } from "../../src/report/progress.js";
import { terminalReporter } from "../../src/report/terminal.js";
import { painter, width } from "../../src/report/text.js";
import { simulate } from "./simulate.js";

async function shown(
  events: readonly Event[],
  more: { color?: boolean; verbose?: number } = {},
): Promise<string> {
  let text = "";
  const out = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      text += chunk.toString();
      done();
    },
  });
  const fold = new RunFold({ paint: painter(more.color ?? false), verbose: more.verbose ?? 0 });
  const reporter = terminalReporter({ out, fold });
  for (const event of events) reporter.onEvent(event);
  await reporter.close();
  return text;
}

it("says one line where nothing had to change", async () => {
  expect(await shown(simulate(50, () => "ok"))).toBe("50 hosts in 2.3 s: 50 in sync\n");
});

it("tells with a plan in which waves a run would go, and when it would stop", async () => {
  const [started, ...rest] = simulate(3, () => "ok", "plan");
  const waves = [["client1"], ["client2", "client3"]];
  const planned: Event = { type: "rollout-planned", waves, budget: 2, at: "2026-01-01T00:00:00.000Z" };
  const text = await shown([...(started === undefined ? [] : [started]), planned, ...rest]);
  expect(text).toContain(
    "wave 1 of 2: 1 host: client1\nwave 2 of 2: 2 hosts: client[2:3]\nstops when 2 hosts ended badly\n",
  );
});

it.each([0, undefined, 60])("draws rows on a terminal of %s columns", async (columns) => {
  let text = "";
  const out = Object.assign(
    new Writable({
      write: (_chunk, _encoding, done) => done(),
    }),
    { isTTY: true, ...(columns === undefined ? {} : { columns }) },
  );
  vi.doMock("../../src/report/live.js", () => ({
    startLive: (_progress: Progress, width: number) => {
      text = String(width);
      return { redraw: () => undefined, end: () => Promise.resolve() };
    },
  }));
  const reporter = terminalReporter({ out, fold: new RunFold({ paint: painter(false), verbose: 0 }) });
  for (const event of simulate(1, () => "ok")) reporter.onEvent(event);
  await reporter.close();
  vi.doUnmock("../../src/report/live.js");
  expect(text).toBe(columns === 60 ? "60" : "80");
});

it("tells each distinct change and failure once, with all its hosts, and what to do next", async () => {
  const outcome = (i: number): Outcome =>
    i <= 45 ? "ok" : i <= 47 ? "changed" : i === 48 ? "failed" : i <= 50 ? "unreachable" : "skipped";
  expect(await shown(simulate(51, outcome))).toMatchInlineSnapshot(`
    "2 hosts changed and verified: client[46:47]
      ~ file /etc/x
        startup  write /etc/x
           one
          -two
          +2
        note: somebody else writes it too
      + route default
        running  add default via 10.0.0.1  (can cut the connection)

    error[step-failed]: a step failed with exit 1
      --> client48: write /etc/x
      | sh: \\x1b[2Jno
      hint: Look.

    error[connect-timeout]: no login within 30 s
      --> 2 hosts: client[49:50] (first: ssh ops@10.0.0.49:22)
      hint: Check.

    51 hosts in 2.3 s: 45 in sync, 2 changed, 1 failed, 2 unreachable, 1 not started
    next: surefoot run playbooks/ecmp.ts -i inventories/x --limit 'client[48:50]'
    "
  `);
});

it("points from a plan to the run", async () => {
  const text = await shown(simulate(2, () => "would-change", "plan"));
  expect(text).toContain("2 hosts would change: client[1:2]");
  expect(text).toContain("next: surefoot run playbooks/ecmp.ts -i inventories/x\n");
});

it("points on with the hosts and variables that the command was given", async () => {
  const given = { limit: "web*", flags: ["--tags", "a,b", "-e", "name=it's x"] };
  const told = (outcome: Outcome, command: string) =>
    shown(
      simulate(1, () => outcome, command).map((event) =>
        event.type === "run-started" ? { ...event, ...given, journal: "/srv/runs/r1.jsonl" } : event,
      ),
    );
  const flags = "--tags a,b -e 'name=it'\\''s x'\n";
  const on = "playbooks/ecmp.ts -i inventories/x --limit";
  expect(await told("would-change", "plan")).toContain(`next: surefoot run ${on} 'web*' ${flags}`);
  expect(await told("failed", "run")).toContain(`next: surefoot run ${on} 'client1' ${flags}`);
  expect(await told("failed", "resume")).toContain("next: surefoot runs resume r1 --state /srv\n");
  expect(await told("failed", "rollback")).not.toContain("next:");
});

it("shows scripts and things in sync when asked to say more", async () => {
  expect(
    await shown(
      simulate(1, () => "ok"),
      { verbose: 1 },
    ),
  ).toContain("= route default");
  expect(
    await shown(
      simulate(1, () => "changed"),
      { verbose: 1 },
    ),
  ).toContain("$ ip");
});

it("paints only when it may, and lets no control character of a host through", async () => {
  const events = simulate(3, (i) => (i === 1 ? "failed" : "changed"));
  expect(await shown(events)).not.toContain("\u001b");
  const painted = await shown(events, { color: true });
  expect(painted).toContain("\u001b[");
  expect(painted).not.toContain("\u001b[2J");
});

it("stays short with two thousand hosts", async () => {
  const text = await shown(simulate(2_000, (i) => (i % 500 === 0 ? "failed" : "changed")));
  expect(text.split("\n").length).toBeLessThan(30);
});

it("keeps progress on one line of eighty columns, naming what is slow and what failed", () => {
  const progress = new Progress();
  for (const event of simulate(60, (i) => (i % 20 === 0 ? "failed" : "ok")).slice(0, -1))
    progress.onEvent(event, 0);
  const at = "2026-01-01T00:00:00.000Z";
  progress.onEvent({ type: "host-phase", host: "漢字-slow", phase: "connect", at }, 0);
  const line = progress.line("read", 12_000, 80);
  expect(line).toContain("60/60  slow: 漢字-slow (12 s)  3 failed: client20, client40");
  expect(width(line)).toBeLessThanOrEqual(80);
});

it("says what the hosts of a wave are busy with", () => {
  const at = "2026-01-01T00:00:00.000Z";
  const progress = new Progress();
  const phase = (host: string, to: Phase): void =>
    progress.onEvent({ type: "host-phase", host, phase: to, at }, 0);
  const hosts = ["a", "b", "c", "d"];
  progress.onEvent({ type: "wave-started", wave: 1, waves: 2, hosts, at }, 0);
  expect(progress.waveLine(1, 0, 80)).toBe("wave 1 of 2  0/4 hosts");
  for (const host of hosts) phase(host, "connect");
  for (const host of ["b", "c", "d"]) phase(host, "apply");
  phase("c", "confirm");
  phase("d", "verify");
  expect(progress.waveLine(1, 0, 80)).toBe(
    "wave 1 of 2  0/4 hosts  1 reading, 1 changing, 1 confirming, 1 read again",
  );
  expect(progress.waveLine(2, 0, 80)).toBe("wave 2 of 2  waits");
  expect(progress.line("apply", 0, 80)).toBe("apply and verify  0/3  1 changing, 1 confirming, 1 read again");
  for (const host of hosts)
    progress.onEvent({ type: "host-finished", host, outcome: "changed", ms: 1, at }, 0);
  expect(progress.waveLine(1, 0, 80)).toBe("wave 1 of 2  4/4 hosts  4 changed");
});
