import { expect, it } from "vitest";
import { culprit } from "../../src/drift/culprit.js";
import type { Evidence } from "../../src/drift/evidence.js";

const hop = (gateway: string) => ({ gateway, dev: "eth1", weight: 1 });
const route = (protocol: string, ...gateways: readonly string[]) => ({
  via: gateways.map(hop),
  type: "unicast",
  scope: "global",
  protocol,
});
const BOTH = route("boot", "10.0.0.1", "10.0.0.2");
const GROUP = { ...BOTH, nhid: 7 };
const LINE = "net.ipv4.ip_forward = 1";
const sysctl = (live: string, line: string | null = LINE, fileExists = true) => ({ live, line, fileExists });
const file = (text: string, mode = "0644") => ({ content: { text }, mode, owner: "root", group: "root" });
const unit = (more: object = {}) => ({ file: file("u"), enabled: true, active: true, stale: false, ...more });
const NETWORKD =
  "eth1 is managed by systemd-networkd (/etc/systemd/network/10-eth1.network), which puts only its own routes back";
const LATER = "/etc/sysctl.d/99-zz.conf:3 is read later and wins: the next boot sets 0";

type Case = readonly [
  what: string,
  kind: string,
  desired: object | null,
  found: object | null,
  words: RegExp,
  more?: Partial<Evidence>,
];

const CASES: readonly Case[] = [
  ["a lease", "route", BOTH, route("dhcp", "10.0.0.1"), /^a DHCP renewal/],
  ["an advertisement", "route", BOTH, route("ra", "10.0.0.1"), /^a router advertisement/],
  [
    "an owner that is not known",
    "route",
    BOTH,
    route("static", "10.0.0.1"),
    /^systemd-networkd or NetworkManager put/,
  ],
  [
    "the owner that notes name",
    "route",
    BOTH,
    route("static", "10.0.0.1"),
    /^systemd-networkd \(\/etc\/systemd\/network\/10-eth1.network\) put its own route back: a reload/,
    { notes: [NETWORKD] },
  ],
  [
    "a routing daemon",
    "route",
    BOTH,
    route("bird", "10.0.0.1"),
    /^a routing daemon: it was installed by bird$/,
  ],
  ["a next hop less", "route", BOTH, route("boot", "10.0.0.1"), /^the next hop 10.0.0.2 was taken out/],
  ["another next hop", "route", BOTH, route("boot", "10.0.0.9"), /^somebody's `ip route replace`/],
  ["no route", "route", BOTH, null, /^it was removed .* link went down/],
  ["objects alone", "route", GROUP, { ...route("boot"), type: "none", objects: [] }, /^it was removed/],
  ["no group any more", "route", GROUP, BOTH, /^its nexthop objects went with their link's carrier/],
  [
    "a next hop of a group less",
    "route",
    GROUP,
    { ...route("boot", "10.0.0.1"), nhid: 7 },
    /^the next hop 10.0.0.2 was taken out of its nexthop group: its link lost its carrier/,
  ],
  ["other attributes", "route", BOTH, { ...BOTH, src: "10.0.0.3" }, /same next hops and other attributes/],
  ["live only", "sysctl", sysctl("1"), sysctl("0"), /`sysctl -w`.*live only/],
  [
    "a later file",
    "sysctl",
    sysctl("1"),
    sysctl("0"),
    /^\/etc\/sysctl.d\/99-zz.conf was loaded/,
    { notes: [LATER] },
  ],
  ["a later file of another value", "sysctl", sysctl("1"), sysctl("7"), /`sysctl -w`/, { notes: [LATER] }],
  ["a line less", "sysctl", sysctl("1"), sysctl("1", null), /took the line out of the drop-in/],
  ["a drop-in less", "sysctl", sysctl("1"), sysctl("1", null, false), /removed the drop-in/],
  [
    "an edited line",
    "sysctl",
    sysctl("1"),
    sysctl("1", "net.ipv4.ip_forward=0"),
    /edited the drop-in; it is not loaded/,
  ],
  [
    "an edited line, loaded",
    "sysctl",
    sysctl("1"),
    sysctl("0", "net.ipv4.ip_forward=0"),
    /edited the drop-in and loaded it/,
  ],
  [
    "an edit",
    "file",
    file("a"),
    file("b"),
    /^an edit by hand or by a tool; or a package upgrade/,
    { applied: file("a") },
  ],
  ["an edit of what nobody knows", "file", file("a"), file("b"), /it equals nothing that we know/],
  ["another mode", "file", file("a"), file("a", "0666"), /chmod or chown/],
  ["no file", "template", file("a"), null, /removed it/],
  ["a link", "file", file("a"), { link: { text: "/x" } }, /a link in its place/],
  ["a file that was to go", "file", null, file("a"), /made it again/],
  ["a directory's mode", "directory", { mode: "0755" }, { mode: "0777" }, /chmod or chown/],
  ["a disabled unit", "systemdUnit", unit(), unit({ enabled: false }), /^somebody's `systemctl disable`$/],
  [
    "one that was stopped too",
    "systemdUnit",
    unit(),
    unit({ enabled: false, active: false }),
    /`systemctl disable --now`$/,
  ],
  ["a stopped unit", "systemdUnit", unit(), unit({ active: false }), /stopped, or it failed/],
  ["an edited unit", "systemdUnit", unit(), unit({ file: file("v") }), /^somebody edited the unit file$/],
  [
    "one that is not read yet",
    "systemdUnit",
    unit(),
    unit({ file: file("v"), stale: true }),
    /edited the unit file; systemd has not/,
  ],
  [
    "files that are not read yet",
    "systemdUnit",
    unit(),
    unit({ stale: true }),
    /changed its files or drop-ins/,
  ],
  ["a unit file less", "systemdUnit", unit(), unit({ file: null }), /removed the unit file/],
  ["no unit", "systemdUnit", unit(), null, /the unit was removed/],
  [
    "a failover that was stopped",
    "failover",
    { unit: unit(), script: null },
    { unit: null, script: null },
    /failover service/,
  ],
  ["a kind of others", "theirs", { a: 1 }, { a: 2 }, /something other than Surefoot/],
  [
    "a wish that has changed",
    "sysctl",
    sysctl("2", "net.ipv4.ip_forward = 2"),
    sysctl("1"),
    /^a wish that has changed: the host is as we left it/,
    { applied: sysctl("1") },
  ],
  [
    "a wish that has changed, and drift",
    "sysctl",
    sysctl("2"),
    sysctl("0"),
    /`sysctl -w`/,
    { applied: sysctl("1") },
  ],
];

for (const [what, kind, desired, found, words, more = {}] of CASES) {
  it(`says what it looks like: ${what}`, () => {
    expect(culprit({ kind, desired, found, applied: undefined, notes: [], ...more })).toMatch(words);
  });
}
