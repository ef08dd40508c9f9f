// `node bench/confirm.mjs [--hosts N] [--rounds N]`: what the confirmation costs: the flagship job on the same lab hosts with it and without
// it, in one run. Logins, scripts (round trips), connections that are only knocked at and bytes are counted at the transport, per host.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { internals } from "../scripts/lib/bundle.mjs";
import { must, root } from "../scripts/lib/setup.mjs";
import { inBastion, writeDirect } from "./from-bastion.mjs";

const { values } = parseArgs({
  options: { hosts: { type: "string", default: "10" }, rounds: { type: "string", default: "3" } },
});
const hosts = Number(values.hosts);
const env = { ...process.env, SUREFOOT_LAB: "bench" };
const cli = join(root, "dist/cli/main.js");
const inside = process.env.SUREFOOT_BENCH_INVENTORY;
if (inside === undefined) {
  // From the bastion itself, as a real one is used: there hosts are reached by TCP alone, and say by which ways they answer.
  const work = mkdtempSync(join(tmpdir(), "surefoot-bench-"));
  const [lab, inventory] = [join(work, "lab"), join(work, "inventory")];
  must(process.execPath, [cli, "lab", "up", "--clients", String(hosts), "--inventory", lab], { env });
  writeDirect(lab, inventory);
  const again = [process.execPath, process.argv[1], ...process.argv.slice(2)];
  const [nsenter, ...net] = inBastion;
  const status = spawnSync(nsenter, [...net, ...again], {
    env: { ...env, SUREFOOT_BENCH_INVENTORY: inventory },
    stdio: "inherit",
  }).status;
  must(process.execPath, [cli, "lab", "down"], { env });
  rmSync(work, { recursive: true, force: true });
  process.exit(status ?? 1);
}
const inventory = inside;

const [{ prepare }, { runHosts }, { sshTransport }] = await internals(
  "cli/prepare",
  "run/engine",
  "transport/ssh",
);

// The unit alone, so that setting a host back is a few commands.
const flags = { inventory, extraVar: ["persist=unit"], forks: hosts, timeout: 60, stepTimeout: 300 };
const fleet = await prepare(join(root, "playbooks/ecmp.ts"), { ...flags, report: [], verbose: 0 });

/** The same job, but no step of it counts as one that can cut the connection. */
const harmless = (job) => ({
  ...job,
  tasks: job.tasks.map((task) => ({
    ...task,
    resource: {
      ...task.resource,
      steps: (...args) => task.resource.steps(...args).map((step) => ({ ...step, cuts: false })),
    },
  })),
});

const ways = {
  without: fleet.jobs.map(harmless),
  "with, no checks": fleet.jobs.map((job) => ({ ...job, checks: [] })),
  "with checks": fleet.jobs,
};

/** A transport that counts what goes over it. */
function counting(inner, count) {
  const connect = async (target, ...more) => {
    const connection = await inner.connect(target, ...more);
    count.logins++;
    const exec = async (...args) => {
      const remote = await connection.exec(...args);
      count.channels++;
      const see = (listener) => (chunk) => {
        count.received += chunk.length;
        listener(chunk);
      };
      return {
        ...remote,
        write: (data) => {
          count.sent += Buffer.byteLength(data);
          if (data.startsWith("surefoot_main() {")) count.scripts++;
          remote.write(data);
        },
        onStdout: (listener) => remote.onStdout(see(listener)),
        onStderr: (listener) => remote.onStderr(see(listener)),
      };
    };
    return {
      target: connection.target,
      endpoints: connection.endpoints,
      exec,
      close: () => connection.close(),
    };
  };
  const knock = (...args) => {
    count.knocks++;
    return inner.knock(...args);
  };
  return { connect, knock, close: () => inner.close() };
}

function reset() {
  const script = readFileSync(join(root, "bench/reset.sh"), "utf8");
  for (const job of fleet.jobs) {
    spawnSync(process.execPath, [cli, "lab", "exec", job.target.host, "--", "sh", "-c", script], { env });
  }
}

async function measure(jobs) {
  const count = { logins: 0, channels: 0, scripts: 0, knocks: 0, sent: 0, received: 0 };
  const never = new AbortController().signal;
  const errors = [];
  const inner = sshTransport({ resolveJump: fleet.target, identities: fleet.identities });
  const context = {
    transport: counting(inner, count),
    mode: "apply",
    identity: { run: "bench", who: "bench" },
    confirm: { seconds: 120, connections: 4 },
    timeouts: { probeMs: 60_000, stepMs: 300_000 },
    emit: (event) => {
      if (event.type === "host-finished" && event.outcome !== "changed") errors.push(event);
    },
    password: () => Promise.resolve(""),
    stop: never,
    kill: never,
  };
  const start = performance.now();
  await runHosts(context, jobs, hosts);
  const wall = performance.now() - start;
  await inner.close();
  if (errors.length > 0) throw new Error(JSON.stringify(errors[0]));
  return { wall, ...count };
}

const results = Object.fromEntries(Object.keys(ways).map((way) => [way, []]));
// Turn by turn, so that a machine that becomes slower or faster meanwhile does so for all.
for (let round = 0; round < Number(values.rounds); round++) {
  for (const [way, jobs] of Object.entries(ways)) {
    reset();
    results[way].push(await measure(jobs));
  }
}

const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];
const middle = (way, what) => median(results[way].map((result) => result[what]));
const cell = (text) => String(text).padStart(11);
const columns = ["logins", "scripts", "knocks", "channels", "sent", "received"];
process.stdout.write(`\n${hosts} hosts, median of ${values.rounds}; counted per host\n`);
process.stdout.write(
  `${"confirmation".padEnd(18)}${[...columns, "wall s", "x without"].map(cell).join("")}\n`,
);
for (const way of Object.keys(ways)) {
  const counts = columns.map((what) => (middle(way, what) / hosts).toFixed(1).replace(/\.0$/, ""));
  const wall = [
    (middle(way, "wall") / 1000).toFixed(2),
    (middle(way, "wall") / middle("without", "wall")).toFixed(2),
  ];
  process.stdout.write(`${way.padEnd(18)}${[...counts, ...wall].map(cell).join("")}\n`);
}
process.exit(0);
