// `npm run bench [-- --hosts N] [--rounds N]`: the same job on the same lab hosts by Surefoot, by a bare ssh2 script (the floor), by Ansible
// and by clush, in one run: wall time, controller CPU and peak memory of the whole process tree, as a table and as ratios to the floor.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { inBastion, key, known, writeDirect } from "../bench/from-bastion.mjs";
import { installAndBuild, must, prepareLab, requireNode, root, say } from "./lib/setup.mjs";

const { values } = flags();
const hosts = Number(values.hosts);
const rounds = Number(values.rounds);

requireNode();
installAndBuild();
if (process.getuid?.() !== 0) {
  process.stderr.write("The bench needs root: sudo npm run bench\n");
  process.exit(3);
}
const missing = prepareLab();
if (missing.length > 0) {
  process.stderr.write(`The bench needs ${missing.join(", ")}\n`);
  process.exit(3);
}
// Of Ansible the collections, too, which its core package has not.
for (const [tool, file, name] of [
  ["ansible", "/usr/lib/python3/dist-packages/ansible_collections/ansible/posix", "ansible"],
  ["clush", "/usr/bin/clush", "clustershell"],
]) {
  if (!values.only.includes(tool) || existsSync(file)) continue;
  must("env", [
    "DEBIAN_FRONTEND=noninteractive",
    "apt-get",
    "-qq",
    "install",
    "-y",
    "--no-install-recommends",
    name,
  ]);
}

// Ansible needs Python on its targets; the others run on the same hosts all the same.
const env = { ...process.env, SUREFOOT_LAB: "bench", SUREFOOT_LAB_PACKAGES: "python3" };
const cli = join(root, "dist/cli/main.js");
const work = mkdtempSync(join(tmpdir(), "surefoot-bench-"));
const labInventory = join(work, "lab");
must(process.execPath, [cli, "lab", "up", "--clients", String(hosts), "--inventory", labInventory], { env });

const addresses = Array.from({ length: hosts }, (_, i) => `192.168.1.${21 + i}`);
const inventory = join(work, "inventory");
writeDirect(labInventory, inventory);

// The unit as Surefoot writes it, so that all tools reach the same end state.
const unit = join(work, "ecmp-route.service");
const render = `import { renderTemplate } from ${JSON.stringify(join(root, "dist/index.js"))};
process.stdout.write(renderTemplate("templates/ecmp-route.service.hbs", { interfaces: ["eth1"],
  via: ["192.168.1.1", "192.168.1.10"].map((gateway) => ({ gateway, dev: "eth1", weight: 1 })) }));`;
writeFileSync(unit, spawnSync(process.execPath, ["--input-type=module", "-e", render], { cwd: root }).stdout);
const script = join(work, "script.sh");
writeFileSync(
  script,
  readFileSync(join(root, "bench/script.sh"), "utf8").replace("@UNIT@", () =>
    readFileSync(unit, "utf8").trimEnd(),
  ),
);
const ansibleHosts = join(work, "ansible-hosts");
writeFileSync(ansibleHosts, `${addresses.join("\n")}\n`);

const bare = (file) => [
  process.execPath,
  join(root, "bench/ssh2.mjs"),
  file,
  key,
  "ops",
  String(hosts),
  ...addresses,
];
const sshOptions = `-i ${key} -o UserKnownHostsFile=${known} -o IdentitiesOnly=yes -o BatchMode=yes`;
const ourFlags = [
  join(root, "playbooks/ecmp.ts"),
  "-i",
  inventory,
  "--state",
  join(work, "state"),
  // The same end state as the script's: what else an interface's owner is told is no part of the job that the others do.
  "-e",
  "persist=unit",
  "--forks",
  String(hosts),
  // All hosts share this machine's cores: what each of a real fleet does in a moment takes its turn here.
  "--confirm-timeout",
  "300",
];
const tools = {
  floor: { label: "bare ssh2, one script", command: bare(script) },
  surefoot: {
    label: "surefoot run",
    command: [process.execPath, cli, "run", "--yes", ...ourFlags],
    // What a timer does all day.
    watch: { label: "surefoot drift", command: [process.execPath, cli, "drift", ...ourFlags] },
  },
  clush: {
    label: "clush, the same script",
    command: [
      "clush",
      "-q",
      "-f",
      String(hosts),
      "-l",
      "ops",
      "-o",
      sshOptions,
      "-w",
      addresses.join(","),
      "sudo -n sh",
    ],
    stdin: script,
  },
  ansible: {
    label: "Ansible, pipelining",
    command: [
      "ansible-playbook",
      "-i",
      ansibleHosts,
      "-u",
      "ops",
      "-f",
      String(hosts),
      "-e",
      `unit=${unit}`,
      join(root, "bench/ansible.yml"),
    ],
    env: {
      ANSIBLE_PIPELINING: "1",
      ANSIBLE_SSH_ARGS: `${sshOptions} -o ControlMaster=auto -o ControlPersist=60s`,
      ANSIBLE_SSH_CONTROL_PATH_DIR: join(work, "cp"),
      ANSIBLE_PYTHON_INTERPRETER: "/usr/bin/python3",
      ANSIBLE_LOCALHOST_WARNING: "0",
    },
  },
};

function flags() {
  try {
    return parseArgs({
      options: {
        hosts: { type: "string", default: "50" },
        rounds: { type: "string", default: "3" },
        only: { type: "string", default: "floor,surefoot,clush,ansible" },
      },
    });
  } catch (error) {
    process.stderr.write(
      `${error.message}\nnpm run bench -- --hosts 50 --rounds 3 --only floor,surefoot,clush,ansible\n`,
    );
    process.exit(3);
  }
}

/** A control group of our own for one measurement, or null where there is none to be had. */
function controlGroup() {
  for (const tree of ["/sys/fs/cgroup/cpuacct", "/sys/fs/cgroup"]) {
    const dir = join(tree, `sf-bench-${process.pid}`);
    try {
      mkdirSync(dir, { recursive: true });
      if (existsSync(join(dir, "cpuacct.usage")))
        return { dir, cpuMs: () => Number(readFileSync(join(dir, "cpuacct.usage"))) / 1e6 };
      if (existsSync(join(dir, "cpu.stat"))) {
        return {
          dir,
          cpuMs: () => Number(/usage_usec (\d+)/.exec(readFileSync(join(dir, "cpu.stat"), "utf8"))[1]) / 1e3,
        };
      }
      rmdirSync(dir);
    } catch {
      // Not a tree that may be written to.
    }
  }
  throw new Error("no control groups to measure by");
}

function residentBytes(pid) {
  try {
    return Number(readFileSync(`/proc/${pid}/statm`, "utf8").split(" ")[1]) * 4096;
  } catch {
    return 0;
  }
}

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Runs a command in the bastion's namespace and measures its whole process tree. */
async function measure(tool) {
  const group = controlGroup();
  const members = () => readFileSync(join(group.dir, "cgroup.procs"), "utf8").split("\n").filter(Boolean);
  const enter = `echo $$ > ${group.dir}/cgroup.procs; exec "$@"${tool.stdin ? ` < ${tool.stdin}` : ""}`;
  const start = performance.now();
  const child = spawn("sh", ["-c", enter, "sh", ...inBastion, ...tool.command], {
    // Further certificates, where the machine names some, are read by each Node at its start; nothing here asks for them.
    env: { ...process.env, NODE_EXTRA_CA_CERTS: "", ...tool.env },
    cwd: root,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (said += chunk));
  let peak = 0;
  const sampler = setInterval(() => {
    peak = Math.max(
      peak,
      members().reduce((sum, pid) => sum + residentBytes(pid), 0),
    );
  }, 50);
  const status = await new Promise((resolve) => child.on("close", resolve));
  const wall = performance.now() - start;
  clearInterval(sampler);
  const cpu = group.cpuMs();
  // ControlPersist leaves masters behind; they would make the next run of the same tool cheaper than it is.
  for (let i = 0; i < 50 && members().length > 0; i++) {
    spawnSync("kill", members());
    await sleep(100);
  }
  rmdirSync(group.dir);
  if (status !== 0)
    throw new Error(
      `${tool.command.slice(0, 3).join(" ")} failed with ${status}:\n${said
        .split("\n")
        .filter((line) => /fatal|error|failed/i.test(line))
        .slice(0, 5)
        .join("\n")}`,
    );
  return { wall, cpu, peak };
}

function onAll(file) {
  const [command, ...args] = [...inBastion, ...bare(join(root, "bench", file))];
  const run = spawnSync(command, args, {
    env: { ...process.env, PRINT: "1" },
    encoding: "utf8",
    maxBuffer: 1 << 28,
  });
  if (run.status !== 0) throw new Error(`${file} failed: ${run.stderr}`);
  return JSON.parse(run.stdout);
}

const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];
const middle = (runs) =>
  Object.fromEntries(["wall", "cpu", "peak"].map((what) => [what, median(runs.map((run) => run[what]))]));

const results = {};
const states = {};
const names = values.only.split(",");
const measured = Object.fromEntries(names.map((name) => [name, { first: [], again: [], watch: [] }]));
// Turn by turn, so that a machine that becomes slower or faster meanwhile does so for all.
for (let round = 1; round <= rounds; round++) {
  for (const name of names) {
    const tool = tools[name];
    if (tool === undefined) throw new Error(`--only ${name}: there is ${Object.keys(tools).join(", ")}`);
    if (name === "ansible" && round > 1) continue;
    say(`${tool.label}: first run and no-change run on ${hosts} hosts (${round} of ${rounds})`);
    onAll("reset.sh");
    measured[name].first.push(await measure(tool));
    measured[name].again.push(await measure(tool));
    if (tool.watch !== undefined) measured[name].watch.push(await measure(tool.watch));
    if (round === 1) states[name] = [...new Set(onAll("state.sh"))];
  }
}
for (const name of names) {
  results[name] = { first: middle(measured[name].first), again: middle(measured[name].again) };
  if (tools[name].watch !== undefined) results[`${name} watch`] = { again: middle(measured[name].watch) };
}

const floor = results.floor ?? Object.values(results)[0];
const cell = (text, width) => String(text).padStart(width);
process.stdout.write(`\n${hosts} hosts, median of ${rounds} (Ansible: 1)\n`);
for (const phase of ["first", "again"]) {
  process.stdout.write(
    `\n${(phase === "first" ? "first run" : "nothing to change").padEnd(24)}${["wall s", "x floor", "CPU ms/host", "peak MB"].map((t) => cell(t, 13)).join("")}\n`,
  );
  for (const [name, result] of Object.entries(results)) {
    if (result[phase] === undefined) continue;
    const label = (tools[name] ?? tools[name.split(" ")[0]].watch).label;
    const { wall, cpu, peak } = result[phase];
    const columns = [
      (wall / 1000).toFixed(2),
      (wall / floor[phase].wall).toFixed(2),
      (cpu / hosts).toFixed(1),
      (peak / 1e6).toFixed(0),
    ];
    process.stdout.write(`${label.padEnd(24)}${columns.map((text) => cell(text, 13)).join("")}\n`);
  }
}
const reference = JSON.stringify(states.floor ?? Object.values(states)[0]);
const same = Object.values(states).every(
  (state) => state.length === 1 && JSON.stringify(state) === reference,
);
process.stdout.write(`\nend state: ${same ? "the same on all hosts, by all tools" : "DIFFERS"}\n`);
if (!same) process.stdout.write(`${JSON.stringify(states, null, 1).slice(0, 4000)}\n`);
must(process.execPath, [cli, "lab", "down"], { env });
rmSync(work, { recursive: true, force: true });
process.exit(same ? 0 : 1);
