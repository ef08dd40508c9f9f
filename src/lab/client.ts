import { spawn } from "node:child_process";
import { existsSync, readFileSync, readlinkSync } from "node:fs";
import { chmod, copyFile, mkdir, open, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { NETWORK, WANTS } from "./client-network.js";
import type { LabPaths, NetworkOwner, Variant } from "./names.js";
import { clientAddress } from "./names.js";
import type { ProcessId } from "./system.js";
import { childrenOf, identify, isRunning, must, run, until } from "./system.js";

/**
 * Keeps one client running. Every boot gets a new network namespace with a new interface, so that nothing of the running
 * network survives a reboot, as on a real host. The overlay is mounted in a mount namespace of its own and goes with it.
 *
 * Arguments: folder of the client, base image, network namespace, fabric's namespace, name of the fabric's end, machine name, hardware
 * address, which a reboot does not change, so that the gateways' neighbour tables stay right.
 * systemd-nspawn exits with 133 when the machine inside wants to reboot (EXIT_FORCE_RESTART in its sources), because of --keep-unit.
 */
const SUPERVISOR = `#!/bin/sh
dir=$1 base=$2 net=$3 fabric=$4 port=$5 machine=$6 mac=$7
read -r _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ start _ < /proc/self/stat
# A control group of its own, in whichever trees systemd uses: clients that share one disturb each other's units. Under a systemd that
# runs this machine, the supervisor's unit is that group already.
if ! [ -d /run/systemd/system ]; then
  for tree in /sys/fs/cgroup/unified /sys/fs/cgroup/systemd /sys/fs/cgroup; do
    [ ! -w "$tree/cgroup.procs" ] || { mkdir -p "$tree/$machine" && echo $$ > "$tree/$machine/cgroup.procs"; }
  done
fi
echo "$$ $start" > "$dir/supervisor.pid"
# Told to end: the client's process 1 goes first, and with it all that runs there; waiting leaves no zombie behind.
stop() {
  [ -z "$child" ] || { kill -s KILL $(cat "/proc/$child/task/$child/children") $child; wait "$child"; } 2>/dev/null
  exit 0
}
trap stop TERM
while :; do
  ip netns del "$net" 2>/dev/null
  ip netns add "$net" || exit 1
  ip -n "$fabric" link del "$port" 2>/dev/null
  ip -n "$fabric" link add "$port" type veth peer name eth1 address "$mac" netns "$net" || exit 1
  ip -n "$fabric" link set "$port" master lan up || exit 1
  SYSTEMD_NSPAWN_API_VFS_WRITABLE=network SYSTEMD_NSPAWN_LOCK=0 unshare --mount sh -c '
    mount -t overlay overlay -o "lowerdir=$1,upperdir=$2/upper,workdir=$2/work" "$2/root" &&
    exec systemd-nspawn --quiet --boot --machine="$4" --directory="$2/root" --network-namespace-path="/run/netns/$3" \\
      --capability=CAP_NET_ADMIN --register=no --keep-unit --link-journal=no --resolv-conf=off --timezone=off --console=pipe
  ' sh "$base" "$dir" "$net" "$machine" &
  child=$!
  wait "$child"
  [ $? -eq 133 ] || exit 1
  child=
done
`;

/** One client as it shall be. */
export interface ClientSpec {
  readonly name: string;
  readonly number: number;
  readonly variant: Variant;
  readonly owner: NetworkOwner;
}

const SUDOERS: Readonly<Record<Variant, string | null>> = {
  nopasswd: "ops ALL=(ALL:ALL) NOPASSWD: ALL\n",
  "sudo-password": "ops ALL=(ALL:ALL) ALL\n",
  "root-only": null,
  "no-sudo": null,
};

/**
 * Writes what makes a client itself into its own layer: name, host key, who may log in, and its network.
 */
export async function writeClient(paths: LabPaths, spec: ClientSpec): Promise<void> {
  const dir = paths.client(spec.name);
  const upper = join(dir, "upper");
  await Promise.all(["upper", "work", "root"].map((name) => mkdir(join(dir, name), { recursive: true })));
  const put = async (path: string, text: string, mode = 0o644): Promise<void> => {
    await mkdir(dirname(join(upper, path)), { recursive: true });
    await writeFile(join(upper, path), text, { mode });
    await chmod(join(upper, path), mode);
  };
  await put("etc/hostname", `${spec.name}\n`);
  await put("etc/hosts", `127.0.0.1 localhost\n127.0.1.1 ${spec.name}\n`);
  const { path, mode, text } = NETWORK[spec.owner];
  await put(path, text(clientAddress(spec.number)), mode);
  for (const [target, unit] of WANTS[spec.owner]) {
    await mkdir(join(upper, "etc/systemd/system", target), { recursive: true });
    await symlink(`/lib/systemd/system/${unit}`, join(upper, "etc/systemd/system", target, unit));
  }
  const sudoers = SUDOERS[spec.variant];
  if (sudoers !== null) await put("etc/sudoers.d/ops", sudoers, 0o440);
  const key = await readFile(join(paths.ssh, "id_ed25519.pub"), "utf8");
  const home = spec.variant === "root-only" ? "root" : "home/ops";
  await put(`${home}/.ssh/authorized_keys`, key, 0o600);
  await must("chown", ["-R", spec.variant === "root-only" ? "0:0" : "1000:1000", join(upper, home)]);
  await chmod(join(upper, home, ".ssh"), 0o700);
  await chmod(join(upper, home), home === "root" ? 0o700 : 0o755);
  for (const [file, mode] of [
    ["ssh_host_ed25519_key", 0o600],
    ["ssh_host_ed25519_key.pub", 0o644],
  ] as const) {
    await mkdir(join(upper, "etc/ssh"), { recursive: true });
    await copyFile(join(paths.ssh, "hosts", spec.name, file), join(upper, "etc/ssh", file));
    await chmod(join(upper, "etc/ssh", file), mode);
  }
  await writeFile(join(dir, "variant"), spec.variant);
  await writeFile(join(dir, "owner"), spec.owner);
}

/** A locally administered address (IEEE 802, second bit of the first byte). */
function macOf(n: number): string {
  return `02:5f:00:00:${(n >> 8).toString(16).padStart(2, "0")}:${(n & 255).toString(16).padStart(2, "0")}`;
}

/** Starts a client's supervisor, which starts the client. */
export async function startClient(
  paths: LabPaths,
  spec: Pick<ClientSpec, "name" | "number">,
  base: string,
): Promise<void> {
  const dir = paths.client(spec.name);
  await writeFile(join(dir, "supervisor"), SUPERVISOR, { mode: 0o755 });
  const machine = paths.netns(spec.name);
  const args = [
    join(dir, "supervisor"),
    dir,
    base,
    machine,
    paths.netns("fabric"),
    spec.name,
    machine,
    macOf(spec.number),
  ];
  const log = await open(join(dir, "console.log"), "a");
  if (existsSync("/run/systemd/system")) {
    const unit = [`--unit=${machine}`, "--collect", "--quiet", "-p", "Delegate=yes", "-p", "KillMode=mixed"];
    const output = ["-p", `StandardOutput=append:${join(dir, "console.log")}`, "-p", "StandardError=inherit"];
    await must("systemd-run", [...unit, ...output, "sh", ...args]);
  } else {
    spawn("sh", args, { detached: true, stdio: ["ignore", log.fd, log.fd], cwd: "/" }).unref();
  }
  await log.close();
  await until(() => supervisorOf(paths, spec.name) !== null, 10_000, 20);
}

/** A client's supervisor, or null where it does not run. */
export function supervisorOf(paths: LabPaths, name: string): ProcessId | null {
  const [pid = "", start = ""] = readOr(join(paths.client(name), "supervisor.pid")).split(" ");
  const id = { pid: Number(pid), start };
  return start !== "" && isRunning(id) ? id : null;
}

/** The client's own process 1 as this machine numbers it, or null where it is not running (yet, or while it reboots). */
export function leaderOf(paths: LabPaths, name: string): ProcessId | null {
  const supervisor = supervisorOf(paths, name);
  if (supervisor === null) return null;
  const [nspawn] = childrenOf(supervisor.pid);
  const leader = (nspawn === undefined ? [] : childrenOf(nspawn)).find(isInit);
  return leader === undefined ? null : identify(leader);
}

/**
 * Whether a process is process 1 of a machine that has begun to boot. Before that, nspawn's child still sees this machine's own files and
 * network: a command that entered it would act here.
 */
function isInit(pid: number): boolean {
  try {
    const inner = /^NSpid:.*\t(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
    return inner === "1" && readlinkSync(`/proc/${pid}/exe`).endsWith("/systemd/systemd");
  } catch {
    return false;
  }
}

/** Which way a client lets its operator in. */
export function variantOf(paths: LabPaths, name: string): string {
  return readOr(join(paths.client(name), "variant"));
}

/** What owns a client's network. */
export function ownerOf(paths: LabPaths, name: string): string {
  return readOr(join(paths.client(name), "owner"));
}

function readOr(file: string): string {
  return existsSync(file) ? readFileSync(file, "utf8").trim() : "";
}

/** Cuts a client off in the middle of whatever it does, and waits until nothing of it runs; does nothing where it does not run. */
export async function stopClient(paths: LabPaths, name: string): Promise<void> {
  const supervisor = supervisorOf(paths, name);
  if (supervisor !== null) {
    const nspawn = childrenOf(supervisor.pid).map(identify);
    const leader = leaderOf(paths, name);
    const all = [supervisor, ...nspawn, leader].filter((id) => id !== null);
    await run("kill", ["-s", "TERM", String(supervisor.pid)]);
    const gone = (): boolean => !all.some(isRunning);
    if (!(await until(gone, 5_000, 20))) {
      for (const { pid } of all.filter(isRunning)) await run("kill", ["-s", "KILL", String(pid)]);
      await until(gone, 5_000);
    }
  }
  if (existsSync("/run/systemd/system")) await run("systemctl", ["stop", paths.netns(name)]);
}

/** Ends a client and removes all that was made for it; does nothing where there is nothing. */
export async function removeClient(paths: LabPaths, name: string): Promise<void> {
  const machine = paths.netns(name);
  await stopClient(paths, name);
  await removeCgroups(machine);
  // Made by nspawn outside of the client's folder, and left behind when it is killed.
  for (const dir of [
    `/run/systemd/nspawn/propagate/${machine}`,
    `/run/systemd/nspawn/unix-export/${machine}`,
  ]) {
    await run("rmdir", [dir]);
  }
  await rm(paths.client(name), { recursive: true, force: true });
}

async function removeCgroups(machine: string): Promise<void> {
  for (const tree of ["/sys/fs/cgroup/unified", "/sys/fs/cgroup/systemd", "/sys/fs/cgroup"]) {
    const dir = join(tree, machine);
    if (existsSync(dir)) await run("find", [dir, "-depth", "-type", "d", "-exec", "rmdir", "{}", ";"]);
  }
}
