import { execFileSync } from "node:child_process";
import { expect, it } from "vitest";
import { parseLinks } from "../../src/doctor/read/links.js";
import { parseNeighbours } from "../../src/doctor/read/neighbours.js";
import { parseRules } from "../../src/doctor/read/rules.js";
import { parseDrops, parseSettings } from "../../src/doctor/read/settings.js";
import { parseUnits } from "../../src/doctor/read/units.js";
import { sources } from "../../src/doctor/readings.js";
import { unitRoute } from "../../src/doctor/unit-route.js";
import { ProbeError } from "../../src/model/resource.js";
import { diagnosisOf, HEALTHY, shown, UNIT, unitShown } from "./healthy.js";

const NAMES = Object.keys(sources(UNIT));

it("has a recorded output of each reading", () => {
  expect(Object.keys(HEALTHY).sort()).toEqual(NAMES.toSorted());
});

it.each(NAMES)("%s that fails is unknown and named, and nothing is made of it", (name) => {
  const { unknown, findings } = diagnosisOf({ [name]: null });
  expect(unknown).toEqual([
    {
      what: Object.entries(sources(UNIT)).find(([one]) => one === name)?.[1].what,
      why: "sh: 1: it went wrong",
      hint: expect.any(String),
    },
  ]);
  expect(findings).toEqual([]);
});

it("makes nothing of a host of which nothing can be read", () => {
  const { unknown, findings, facts } = diagnosisOf(Object.fromEntries(NAMES.map((name) => [name, null])));
  expect(unknown).toHaveLength(NAMES.length);
  expect(findings).toEqual([]);
  expect(facts).toMatchObject({ default4: null, rules: null, unit: null, failover: null, keepers: null });
});

it("says no more of a cause than is known", () => {
  const one = '[{"dst":"default","gateway":"192.168.1.1","dev":"eth1"}]\n';
  expect(diagnosisOf({ routes4: one, units: null }).findings[0]?.cause).toMatch(
    /What a unit would set is not known/,
  );
  const gone = shown(UNIT, "inactive", "", "not-found");
  const owners = "link 2 eth1\n";
  expect(diagnosisOf({ units: gone, storage: null, owners }).findings).toEqual([]);
});

const GARBAGE = [
  "\0\u001b[2J",
  "[{]",
  '{"dst":1}',
  "<html>\n",
  "default\n",
  "a b c\n".repeat(50),
  "=\n\n=\n",
];

it.each(NAMES)("%s: garbage throws nothing, and is no finding", (name) => {
  for (const garbage of GARBAGE) {
    const { findings, unknown } = diagnosisOf({ [name]: garbage });
    expect([garbage, findings.map(({ id }) => id), unknown.length <= 1]).toEqual([garbage, [], true]);
  }
});

it.each(NAMES)("%s: its script is a script of POSIX sh", (name) => {
  const script = Object.entries(sources(UNIT)).find(([one]) => one === name)?.[1].script.sh ?? "(";
  execFileSync("sh", ["-n", "-c", script]);
});

it("reads rules of all shapes", () => {
  expect(
    parseRules(
      "0:\tfrom all lookup local\n90:\tfrom all fwmark 0x1/0xff lookup 200 suppress_prefixlength 0\n",
    ),
  ).toEqual([
    { priority: 0, selector: "from all", table: "local", text: "from all lookup local" },
    {
      priority: 90,
      selector: "from all fwmark 0x1/0xff",
      table: "200",
      text: "from all fwmark 0x1/0xff lookup 200 suppress_prefixlength 0",
    },
  ]);
  expect(parseRules("9:\tfrom all iif eth0 blackhole\n")).toMatchObject([{ selector: "from all iif eth0" }]);
  expect(() => parseRules("9: \n")).toThrow(ProbeError);
});

it("reads neighbours with and without a hardware address", () => {
  expect(
    parseNeighbours(
      "192.168.1.1 dev eth1 lladdr 02:00:00:00:00:01 extern_learn managed REACHABLE \nfe80:0::1 dev eth1 FAILED\n10.0.0.9 dev eth1 proxy\n",
    ),
  ).toEqual([
    { address: "192.168.1.1", dev: "eth1", mac: "02:00:00:00:00:01", managed: true, state: "REACHABLE" },
    { address: "fe80::1", dev: "eth1", managed: false, state: "FAILED" },
  ]);
  expect(() => parseNeighbours("Dump terminated\n")).toThrow(ProbeError);
});

it("reads links, parameters and drops", () => {
  expect(parseLinks("0x1002 0 eth1\n0x1003 1 eth1.100\n")).toEqual([
    { name: "eth1", up: false, carrier: false },
    { name: "eth1.100", up: true, carrier: true },
  ]);
  expect([...parseSettings("ipv4/ip_forward:0\nipv4/conf/eth1.100/rp_filter:2\n")]).toContainEqual([
    "net/ipv4/conf/eth1.100/rp_filter",
    "2",
  ]);
  expect(() => parseSettings("ipv4/conf/all/rp_filter:2\n")).toThrow(ProbeError);
  expect(diagnosisOf({ dropins: "unreadable /etc/sysctl.d/x.conf\n\n" }).unknown).toMatchObject([
    { why: "/etc/sysctl.d/x.conf can't be read" },
  ]);
  expect(parseDrops(HEALTHY.drops ?? "")).toBe(3);
  expect(parseDrops("TcpExt: A B\nTcpExt: 1 2\n")).toBeNull();
});

it("reads the route out of a unit's command", () => {
  const of = (command: string) => unitRoute(parseUnits(unitShown({}, command))?.get(UNIT));
  expect(of("/sbin/ip -4 route add default via 10.0.0.1 dev eth0")).toEqual({
    verb: "add",
    via: [{ gateway: "10.0.0.1", dev: "eth0", weight: 1 }],
  });
  expect(of("/sbin/ip route replace 10.0.0.0/8 via 10.0.0.1")).toBeNull();
  expect(of("/usr/local/bin/set-route")).toBeNull();
  expect(() => parseUnits("Unit x not found\n")).toThrow(ProbeError);
});
