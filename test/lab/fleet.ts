import { spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { leaderOf } from "../../src/lab/client.js";
import { entry } from "../../src/lab/exec.js";
import { labPaths } from "../../src/lab/names.js";
import { run } from "../../src/lab/system.js";
import { SurefootError } from "../../src/model/error.js";
import type { Ended } from "../resources/harness.js";
import type { Ran } from "../support/cli.js";
import { eventsOf, ROOT, surefoot } from "../support/cli.js";

const BASE = process.env.SUREFOOT_TEST_LAB ?? "test";

/** More processes than this never run files at once. */
const MAX_WORKERS = 4;

/**
 * The lab of the tests, beside any that a user has up: one for each of the processes that run their files. Another name lets two runs of the
 * tests go on at once.
 */
export const LAB = `${BASE}${process.env.VITEST_POOL_ID ?? "1"}`;

/** Its clients: three plain ones, one for each other way to become root, and one whose network is NetworkManager's. */
export const CLIENTS = 7;
export const VARIANTS = { client4: "sudo-password", client5: "no-sudo", client6: "root-only" } as const;

/** Clients whose network is owned by something else than ifupdown (odd ones) and systemd-networkd (even ones). */
const OWNERS = { client7: "networkmanager" } as const;

/** Folder that `lab up` wrote the tests' inventory to. */
export const INVENTORY = join(tmpdir(), `surefoot-${LAB}-${process.getuid?.() ?? 0}`, "inventory");

/** What every command of these tests gets. */
export const ENV = { SUREFOOT_LAB: LAB };

/** Brings the shared lab up; gives what it said on the way. */
export async function up(): Promise<string> {
  const variants = Object.entries(VARIANTS).flatMap(([name, variant]) => ["--variant", `${name}=${variant}`]);
  const owners = Object.entries(OWNERS).flatMap(([name, owner]) => ["--owner", `${name}=${owner}`]);
  const ran = await surefoot(
    ["lab", "up", "--clients", String(CLIENTS), "--inventory", INVENTORY, ...variants, ...owners],
    { env: ENV },
  );
  if (ran.exit !== 0) throw new Error(`lab up: ${ran.stderr}${ran.stdout}`);
  return ran.stderr;
}

/** Takes the lab of this process down. */
export async function away(): Promise<void> {
  await surefoot(["lab", "down"], { env: ENV });
}

/** Takes the labs of all processes down. */
export async function down(): Promise<void> {
  for (let i = 1; i <= MAX_WORKERS; i++) {
    await surefoot(["lab", "down"], { env: { SUREFOOT_LAB: `${BASE}${i}` } });
  }
}

/**
 * Runs a shell script in a box of the lab.
 * @throws SurefootError where the box is not up.
 */
export async function ranInBox(box: string, script: string): Promise<Ended> {
  // Hundreds of these cost less without a process of the command line each.
  if (process.getuid?.() === 0) {
    const [program, args] = entry(labPaths({ ...process.env, ...ENV }), box, ["sh", "-c", script]);
    return run(program, args, { timeoutMs: 120_000 });
  }
  const ran = await surefoot(["lab", "exec", box, "--", "sh", "-c", script], { env: ENV });
  return { ...ran, exit: ran.exit ?? 255 };
}

/** The same, for what it printed alone: nothing, where the box is not up. */
export async function inBox(box: string, script: string): Promise<string> {
  try {
    return (await ranInBox(box, script)).stdout.trim();
  } catch (thrown) {
    if (thrown instanceof SurefootError) return "";
    throw thrown;
  }
}

/** Runs a command of this machine. */
export function onMachine(command: string, ...args: readonly string[]): Promise<number | null> {
  return new Promise((resolve) => {
    spawn(command, [...args], { stdio: "ignore" }).on("close", resolve);
  });
}

/** The flagship job by the real command line, told in events. */
export async function job(command: "run" | "plan", ...more: readonly string[]): Promise<Ran> {
  const yes = command === "run" && !more.includes("--plan") ? ["--yes"] : [];
  return surefoot([command, "playbooks/ecmp.ts", "-i", INVENTORY, "--json", ...yes, ...more], { env: ENV });
}

/** The flagship job from within the bastion's network, as from a real bastion: hosts are reached by TCP alone. */
export async function jobOnBastion(command: "run" | "plan", ...more: readonly string[]): Promise<Ran> {
  const lab = readFileSync(join(INVENTORY, "group_vars/all/lab.yml"), "utf8");
  const direct = inventoryWith({ "group_vars/all/lab.yml": lab.replace(/^ *proxy_command:.*$/m, "") });
  const within = ["nsenter", `--net=/run/netns/sf-${LAB}-bastion`, "--"];
  const yes = command === "run" ? ["--yes"] : [];
  return surefoot([command, "playbooks/ecmp.ts", "-i", direct, "--json", ...yes, ...more], {
    env: ENV,
    within,
  });
}

/** The flagship job, whose controller is killed as soon as what it has told fits. */
export async function killed(when: (told: string) => boolean, ...more: readonly string[]): Promise<Ran> {
  const args = ["run", "playbooks/ecmp.ts", "-i", INVENTORY, "--json", "--yes", ...more];
  return surefoot(args, {
    env: ENV,
    watch: (told, kill) => {
      if (when(told)) kill("SIGKILL");
    },
  });
}

/** A file with a playbook of the test's own, in a folder of its own: its tasks, and what else it says. */
export function playbookOf(tasks: string, more = ""): string {
  const file = join(mkdtempSync(join(tmpdir(), "surefoot-playbook-")), "playbook.ts");
  writeFileSync(
    file,
    `import { command, custom, directory, file, playbook, route, sysctl, systemdUnit, z } from "surefoot";
export default playbook({ name: "test", hosts: "clients", vars: z.object({}), ${more} tasks: ({ host }) => [${tasks}] });
`,
  );
  return file;
}

/** A playbook of the test's own, on some clients. */
export async function custom(tasks: string, ...more: readonly string[]): Promise<Ran> {
  return surefoot(["run", playbookOf(tasks), "-i", INVENTORY, "--json", "--yes", ...more], { env: ENV });
}

/** The same inventory with some files replaced. */
export function inventoryWith(files: Readonly<Record<string, string>>): string {
  const dir = mkdtempSync(join(tmpdir(), "surefoot-inventory-"));
  cpSync(INVENTORY, dir, { recursive: true });
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, name)), { recursive: true });
    writeFileSync(join(dir, name), text);
  }
  return dir;
}

/** Outcome of each host. */
export function outcomes(ran: Ran): Readonly<Record<string, string>> {
  return Object.fromEntries(
    eventsOf(ran).flatMap((event) =>
      event.type === "host-finished" ? [[event.host, event.error?.code ?? event.outcome]] : [],
    ),
  );
}

/** Titles of the steps that a plan or run held for a host. */
export function steps(ran: Ran, host: string): readonly string[] {
  return eventsOf(ran).flatMap((event) =>
    event.type === "host-planned" && event.host === host
      ? event.plan.tasks.flatMap((task) => task.steps.map((step) => step.title))
      : [],
  );
}

/** Waits until a condition holds, for at most a minute. */
export async function until(what: string, condition: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + 60_000;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`waited a minute for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/** Reboots a client and waits until it lets its operator in again and has finished booting. */
export async function reboot(client: string): Promise<void> {
  // When the client's process 1 began: another after a reboot. Looked at from outside where that can be: who enters a host that goes down may be
  // stopped with it, and keep it from going.
  const began = async (): Promise<string> =>
    process.getuid?.() === 0
      ? JSON.stringify(leaderOf(labPaths({ ...process.env, ...ENV }), client))
      : inBox(client, "stat -c %y /proc/1");
  const before = await began();
  await inBox(client, "systemctl --no-block reboot");
  await until(`${client} to go down`, async () => ![before, "null"].includes(await began()));
  await up();
  await until(`${client} to boot`, async () =>
    /running|degraded/.test(await inBox(client, "systemctl is-system-running")),
  );
}

export { ROOT };
