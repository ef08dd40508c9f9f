import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { open, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { LabPaths } from "./names.js";
import { ADDRESS, BOXES } from "./names.js";
import type { ProcessId } from "./system.js";
import { identify, isRunning, must, mustSh, run, until } from "./system.js";

/**
 * Makes the fabric, which holds one bridge per network, and the boxes that are no clients. Everything lives in namespaces that this
 * script makes. Arguments: the lab's name, then the echo server's address.
 */
const BUILD = `
lab=$1
echo_address=$2
ns() { echo "sf-$lab-$1"; }
ip netns add "$(ns fabric)"
ip -n "$(ns fabric)" link set lo up
for network in core lan wan; do
  ip -n "$(ns fabric)" link add "$network" type bridge
  ip -n "$(ns fabric)" link set "$network" up
done
box() { ip netns add "$(ns "$1")"; ip -n "$(ns "$1")" link set lo up; }
# plug BOX NETWORK ADDRESS: an interface named like the network, on the network's bridge
plug() {
  ip -n "$(ns fabric)" link add "$1-$2" type veth peer name "$2" netns "$(ns "$1")"
  ip -n "$(ns fabric)" link set "$1-$2" master "$2" up
  ip -n "$(ns "$1")" addr add "$3" dev "$2"
  ip -n "$(ns "$1")" link set "$2" up
}
settings() { ip netns exec "$(ns "$1")" sysctl -qw $2; }
box internet
plug internet wan "$echo_address/24"
box bastion
plug bastion core ${ADDRESS.bastion}/24
gateway() {
  box "$1"
  plug "$1" core "$2/24"
  plug "$1" lan "$3/24"
  plug "$1" wan "$4/24"
  ip -n "$(ns "$1")" route add default via "$echo_address"
  for key in all default core lan wan; do
    settings "$1" "net.ipv4.conf.$key.rp_filter=0 net.ipv4.conf.$key.send_redirects=0"
  done
  # A gateway whose link to the clients is cut sends what is for them by the other one, as routers of a core do.
  ip -n "$(ns "$1")" route add 192.168.1.0/24 via "$5" metric 100
  settings "$1" net.ipv4.conf.lan.ignore_routes_with_linkdown=1
  settings "$1" net.ipv4.ip_forward=1
  ip netns exec "$(ns "$1")" nft -f - <<EOF
table ip nat {
  chain out { type nat hook postrouting priority srcnat; oifname "wan" masquerade; }
}
EOF
}
gateway nat1 ${ADDRESS.nat1.core} ${ADDRESS.nat1.lan} ${ADDRESS.nat1.wan} ${ADDRESS.nat2.core}
gateway nat2 ${ADDRESS.nat2.core} ${ADDRESS.nat2.lan} ${ADDRESS.nat2.wan} ${ADDRESS.nat1.core}
for key in all default core; do settings bastion net.ipv4.conf.$key.rp_filter=0; done
# One way for all: which of two a client would get depends on a seed of the kernel's, and with it what a fault does.
ip -n "$(ns bastion)" route add 192.168.1.0/24 via ${ADDRESS.nat1.core}
`;

/** Names of all network namespaces but the clients'. */
export function boxNamespaces(paths: LabPaths): readonly string[] {
  return ["fabric", ...BOXES].map(paths.netns);
}

const builtFile = (paths: LabPaths): string => join(paths.dir, "network");
const echoFile = (paths: LabPaths): string => join(paths.dir, "echo.pid");

/** Whether the network was built to its end and its namespaces are still there. */
export function networkStands(paths: LabPaths): boolean {
  return (
    existsSync(builtFile(paths)) && boxNamespaces(paths).every((name) => existsSync(`/run/netns/${name}`))
  );
}

/** Builds the fabric and the boxes; nothing of them may be there. */
export async function buildNetwork(paths: LabPaths): Promise<void> {
  await mustSh(BUILD, [paths.lab, ADDRESS.echo]);
  await writeFile(builtFile(paths), "");
}

/** The echo server's process, or null where it does not run. */
export async function echoServer(paths: LabPaths): Promise<ProcessId | null> {
  const text = await readFile(echoFile(paths), "utf8").catch(() => "");
  const [pid = "", start = ""] = text.trim().split(" ");
  const id = { pid: Number(pid), start };
  return start !== "" && isRunning(id) ? id : null;
}

/** Starts the internet's echo server unless it runs. */
export async function ensureEchoServer(paths: LabPaths): Promise<void> {
  if ((await echoServer(paths)) !== null) return;
  const script = fileURLToPath(new URL("../lab/echo-server.js", import.meta.url));
  const log = await open(join(paths.dir, "echo.log"), "a");
  const net = `--net=/run/netns/${paths.netns("internet")}`;
  const child = spawn("nsenter", [net, process.execPath, script, ADDRESS.echo, String(ADDRESS.echoPort)], {
    detached: true,
    stdio: ["ignore", log.fd, log.fd],
    cwd: "/",
  });
  child.unref();
  await log.close();
  const id = child.pid === undefined ? null : identify(child.pid);
  if (id !== null) await writeFile(echoFile(paths), `${id.pid} ${id.start}\n`);
  await until(async () => (await fetchEcho(paths)) !== null, 10_000);
}

/** What the echo server says when asked from a box; null where it does not answer within a second. */
export async function fetchEcho(paths: LabPaths, box = "internet"): Promise<string | null> {
  const net = `--net=/run/netns/${paths.netns(box)}`;
  const ran = await run("nsenter", [net, "nc", "-w", "1", ADDRESS.echo, String(ADDRESS.echoPort)], {
    input: "GET / HTTP/1.0\r\n\r\n",
  });
  return ran.exit === 0 ? (ran.stdout.split("\r\n\r\n")[1]?.trim() ?? null) : null;
}

/** Ends all processes in a network namespace of ours and removes it; does nothing where it is not there. */
export async function removeNamespace(name: string): Promise<void> {
  if (!existsSync(`/run/netns/${name}`)) return;
  for (const signal of ["TERM", "KILL"]) {
    const pids = (await run("ip", ["netns", "pids", name])).stdout.split(/\s+/).filter((pid) => pid !== "");
    if (pids.length === 0) break;
    await run("kill", ["-s", signal, ...pids]);
    await until(async () => (await run("ip", ["netns", "pids", name])).stdout.trim() === "", 2_000);
  }
  await must("ip", ["netns", "del", name]);
}
