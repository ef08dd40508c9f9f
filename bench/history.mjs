// `surefoot history` over a simulated year: a look every quarter of an hour at 1,000 hosts, of which few found anything. Journals are written short (of hosts in
// sync nothing), since the index never looks into those that it has; what making it anew costs is measured on one journal of full length.
// node bench/history.mjs [--runs 35000] [--hosts 1000]
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";

const { values } = parseArgs({
  options: { runs: { type: "string", default: "35000" }, hosts: { type: "string", default: "1000" } },
});
const [runs, hosts] = [Number(values.runs), Number(values.hosts)];
const cli = join(import.meta.dirname, "../dist/cli/main.js");
const state = mkdtempSync(join(tmpdir(), "surefoot-history-"));
const folder = join(state, "runs");
mkdirSync(folder);
const QUARTER = 15 * 60_000;
const end = Math.floor(Date.now() / QUARTER) * QUARTER;
const idOf = (time, n) =>
  `${new Date(time).toISOString().replace(/[-:]|\.\d+/g, "")}-${n.toString(16).padStart(6, "0")}`;

function header(run, at, more) {
  return {
    type: "journal",
    v: 1,
    at,
    run,
    surefoot: "0.0.0",
    command: "drift",
    schedule: "ecmp-production",
    who: { user: "surefoot", host: "bastion", pid: 4_000_000, began: "1" },
    cwd: "/srv/fleet",
    playbook: {
      path: "playbooks/ecmp.ts",
      files: { "playbooks/ecmp.ts": "0".repeat(64), "templates/ecmp.hbs": "0".repeat(64) },
    },
    inventory: { path: "inventories/production", hash: "0".repeat(64) },
    flags: { extraVar: [], forks: 50, timeout: 60, stepTimeout: 300, confirmTimeout: 30 },
    ...more,
  };
}

const finding = (at, i) => ({
  task: "sysctl net.ipv4.ip_forward",
  kind: "sysctl",
  title: "sysctl net.ipv4.ip_forward",
  fields: [{ field: "live", desired: "1", applied: "1", found: String(i % 3) }],
  since: at,
  looksLike: "somebody's `sysctl -w`, or a tool: it was set live only, and the drop-in is as we left it",
  fixable: true,
});

/** The events of one host at a look. */
function looked(at, host, drifted) {
  const findings = drifted === undefined ? [] : [finding(at, drifted)];
  const standing = drifted === undefined ? "in-sync" : "drifted";
  const outcome = drifted === undefined ? "ok" : "would-change";
  return [
    { type: "host-phase", host, phase: "connect", at },
    { type: "host-phase", host, phase: "probe", at },
    { type: "host-drift", host, standing, findings, degraded: [], at },
    { type: "host-finished", host, outcome, ms: 900, at },
  ];
}

function write(run, at, head, events) {
  const tally = {
    ok: hosts,
    changed: 0,
    "would-change": 0,
    "rolled-back": 0,
    failed: 0,
    unreachable: 0,
    skipped: 0,
  };
  const lines = [
    header(run, at, head),
    {
      type: "run-started",
      v: 1,
      run,
      command: "drift",
      playbook: "p",
      inventory: "i",
      hosts,
      at,
    },
    ...events,
    { type: "run-finished", run, tally, exitCode: 0, ms: 15_000, at },
  ];
  writeFileSync(join(folder, `${run}.jsonl`), lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
}

process.stderr.write(`writing ${runs} journals to ${state}\n`);
for (let i = 0; i < runs; i++) {
  const time = end - (runs - i) * QUARTER;
  const at = new Date(time).toISOString();
  // One look in ten finds something on up to five hosts; a correction follows.
  const drifted =
    i % 10 === 0
      ? Array.from({ length: 1 + (i % 5) }, (_, k) => `client${(((i / 10) * 37 + k * 13) % hosts) + 1}`)
      : [];
  write(
    idOf(time, i),
    at,
    {},
    drifted.flatMap((host, k) => looked(at, host, i + k)),
  );
  if (drifted.length > 0)
    write(
      idOf(time + 30_000, i),
      at,
      { of: idOf(time, i) },
      drifted.flatMap((host) => [{ type: "host-finished", host, outcome: "changed", ms: 3_000, at }]),
    );
}

/** The median of five, of one where the first changes what is measured. */
function timed(label, times, ...args) {
  const took = [];
  for (let i = 0; i < times; i++) {
    const start = performance.now();
    const command = [
      "-c",
      '"$@" >"$OUT" || exit; times',
      "sh",
      process.execPath,
      cli,
      ...args,
      "--state",
      state,
    ];
    const ran = spawnSync("sh", command, {
      encoding: "utf8",
      env: { ...process.env, OUT: join(state, "out") },
    });
    if (ran.status !== 0) throw new Error(ran.stderr);
    // The second line that `times` prints: user and system time of the children, as 0m0.10s.
    const cpu = (ran.stdout.split("\n")[1] ?? "").split(" ").map((text) => {
      const [, minutes, seconds] = /(\d+)m([\d.]+)s/.exec(text) ?? [];
      return Number(minutes) * 60 + Number(seconds);
    });
    took.push({ wall: (performance.now() - start) / 1000, cpu: cpu[0] + cpu[1] });
  }
  const { wall, cpu } = took.sort((a, b) => a.wall - b.wall)[Math.floor(times / 2)];
  const lines = readFileSync(join(state, "out"), "utf8").split("\n").length - 1;
  process.stdout.write(
    `${label.padEnd(44)}${wall.toFixed(2).padStart(7)} s ${cpu.toFixed(2).padStart(7)} s CPU ${String(lines).padStart(6)} lines\n`,
  );
}

timed("index made anew from short journals", 1, "history", "--limit", "1", "client1x");
timed("the command line itself (--help)", 5, "history", "--help");
timed("history", 5, "history");
timed("history --since 7d", 5, "history", "--since", "7d");
timed("history client7: one host, the whole year", 5, "history", "client7");
timed("history client7 --limit 1000", 5, "history", "client7", "--limit", "1000");
timed("history --json: all rows of the year", 5, "history", "--json");
const index = join(state, "history");
const size = readdirSync(index).reduce((sum, name) => sum + statSync(join(index, name)).size, 0);
process.stdout.write(`index: ${(size / 1e6).toFixed(1)} MB in ${readdirSync(index).length} files\n`);

rmSync(state, { recursive: true });
mkdirSync(folder, { recursive: true });
const at = new Date(end).toISOString();
const names = Array.from({ length: hosts }, (_, i) => `client${i + 1}`);
for (let i = 0; i < 20; i++)
  write(
    idOf(end, i),
    at,
    {},
    names.flatMap((host, k) => looked(at, host, k === i ? k : undefined)),
  );
const full = statSync(join(folder, `${idOf(end, 0)}.jsonl`)).size;
process.stdout.write(`\na look's journal of ${hosts} hosts: ${(full / 1e6).toFixed(2)} MB\n`);
timed("index made anew from 20 of them", 1, "history");
rmSync(state, { recursive: true });
