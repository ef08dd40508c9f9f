import { diagnose } from "../../src/doctor/diagnose.js";
import type { Readings } from "../../src/doctor/readings.js";
import { readAll } from "../../src/doctor/readings.js";
import { remediesFor } from "../../src/doctor/remedies.js";
import type { Diagnosis, DoctorFinding } from "../../src/model/diagnosis.js";

/** The unit that sets the route. */
export const UNIT = "ecmp-route.service";

/** What `ip -j` says of a route, with what all of them have. */
export const route = (more: object): object => ({
  type: "unicast",
  dst: "default",
  table: "main",
  protocol: "boot",
  scope: "global",
  flags: [],
  ...more,
});

/** A next hop. */
export const hop = (gateway: string, more: object = {}): object => ({
  gateway,
  dev: "eth1",
  weight: 1,
  flags: [],
  ...more,
});

/** The default that is right. */
export const ECMP = route({ nexthops: [hop("192.168.1.1"), hop("192.168.1.10")] });

/** The network that the gateways are on. */
export const LAN = route({ dst: "192.168.1.0/24", dev: "eth1", protocol: "kernel", scope: "link" });

/** The output of `ip -j route` for these. */
export const routes = (...list: readonly object[]): string => `${JSON.stringify(list)}\n`;

const SETS =
  "/sbin/ip route replace default scope global nexthop via 192.168.1.1 dev eth1 weight 1 nexthop via 192.168.1.10 dev eth1 weight 1";

/** The unit as `systemctl show` tells it, some of it otherwise. */
export function unitShown(more: Readonly<Record<string, string>> = {}, command = SETS): string {
  const all = {
    Restart: "no",
    Result: "success",
    ExecStartPre: "{ path=/bin/sh ; argv[]=/bin/sh -c until ... ; ignore_errors=no ; status=0/0 }",
    ExecStart: `{ path=/sbin/ip ; argv[]=${command} ; ignore_errors=no ; start_time=[n/a] ; status=0/0 }`,
    Id: UNIT,
    Requires: "sysinit.target system.slice",
    Wants: "network-online.target",
    After: "systemd-journald.socket network-online.target basic.target",
    LoadState: "loaded",
    ActiveState: "active",
    SubState: "exited",
    FragmentPath: `/etc/systemd/system/${UNIT}`,
    UnitFileState: "enabled",
    NeedDaemonReload: "no",
    LoadError: "",
    ...more,
  };
  return Object.entries(all)
    .map(([key, value]) => `${key}=${value}\n`)
    .join("");
}

/** Another unit, told shortly. */
export const shown = (id: string, active: string, state: string, load = "loaded"): string =>
  `Id=${id}\nLoadState=${load}\nActiveState=${active}\nUnitFileState=${state}\n`;

/** The service of failover where it is not set up. */
export const NO_FAILOVER = shown("surefoot-failover.service", "inactive", "", "not-found");
/** The keeper of the route. */
export const KEEPER = shown("surefoot-route-eth1.service", "active", "enabled");
/** What waits for the network. */
export const WAITER = shown("systemd-networkd-wait-online.service", "active", "enabled");

/** Units as they are told. */
export const units = (...list: readonly string[]): string => list.join("\n");

/** The live parameters, some of them otherwise. */
export function settings(more: Readonly<Record<string, string>> = {}): string {
  const all = {
    "ipv4/fib_multipath_hash_policy": "1",
    "ipv4/fib_multipath_use_neigh": "1",
    "ipv6/fib_multipath_hash_policy": "0",
    "ipv4/ip_forward": "0",
    "ipv4/conf/all/rp_filter": "2",
    "ipv4/conf/eth1/rp_filter": "2",
    "ipv4/conf/all/ignore_routes_with_linkdown": "0",
    "ipv4/conf/eth1/ignore_routes_with_linkdown": "0",
    "ipv4/neigh/default/gc_thresh3": "1024",
    ...more,
  };
  return Object.entries(all)
    .map(([key, value]) => `${key}:${value}\n`)
    .join("");
}

/** Drop-ins with their lines: `DUMP` of the sysctl kind. */
export function dropins(files: Readonly<Record<string, readonly string[]>>): string {
  const names = Object.keys(files).map((file) => `file ${file}\n`);
  const lines = Object.entries(files).flatMap(([file, list]) =>
    list.map((line, i) => `${file}:${i + 1}:${line}\n`),
  );
  return `${names.join("")}\n${lines.join("")}`;
}

/** Addresses of interfaces, as `ip -j address` tells them; behind an IPv6 one what else it says: `fd00::2/64 tentative`. */
export function interfaces(of: Readonly<Record<string, readonly string[]>>): string {
  const list = Object.entries(of).map(([ifname, own]) => ({
    ifname,
    operstate: "UP",
    addr_info: own.map((one) => {
      const [address = "", ...flags] = one.split(" ");
      const [local, prefix] = address.split("/");
      const family = one.includes(":") ? "inet6" : "inet";
      const scope = ifname === "lo" ? "host" : "global";
      const said = Object.fromEntries(flags.map((flag) => [flag, true]));
      return { family, local, prefixlen: Number(prefix), scope, ...said };
    }),
  }));
  return JSON.stringify(list);
}

/** What a healthy client printed, recorded on a host of the lab (Debian 12, kernel 6.1's number in place of the lab's). */
export const HEALTHY: Readonly<Record<string, string>> = {
  kernel: "6.1.0-37-amd64\n",
  iproute2: "ip utility, iproute2-6.1.0, libbpf 1.1.2\n",
  systemd: "running\nsystemd 252 (252.39-1~deb12u2)\n+PAM +AUDIT\n",
  routes4: routes(ECMP, LAN),
  routes6: routes(route({ dst: "fe80::/64", dev: "eth1", metric: 256, pref: "medium" })),
  rules4: "0:\tfrom all lookup local\n32766:\tfrom all lookup main\n32767:\tfrom all lookup default\n",
  rules6: "0:\tfrom all lookup local\n32766:\tfrom all lookup main\n",
  interfaces: interfaces({ lo: ["127.0.0.1/8"], eth1: ["192.168.1.22/24"] }),
  links: "0x1003 1 eth1\n0x9 1 lo\n",
  neighbours:
    "192.168.1.10 dev eth1 lladdr c6:9b:3d:7d:6a:86 managed extern_learn STALE \n192.168.1.1 dev eth1 lladdr ba:e3:47:5b:07:78 managed extern_learn REACHABLE \n",
  settings: settings(),
  drops: "TcpExt: SyncookiesSent IPReversePathFilter TCPAOBad\nTcpExt: 0 3 0\n",
  dropins: dropins({
    "/etc/sysctl.d/99-ecmp.conf": [
      "net.ipv4.fib_multipath_hash_policy = 1",
      "net.ipv4.conf.all.rp_filter = 2",
      "net.ipv4.conf.eth1.rp_filter = 2",
    ],
  }),
  owners:
    "link 2 eth1\nnd 2 ADMIN_STATE configured\nnd 2 NETWORK_FILE /etc/systemd/network/10-eth1.network\nlink 1 lo\nrun systemd-network\n",
  controller: "10.20.0.2 50000 192.168.1.22 22\ndefault via 192.168.1.1 dev eth1\n",
  units: units(unitShown(), NO_FAILOVER, WAITER, KEEPER),
  log: `2026-11-25T22:21:43+0000 client2 systemd[1]: Finished ${UNIT} - Apply ECMP default route.\n`,
  failover: "",
  guard: "all read\n",
  storage:
    "free 80629200\nmount rw,relatime\nmultipath /etc/systemd/network/10-eth1.network.d/50-surefoot.conf\n",
};

/** What is read of a host that prints this, all else as on a healthy one. null: the command ended with an error. */
export function readingsOf(outputs: Readonly<Record<string, string | null>>): Readings {
  return readAll(UNIT, (name) => {
    const stdout = outputs[name] === undefined ? HEALTHY[name] : outputs[name];
    return stdout === null || stdout === undefined
      ? { exit: 1, stdout: "", stderr: "sh: 1: it went wrong\n" }
      : { exit: 0, stdout, stderr: "" };
  });
}

/** What is said of it. */
export function diagnosisOf(outputs: Readonly<Record<string, string | null>>): Diagnosis {
  const readings = readingsOf(outputs);
  const remedies = remediesFor({ playbook: "playbooks/ecmp.ts", inventory: "inv", host: "c1" });
  return diagnose({ readings, remedies, unit: UNIT });
}

/** Its findings. */
export function findingsOf(outputs: Readonly<Record<string, string | null>>): readonly DoctorFinding[] {
  return diagnosisOf(outputs).findings;
}

/** One host and what is to be said of it. */
export interface Case {
  readonly name: string;
  readonly prints: Readonly<Record<string, string | null>>;
  /** Ids of all findings, with their severity, worst first. */
  readonly finds: readonly string[];
  /** What the first finding's evidence, cause or remedy must hold. */
  readonly says?: readonly (string | RegExp)[];
}

/** `problem default-missing` and so on. */
export const idsOf = (findings: readonly DoctorFinding[]): readonly string[] =>
  findings.map(({ severity, id }) => `${severity} ${id}`);

/** All that a finding says. */
export const textOf = (finding: DoctorFinding | undefined): string =>
  finding === undefined
    ? ""
    : `${finding.seen}\n${finding.cause}\n${finding.remedy?.on ?? ""}: ${finding.remedy?.command ?? ""}`;
