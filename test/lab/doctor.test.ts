import { afterAll, beforeAll, expect, it } from "vitest";
import type { Diagnosis } from "../../src/model/diagnosis.js";
import type { Ran } from "../support/cli.js";
import { eventsOf, surefoot } from "../support/cli.js";
import { ENV, INVENTORY, inBox, job, killed, until } from "./fleet.js";
import { gone, reset } from "./whole.js";

const HOSTS = ["client1", "client2", "client3"] as const;
const LIMIT = HOSTS.join(",");
const A = "192.168.1.1";
const B = "192.168.1.10";

/** `doctor` on some clients, by the real command line. */
async function doctor(hosts: string, ...more: readonly string[]): Promise<Ran> {
  return surefoot(["doctor", hosts, "-i", INVENTORY, ...more], { env: ENV });
}

/** What it says of each. */
const diagnoses = (ran: Ran): Readonly<Record<string, Diagnosis>> =>
  Object.fromEntries(
    eventsOf(ran).flatMap((event) =>
      event.type === "host-diagnosed" ? [[event.host, event.diagnosis]] : [],
    ),
  );

/** Ids of what is to be mended, worst first. */
const toMend = (diagnosis: Diagnosis | undefined): readonly string[] | undefined =>
  diagnosis?.findings.filter(({ severity }) => severity !== "note").map(({ id }) => id);

/** A way back to the controller that no default route takes away. */
const PIN = `ip route replace 10.20.0.2 via ${A}`;

/** What goes wrong on each client, and what is to be said of it. */
const PITFALLS: Readonly<
  Record<(typeof HOSTS)[number], { readonly script: string; readonly finds: readonly string[] }>
> = {
  client1: {
    // A DHCP client's default before ours, a unit that adds, a file that is read later.
    script: `ip route add default metric 200 nexthop via ${A} dev eth1 nexthop via ${B} dev eth1
ip route replace default via ${A} dev eth1 proto dhcp
sed -i 's/ip route replace/ip route add/' /etc/systemd/system/ecmp-route.service
systemctl daemon-reload
systemctl restart ecmp-route.service
echo net.ipv4.fib_multipath_hash_policy=0 > /etc/sysctl.d/zz-vendor.conf`,
    finds: ["default-shadowed", "unit-file-exists", "hash-policy-boot", "unit-adds"],
  },
  client2: {
    // A gateway that is not there, settings changed by hand, the keeper stopped.
    script: `systemctl stop surefoot-route-eth1.service
${PIN}
ip route replace default nexthop via ${A} dev eth1 nexthop via 192.168.1.250 dev eth1
sysctl -qw net.ipv4.fib_multipath_hash_policy=0 net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.eth1.rp_filter=1
ping -c 1 -W 1 192.168.1.250`,
    finds: ["neighbour-dead", "hash-policy", "rp-filter-strict", "unit-other-route", "keeper-stopped"],
  },
  client3: {
    // Policy routing, a VPN's halves and no default at all, nothing that would bring it back, and the unit masked.
    script: `ip route add default via ${A} dev eth1 table 77
ip rule add priority 100 lookup 77
ip route add 0.0.0.0/1 via ${A} dev eth1
ip route add 128.0.0.0/1 via ${A} dev eth1
${PIN}
systemctl stop surefoot-route-eth1.service
while ip -4 route del default; do :; done
ln -sf /dev/null /etc/systemd/system/ecmp-route.service
systemctl daemon-reload`,
    finds: ["rule-bypass", "default-halves", "default-missing", "unit-masked", "keeper-stopped"],
  },
};

beforeAll(async () => {
  expect((await job("run", "--limit", LIMIT)).exit).toBe(0);
});

afterAll(async () => {
  await inBox("client1", "ip route del default metric 200; rm -f /etc/sysctl.d/zz-vendor.conf");
  await inBox("client3", "ip route flush table 77");
  for (const host of ["client2", "client3"]) await inBox(host, "ip route del 10.20.0.2");
});

it("finds nothing to mend on hosts that were rolled out", async () => {
  const ran = await doctor(LIMIT);
  const told = ran.stdout.replace(/\s+/g, " ");
  expect(told.match(/Nothing to mend\. Looked at: the kernel's version, /g)).toHaveLength(HOSTS.length);
  expect(told).toMatch(/default metric 0 via 192.168.1.1 dev eth1 weight 1 \[\w+\], via 192.168.1.10/);
  expect(ran.exit).toBe(0);
});

it("names the causes of many pitfalls at once, and what it says mends them", async () => {
  await Promise.all(HOSTS.map((host) => inBox(host, PITFALLS[host].script)));
  const ran = await doctor(LIMIT, "--json");
  const found = diagnoses(ran);
  const expected = HOSTS.map((host) => [host, PITFALLS[host].finds]);
  expect(Object.fromEntries(HOSTS.map((host) => [host, toMend(found[host])]))).toEqual(
    Object.fromEntries(expected),
  );
  expect(Object.values(found).flatMap(({ unknown }) => unknown)).toEqual([]);
  expect(found.client1?.findings[1]?.seen).toContain("File exists");
  expect(found.client1?.facts.default4?.[0]).toMatchObject({ wins: true, protocol: "dhcp" });
  expect(found.client2?.findings[0]?.seen).toMatch(/^192.168.1.250 on eth1 is (FAILED|INCOMPLETE)$/);
  expect(ran.exit).toBe(1);

  for (const host of HOSTS) {
    const remedies = (found[host]?.findings ?? []).flatMap(({ remedy }) =>
      remedy?.on === "host" ? [remedy.command] : [],
    );
    await inBox(host, remedies.join("\n"));
  }
  expect((await job("run", "--limit", LIMIT)).exit).toBe(0);
  const after = diagnoses(await doctor(LIMIT, "--json"));
  expect(Object.fromEntries(HOSTS.map((host) => [host, toMend(after[host])]))).toEqual(
    Object.fromEntries(HOSTS.map((host) => [host, []])),
  );
});

it("finds a gateway that answers on the link but does not forward, where it may try it", async () => {
  await inBox("client1", PIN);
  await inBox("bastion", "ip route add 192.168.1.21 via 10.20.0.11");
  await inBox("nat2", "sysctl -qw net.ipv4.ip_forward=0");
  try {
    const ran = await doctor("client1", "--json", "--probe", "--to", "203.0.113.10:80");
    expect(toMend(diagnoses(ran).client1)).toEqual(["gateway-does-not-forward"]);
    expect(diagnoses(ran).client1?.findings[0]?.seen).toContain(`${B} does not forward to 203.0.113.10`);
  } finally {
    await inBox("nat2", "sysctl -qw net.ipv4.ip_forward=1");
    await inBox("bastion", "ip route del 192.168.1.21");
    await inBox("client1", "ip route del 10.20.0.2");
  }
});

it("finds an address that another machine on the link has, too: IPv6 by looking, IPv4 by asking", async () => {
  const add = "ip addr add 192.168.1.121/24 dev eth1; ip -6 addr add fd00::121/64 dev eth1";
  const state = "ip -6 addr show to fd00::121";
  try {
    await inBox("client1", add);
    await until("the first to use it", async () => !/tentative/.test(await inBox("client1", state)));
    await inBox("client3", add);
    await until("the second to have been answered", async () =>
      /dadfailed/.test(await inBox("client3", state)),
    );
    const passive = diagnoses(await doctor("client3", "--json")).client3;
    expect(toMend(passive)).toEqual(["address-duplicate"]);
    expect(passive?.findings[0]?.seen).toBe("fd00::121/64 on eth1 is dadfailed");

    const probed = diagnoses(await doctor("client3", "--json", "--probe", "--to", "203.0.113.10:80")).client3;
    const mac = await inBox("client1", "cat /sys/class/net/eth1/address");
    expect(probed?.findings.map(({ seen }) => seen)).toContain(`${mac} answers for 192.168.1.121 on eth1`);
    expect(await inBox("nat1", "ip neigh show to 192.168.1.121")).toBe("");
  } finally {
    for (const host of ["client1", "client3"])
      await inBox(host, "ip addr del 192.168.1.121/24 dev eth1; ip -6 addr del fd00::121/64 dev eth1");
  }
});

it("tells of a change that is under its timer, and that the host took it back when nobody confirmed it", async () => {
  const notes = async (): Promise<readonly string[]> =>
    diagnoses(await doctor("client2", "--json")).client2?.findings.map(({ id }) => id) ?? [];
  await reset("client2");
  await killed((told) => told.includes('"phase":"confirm"'), "--limit", "client2", "--confirm-timeout", "15");
  expect(await notes()).toContain("change-under-way");
  await gone("client2");
  expect(await notes()).toContain("change-taken-back");
  // As a way back that failed leaves it.
  await inBox("client2", "sed -i s/^result=0/result=1/ /run/surefoot/last/owner");
  expect(await notes()).toContain("change-not-undone");
  expect((await job("run", "--limit", "client2")).exit).toBe(0);
  expect(await notes()).not.toContain("change-not-undone");
});

const UNIT = "/etc/systemd/system/ecmp-route.service";

/** Pitfalls one by one, each with its finding, what sets it up, and what takes it away again. */
const ONE_BY_ONE: readonly (readonly [id: string, begin: string, end: string])[] = [
  ["default-twins", `ip route append default via ${A} dev eth1`, `ip route del default via ${A} dev eth1`],
  ["default-nowhere", "ip route prepend unreachable default", "ip route del unreachable default"],
  [
    "hop-off-link",
    `ip route replace default nexthop via ${A} dev eth1 nexthop via 10.9.9.9 dev eth1 onlink`,
    `ip route replace default nexthop via ${A} dev eth1 nexthop via ${B} dev eth1`,
  ],
  ["hop-own-address", `ip addr add ${B}/32 dev lo`, `ip addr del ${B}/32 dev lo`],
  ["address-twice", "ip addr add 192.168.1.21/32 dev lo", "ip addr del 192.168.1.21/32 dev lo"],
  [
    "neighbour-permanent",
    `ip neigh replace ${B} lladdr 02:00:00:00:00:99 dev eth1 nud permanent`,
    `ip neigh del ${B} dev eth1`,
  ],
  [
    "failover-slow",
    "sysctl -qw net.ipv4.fib_multipath_use_neigh=1",
    "sysctl -qw net.ipv4.fib_multipath_use_neigh=0",
  ],
  [
    "ipv6-other-way",
    "ip -6 route add default via fe80::1 dev eth1",
    "ip -6 route del default via fe80::1 dev eth1",
  ],
  [
    "rp-filter-boot",
    "printf 'net.ipv4.conf.%s.rp_filter=1\\n' all eth1 > /etc/sysctl.d/zz-vendor.conf",
    "rm /etc/sysctl.d/zz-vendor.conf",
  ],
  ["unit-stale", `echo >> ${UNIT}`, `sed -i '$d' ${UNIT}; systemctl daemon-reload`],
  ["unit-disabled", "systemctl -q disable ecmp-route.service", "systemctl -q enable ecmp-route.service"],
  [
    "owner-cloud-init",
    "echo '# by cloud-init' > /etc/network/interfaces.d/50-cloud",
    "rm /etc/network/interfaces.d/50-cloud",
  ],
  ["etc-read-only", "mount --bind /etc /etc; mount -o remount,ro,bind /etc", "umount /etc"],
];

it("names each of many pitfalls by itself, and none once it is gone", async () => {
  expect((await job("run", "--limit", "client1")).exit).toBe(0);
  await inBox("client1", PIN);
  const ids = async (): Promise<readonly string[]> =>
    diagnoses(await doctor("client1", "--json")).client1?.findings.map(({ id }) => id) ?? ["not diagnosed"];
  try {
    const well = await ids();
    for (const [id, begin, end] of ONE_BY_ONE) {
      expect(well).not.toContain(id);
      await inBox("client1", begin);
      const found = await ids();
      await inBox("client1", end);
      expect(found, id).toContain(id);
    }
    expect(await ids()).toEqual(well);
  } finally {
    await inBox("client1", "ip route del 10.20.0.2");
  }
});
