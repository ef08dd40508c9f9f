// What `surefoot serve` takes for many hosts: the first and the next answers in milliseconds, the longest time for which it answered nobody, memory.
// node bench/serve.mjs [--hosts 10000] [--looks 96]
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { parseArgs } from "node:util";
import { internals } from "../scripts/lib/bundle.mjs";

const [{ noteRun }, { idAt }, { Site }] = await internals("history/make", "journal/folder", "serve/site");

const { values } = parseArgs({
  options: { hosts: { type: "string", default: "10000" }, looks: { type: "string", default: "96" } },
});
const hosts = Number(values.hosts);
const looks = Number(values.looks);
const state = mkdtempSync(join(tmpdir(), "surefoot-serve-"));
mkdirSync(join(state, "runs"));

/** A look: one host in a hundred has drifted, one in a thousand is unreachable. */
function look(time, serial) {
  const at = new Date(time).toISOString();
  const run = `${idAt(new Date(time))}-${serial.toString(16).padStart(6, "0")}`;
  const header = {
    type: "journal",
    v: 1,
    at,
    run,
    surefoot: "0",
    command: "drift",
    who: { user: "ops", host: "bastion", pid: 1 },
    cwd: "/srv",
    playbook: { path: "playbooks/ecmp.ts", files: {} },
    inventory: { path: "inventories/production", hash: "" },
    flags: { extraVar: [], forks: 50, timeout: 60, stepTimeout: 300, confirmTimeout: 30 },
  };
  const finding = {
    task: "s",
    kind: "sysctl",
    title: "sysctl net.ipv4.ip_forward",
    since: at,
    fixable: true,
    fields: [{ field: "live", desired: "1", applied: "1", found: "0" }],
    looksLike: "somebody's `sysctl -w`, or a tool",
  };
  const events = [
    {
      type: "run-started",
      v: 1,
      run,
      command: "drift",
      playbook: header.playbook.path,
      inventory: header.inventory.path,
      hosts,
    },
  ];
  for (let i = 1; i <= hosts; i++) {
    const host = `client${i}`;
    const standing = i % 1000 === 0 ? "unreachable" : i % 100 === 1 ? "drifted" : "in-sync";
    events.push({ type: "host-phase", host, phase: "connect" }, { type: "host-phase", host, phase: "probe" });
    events.push({
      type: "host-drift",
      host,
      standing,
      findings: standing === "drifted" ? [finding] : [],
      degraded: [],
    });
    events.push({
      type: "host-finished",
      host,
      outcome: standing === "in-sync" ? "ok" : standing === "drifted" ? "would-change" : "unreachable",
      ms: 900,
    });
  }
  events.push({ type: "run-finished", run, tally: {}, exitCode: 2, ms: 60_000 });
  const lines = [header, ...events.map((event) => ({ ...event, at }))].map(
    (line) => `${JSON.stringify(line)}\n`,
  );
  writeFileSync(join(state, "runs", `${run}.jsonl`), lines.join(""));
  return run;
}

const now = Date.now();
const runs = Array.from({ length: looks }, (_, i) => look(now - (looks - i) * 900_000, i));
for (const run of runs) await noteRun(state, run);

const site = new Site({ state, version: "0", path: (path) => path });
const delay = monitorEventLoopDelay({ resolution: 5 });
async function ask(what, path) {
  delay.reset();
  delay.enable();
  const began = performance.now();
  const { body, status } = await site.answer(path, new URLSearchParams());
  const took = performance.now() - began;
  await new Promise((resolve) => setTimeout(resolve, 20));
  delay.disable();
  process.stdout.write(
    `${what}: ${status}, ${(body.length / 1e6).toFixed(2)} MB in ${took.toFixed(0)} ms, nobody else answered for at most ${(delay.max / 1e6).toFixed(0)} ms\n`,
  );
}
process.stdout.write(`${hosts} hosts, ${looks} looks\n`);
const last = runs.at(-1);
await ask("overview, first", "/");
await ask("overview, again", "/");
await ask("run, read before", `/runs/${last}`);
await ask("run, again", `/runs/${last}`);
await ask("run, not read before", `/runs/${runs[0]}`);
await ask("metrics, first", "/metrics");
await ask("metrics, again", "/metrics");
process.stdout.write(`peak memory ${(process.resourceUsage().maxRSS / 1000).toFixed(0)} MB\n`);
rmSync(state, { recursive: true });
