// `node bench/failover.mjs [--runs 3] [--modes none,kernel,pinned] [--faults cut-lan,stop-forwarding] [--flows 60]`: what a dead gateway costs a
// host, on a lab of its own, as a table. Needs root and a built dist/.
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { internals } from "../scripts/lib/bundle.mjs";

const { values } = parseArgs({
  options: {
    runs: { type: "string", default: "3" },
    modes: { type: "string", default: "none,kernel,pinned" },
    faults: { type: "string", default: "cut-lan,stop-forwarding" },
    flows: { type: "string", default: "60" },
    lab: { type: "string", default: "failoverbench" },
  },
});
const root = new URL("..", import.meta.url).pathname;
const env = { ...process.env, SUREFOOT_LAB: values.lab };
const [{ labPaths }, { FAULTS }] = await internals("lab/names", "lab/faults");
const paths = labPaths(env);

const SERVER = ["203.0.113.10", "7007"];
const DEAD = "203.0.113.99";
/** Ends before TCP's seventh try (12.6 s after the first at the earliest), so that flows that can live on show it soon after. */
const OUTAGE_MS = 12_000;
const AFTER_MS = 10_000;

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

function surefoot(...args) {
  const ran = spawnSync(process.execPath, [join(root, "dist/cli/main.js"), ...args], {
    cwd: root,
    env,
    encoding: "utf8",
  });
  if (ran.status !== 0) throw new Error(`surefoot ${args.join(" ")}: ${ran.stderr}${ran.stdout}`);
}

/** Starts a script of this folder in a box's network. */
function inBox(box, script) {
  const net = `--net=/run/netns/${paths.netns(box)}`;
  return spawn("nsenter", [net, process.execPath, join(root, "bench", script), ...SERVER], {
    stdio: ["pipe", "pipe", "inherit"],
  });
}

/** Breaks or mends the second gateway by the script of `lab fault`; gives the moment at which it began. */
function change(name, how) {
  const script = FAULTS.find((one) => one.name === name)[how];
  const words = `set -eu; fabric=${paths.netns("fabric")} net=${paths.netns("nat2")} box=nat2`;
  const ran = spawnSync("sh", ["-c", `${words}; date +%s%3N; ${script}`], { encoding: "utf8" });
  if (ran.status !== 0) throw new Error(ran.stderr);
  return Number(ran.stdout.trim());
}

/** One outage of one gateway under traffic. */
async function measure(fault) {
  const client = inBox("client1", "failover-client.mjs");
  const attempts = [];
  const checks = new Map();
  createInterface({ input: client.stdout }).on("line", (line) => {
    const event = JSON.parse(line);
    if (event.kind === "new") attempts.push(event);
    else checks.get(event.id)?.(event.flows);
  });
  const check = (id) =>
    new Promise((resolve) => {
      checks.set(id, resolve);
      client.stdin.write(`check ${id}\n`);
    });
  client.stdin.write(`hold before ${values.flows}\n`);
  await sleep(4_000);
  const begin = change(fault, "begin");
  await sleep(OUTAGE_MS / 2);
  client.stdin.write(`hold during ${values.flows}\n`);
  await sleep(OUTAGE_MS / 2);
  const outage = await check("outage");
  const end = change(fault, "end");
  await sleep(AFTER_MS);
  const after = await check("after");
  client.stdin.write("end\n");
  const failed = attempts.filter(({ at, via }) => at >= begin && at < end - 1_000 && via === null);
  const last = failed.at(-1)?.at;
  const back = attempts.find(({ at, via }) => at >= end && via === DEAD)?.at;
  // Those that were opened and answered by a gateway that worked; the dead one's own are counted apart.
  const healthy = after.filter(({ name, via }, i) =>
    name === "before" ? via !== DEAD && via !== null : outage[i].via !== null && outage[i].via !== DEAD,
  );
  const own = after.filter(({ name, via }) => name === "before" && via === DEAD);
  return {
    failing: last === undefined ? 0 : (last + 100 - begin) / 1000,
    whole: last !== undefined && last > end - 2_000,
    failed: failed.length,
    back: back === undefined ? null : (back - end) / 1000,
    healthy: healthy.length,
    lost: healthy.filter(({ alive }) => !alive).length,
    own: own.length,
    ownLost: own.filter(({ alive }) => !alive).length,
  };
}

const range = (numbers, digits = 1) => {
  const low = Math.min(...numbers).toFixed(digits);
  const high = Math.max(...numbers).toFixed(digits);
  return low === high ? low : `${low}-${high}`;
};
const sum = (numbers) => numbers.reduce((total, one) => total + one, 0);

const inventory = mkdtempSync(join(tmpdir(), "surefoot-failover-"));
surefoot("lab", "up", "--clients", "1", "--inventory", inventory);
const server = inBox("internet", "failover-server.mjs");
try {
  await new Promise((resolve) => server.stdout.once("data", resolve));
  console.log(
    "| mode | gateway | new connections fail for | used again after | flows through the healthy gateway lost | the dead gateway's own flows lost |",
  );
  console.log("| --- | --- | --- | --- | --- | --- |");
  for (const mode of values.modes.split(",")) {
    const vars = ["-e", `failover=${mode}`, "-e", `failover_targets=["${SERVER[0]}"]`];
    surefoot("run", "playbooks/ecmp.ts", "-i", inventory, "--yes", "--limit", "client1", ...vars);
    for (const fault of values.faults.split(",")) {
      await sleep(5_000);
      const runs = [];
      for (let i = 0; i < Number(values.runs); i++) {
        const run = await measure(fault);
        process.stderr.write(`${mode} ${fault}: ${JSON.stringify(run)}\n`);
        runs.push(run);
        await sleep(6_000);
      }
      const failing = runs.every(({ whole }) => whole)
        ? "the whole outage"
        : `${range(runs.map((run) => run.failing))} s`;
      const back = runs.some((run) => run.back === null)
        ? "not within 10 s"
        : `${range(runs.map((run) => run.back))} s`;
      const cells = [
        mode,
        fault === "cut-lan" ? "LAN link dead" : fault,
        failing,
        back,
        `${sum(runs.map((run) => run.lost))} of ${sum(runs.map((run) => run.healthy))}`,
        `${sum(runs.map((run) => run.ownLost))} of ${sum(runs.map((run) => run.own))}`,
      ];
      console.log(`| ${cells.join(" | ")} |`);
    }
  }
} finally {
  server.kill();
  surefoot("lab", "down");
  rmSync(inventory, { recursive: true, force: true });
}
