import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { flowPrediction } from "../../src/checks/flowPrediction.js";
import { gatewayForwards } from "../../src/checks/gatewayForwards.js";
import { neighbours } from "../../src/checks/neighbours.js";
import { PREDICT } from "../../src/checks/shared/predict.js";
import { tcp } from "../../src/checks/tcp.js";
import type { Check } from "../../src/model/check.js";
import type { Sh } from "../../src/model/sh.js";
import { joinSh, sh } from "../../src/model/sh.js";
import type { Environment } from "../resources/environments.js";
import { itInNetns } from "../resources/in-netns.js";

const made: string[] = [];
afterAll(() => {
  for (const dir of made) rmSync(dir, { recursive: true, force: true });
});

/** A folder of programs in sh, by name. */
function programs(bodies: Readonly<Record<string, string>>): string {
  const dir = mkdtempSync(join(tmpdir(), "surefoot-"));
  made.push(dir);
  for (const [name, body] of Object.entries(bodies)) {
    writeFileSync(join(dir, name), `#!/bin/sh\n${body}\n`);
    chmodSync(join(dir, name), 0o755);
  }
  return dir;
}

const scriptOf = (check: Check): Sh => joinSh(check.scripts);

describe("connecting", () => {
  const check = tcp({ host: "203.0.113.10", port: 80 });
  const HELP = "[ $1 != -h ] || { echo '-z Zero-I/O mode' >&2; exit 1; }";
  const OLD = "echo \"nc: invalid option -- 'v'\" >&2; exit 1";
  it.each<[string, Readonly<Record<string, string>>, string]>([
    [
      "nc of OpenBSD",
      { nc: "echo 'Connection to 203.0.113.10 80 port [tcp/http] succeeded!' >&2" },
      "open\n",
    ],
    ["nc of BusyBox", { nc: "echo '203.0.113.10 (203.0.113.10:80) open' >&2" }, "open\n"],
    ["ncat", { nc: "echo 'Ncat: Connected to 203.0.113.10:80.' >&2" }, "open\n"],
    ["a refusal", { nc: "echo 'nc: connect failed: Connection refused' >&2; exit 1" }, "refused\n"],
    ["a port that is taken", { nc: "echo 'nc: Address already in use' >&2; exit 1" }, "busy\n"],
    ["no answer, of which nc says nothing", { nc: `${HELP}\nexit 1`, curl: "echo it is open" }, "silent\n"],
    ["an nc without -z, and curl", { nc: OLD, curl: "echo '* Connected to 203.0.113.10' >&2" }, "open\n"],
    ["curl alone, refused", { curl: "echo 'curl: (7) Connection refused' >&2; exit 7" }, "refused\n"],
    ["curl alone, no answer", { curl: "exit 28" }, "silent\n"],
  ])("by %s", (_name, bodies, result) => {
    const env = { PATH: programs(bodies) };
    const { stdout, stderr } = spawnSync("/bin/sh", ["-c", scriptOf(check).sh], { env, encoding: "utf8" });
    expect({ stdout, stderr }).toEqual({ stdout: result, stderr: "" });
  });

  it.each([
    ["nothing", {}],
    ["an nc without -z alone", { nc: OLD }],
  ])("is not possible with %s", (_name, bodies) => {
    const env = { PATH: programs(bodies) };
    const ended = spawnSync("/bin/sh", ["-c", scriptOf(check).sh], { env, encoding: "utf8" });
    expect(ended.status).toBe(127);
    expect(ended.stderr).toBe("neither nc nor curl is on the host\n");
  });
});

describe("looking at a route", () => {
  const WAY = "192.0.2.1 via 10.0.0.1 dev eth0 src 10.0.0.2 uid 0 \\    cache ";
  const ROUTE = "default proto dhcp src 10.0.0.9 metric 100 \\\tnexthop via 10.0.0.1 dev eth0 weight 1 ";
  it.each<[string, readonly string[], string]>([
    ["both are known", [WAY, ROUTE, WAY], `${ROUTE.trim()}|10.0.0.2|\n`],
    ["an ip that does not know fibmatch", [WAY, WAY], "|10.0.0.2|\n"],
    [
      "a route that leads nowhere",
      ["unreachable 192.0.2.1 src 10.0.0.9"],
      "unreachable 192.0.2.1 src 10.0.0.9||\n",
    ],
    ["nothing", [], "||\n"],
    [
      "two interfaces",
      [
        WAY,
        "default \\\tnexthop via 10.0.0.1 dev eth0 weight 1 \\\tnexthop via 10.1.0.1 dev eth1 weight 1",
        WAY,
      ],
      "default \\ nexthop via 10.0.0.1 dev eth0 weight 1 \\ nexthop via 10.1.0.1 dev eth1 weight 1||yes\n",
    ],
  ])("%s", (_name, lines, said) => {
    const dir = programs({ ip: `cat <<'E'\n${lines.join("\n")}\nE` });
    const script = sh`${PREDICT}
look 192.0.2.1
set -f
set -- $route
printf '%s|%s|%s\\n' "$*" "$source" "$several"`;
    const env = { PATH: `${dir}:${process.env.PATH ?? ""}` };
    const { stdout } = spawnSync("sh", ["-c", script.sh], { env, encoding: "utf8" });
    expect(stdout).toBe(said.replace(ROUTE.trim(), ROUTE.trim().split(/\s+/).join(" ")));
  });
});

const GATEWAYS = ["192.168.1.1", "192.168.1.10"];

/** Two links without anybody, and what is set up on them. */
async function uplinks(env: Environment, setUp: string): Promise<void> {
  const prepare = `set -e
ip link add d0 type veth peer name e0
ip link add d1 type veth peer name e1
for d in d0 d1 e0 e1; do ip link set $d up; done
echo 1 >/proc/sys/net/ipv4/fib_multipath_hash_policy
${setUp}`;
  expect(await env.run({ sh: `PATH=$PATH:/usr/sbin:/sbin\n${prepare}` })).toMatchObject({
    exit: 0,
    stderr: "",
  });
}

const ONE_LINK = `ip addr add 192.168.1.21/24 dev d0
ip route add default nexthop via 192.168.1.1 dev d0 weight 3 nexthop via 192.168.1.10 dev d0 weight 1`;
const TWO_LINKS = `ip addr add 192.168.1.21/24 dev d0
ip addr add 192.168.2.21/24 dev d1
ip route add default nexthop via 192.168.1.1 dev d0 nexthop via 192.168.2.1 dev d1`;

/** Runs a check's script with an nc that says what it is told by its local port, and gives what it printed. */
async function tries(env: Environment, check: Check, nc: string): Promise<readonly (readonly string[])[]> {
  const dir = programs({ nc });
  const { stdout, stderr } = await env.run(sh`PATH=${dir}:$PATH:/usr/sbin:/sbin\n${scriptOf(check)}`);
  expect(stderr).toBe("");
  const rows = stdout.split("\n").map((line) => line.split(" "));
  return rows.filter(([word]) => word === "try").map(([, ...rest]) => rest);
}

/** By which gateway the kernel sends a flow, asked alone. */
async function wayOf(env: Environment, port: string): Promise<string | undefined> {
  const source = `$(ip -o route get 203.0.113.10 ipproto 6 sport ${port} dport 80 | sed 's/.* src //; s/ .*//')`;
  const { stdout } = await env.run({
    sh: `PATH=$PATH:/usr/sbin:/sbin\nip -o route get 203.0.113.10 from ${source} ipproto 6 sport ${port} dport 80`,
  });
  return / via (\S+)/.exec(stdout)?.[1];
}

const OPEN = "echo 'Connection to 203.0.113.10 80 port succeeded!' >&2";

describe("forwarding", () => {
  itInNetns("is tried through each gateway, by ports whose flows go there", async (env) => {
    await uplinks(env, ONE_LINK);
    const check = gatewayForwards({ gateways: GATEWAYS, to: [{ address: "203.0.113.10", port: 80 }] });
    const found = await tries(env, check, OPEN);
    expect(found.map(([gateway]) => gateway).sort()).toEqual([...GATEWAYS, ...GATEWAYS, ...GATEWAYS].sort());
    for (const [gateway, address, port = "", result] of found) {
      expect([address, result]).toEqual(["203.0.113.10", "open"]);
      expect(await wayOf(env, port)).toBe(gateway);
    }
    expect(new Set(found.map(([, , port]) => port)).size).toBe(found.length);
  });

  itInNetns("is tried with the source of each interface", async (env) => {
    await uplinks(env, TWO_LINKS);
    const gateways = ["192.168.1.1", "192.168.2.1"];
    const check = gatewayForwards({ gateways, to: [{ address: "203.0.113.10", port: 80 }], probes: 2 });
    const found = await tries(env, check, OPEN);
    expect(found).toHaveLength(4);
    for (const [gateway, , port = ""] of found) expect(await wayOf(env, port)).toBe(gateway);
  });

  itInNetns("passes over ports that are taken, and tells a connection that is lost", async (env) => {
    await uplinks(env, ONE_LINK);
    const check = gatewayForwards({ gateways: GATEWAYS, to: [{ address: "203.0.113.10", port: 80 }] });
    const nc = `[ $1 != -h ] || { echo -z; exit; }
! mkdir "$0.1" 2>&- && ! mkdir "$0.2" 2>&- || { echo 'nc: Address already in use'; exit 1; }
! mkdir "$0.3" 2>&- || exit 1
${OPEN}`;
    const found = await tries(env, check, nc);
    expect(found.map(([, , , result]) => result).sort()).toEqual([
      "busy",
      "busy",
      "open",
      "open",
      "open",
      "open",
      "open",
      "silent",
    ]);
    expect(new Set(found.map(([, , port]) => port)).size).toBe(found.length);
  });

  itInNetns("says that a tool is missing", async (env) => {
    await uplinks(env, ONE_LINK);
    const check = gatewayForwards({ gateways: GATEWAYS, to: [{ address: "203.0.113.10", port: 80 }] });
    const dir = programs({ nc: "exit 1" });
    for (const tool of ["ip", "cat", "sed"])
      await env.run(sh`ln -s "$(PATH=$PATH:/sbin command -v ${tool})" ${dir}`);
    const { stderr, exit } = await env.run(sh`PATH=${dir}\n${scriptOf(check)}`);
    expect(exit).toBe(127);
    expect(check.judge([{ exit, stderr, stdout: "" }])).toMatchObject({
      verdict: "unknown",
      summary: "neither nc nor curl is on the host",
    });
  });
});

itInNetns("predicts every flow that is asked for, in blocks", async (env) => {
  await uplinks(env, ONE_LINK);
  const check = flowPrediction({
    to: ["203.0.113.10"],
    via: [{ gateway: "192.168.1.1", weight: 3 }, { gateway: "192.168.1.10" }],
    samples: 500,
  });
  const { stdout, stderr } = await env.run(sh`PATH=$PATH:/usr/sbin:/sbin\n${scriptOf(check)}`);
  expect(stderr).toBe("");
  const counts = [...stdout.matchAll(/^ *(\d+) 192/gm)].map(([, count]) => Number(count));
  expect(counts).toHaveLength(2);
  expect(counts.reduce((sum, count) => sum + count, 0)).toBe(500);
  expect(check.judge([{ exit: 0, stdout, stderr }]).verdict).toBe("pass");
});

describe("neighbours", () => {
  const gateways = [...GATEWAYS, "fe80::1"];
  const setUp = `${ONE_LINK}
for d in d0 d1; do ip neigh add 192.168.1.1 dev $d lladdr 02:00:00:00:00:01 nud permanent; done
ip neigh add fe80::1 dev d0 lladdr 02:00:00:00:00:01 nud permanent
ip neigh add 192.168.1.11 dev d0 lladdr 02:00:00:00:00:01 nud permanent`;
  const PINGED = "echo $5 >>$0.log; ip neigh add $5 dev d0 lladdr 02:00:00:00:00:02 nud permanent";
  // BusyBox's takes no -batch.
  const BUSYBOX =
    '[ "$1" != -batch ] || exit 1; PATH=$PATH:/usr/sbin:/sbin; exec "$(PATH=/usr/sbin:/sbin command -v ip)" "$@"';
  const entry = (address: string, card: number): string =>
    `${address} lladdr 02:00:00:00:00:0${card} PERMANENT`;

  itInNetns("are read in one go, and pinged where they have no entry", async (env) => {
    await uplinks(env, setUp);
    const known = [entry("192.168.1.1", 1), entry("fe80::1", 1)];
    for (const bodies of [{ ping: PINGED }, { ping: PINGED, ip: BUSYBOX }]) {
      const dir = programs(bodies);
      const ask = async (more: Partial<Parameters<typeof neighbours>[0]>) => {
        const check = neighbours({ gateways, ...more });
        const { stdout, stderr } = await env.run(sh`PATH=${dir}:$PATH:/usr/sbin:/sbin\n${scriptOf(check)}`);
        expect(stderr).toBe("");
        return stdout.split("\n").flatMap((line) => line.trim().replace(/ +/g, " ") || []);
      };
      expect(await ask({ interface: "d0" })).toEqual(known);
      const all = await ask({ interface: "d0", probe: true });
      expect(all).toEqual([known[0], entry("192.168.1.10", 2), known[1]]);
      expect(readFileSync(join(dir, "ping.log"), "utf8")).toBe("192.168.1.10\n");
      const everywhere = await ask({});
      expect(everywhere.filter((line) => line.startsWith("192.168.1.1 "))).toHaveLength(2);
      await env.run({ sh: "PATH=$PATH:/usr/sbin:/sbin\nip neigh del 192.168.1.10 dev d0" });
    }
  });
});
