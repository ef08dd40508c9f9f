import { describe, expect, it } from "vitest";
import { network } from "../../src/facts/network.js";
import { os } from "../../src/facts/os.js";
import { iproute2, kernel, systemd } from "../../src/facts/versions.js";
import { ProbeError } from "../../src/model/resource.js";

describe("os", () => {
  it.each([
    [
      "Debian",
      'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nNAME="Debian GNU/Linux"\nVERSION_ID="12"\nVERSION_CODENAME=bookworm\nID=debian\n',
      {
        id: "debian",
        idLike: [],
        versionId: "12",
        codename: "bookworm",
        name: "Debian GNU/Linux 12 (bookworm)",
      },
    ],
    [
      "one that derives from others",
      'ID=\'rocky\'\nID_LIKE="rhel centos fedora"\n# ID=no\nNAME="a \\"b\\""\n',
      { id: "rocky", idLike: ["rhel", "centos", "fedora"], name: 'a "b"' },
    ],
    ["no file", "", { id: "linux", idLike: [], name: "Linux" }],
  ])("%s", (_name, output, fact) => expect(os.parse([output])).toEqual(fact));
});

describe("versions", () => {
  it.each([
    ["6.1.0-37-amd64\n", { text: "6.1.0-37-amd64", major: 6, minor: 1 }],
    ["5.10\n", { text: "5.10", major: 5, minor: 10 }],
  ])("of the kernel: %j", (output, fact) => expect(kernel.parse([output])).toEqual(fact));
  it.each([
    ["ip utility, iproute2-6.1.0, libbpf 1.1.0\n", { text: "6.1.0", major: 6, minor: 1 }],
    ["ip utility, iproute2-ss190107\n", { text: "190107", major: 190107, minor: 0 }],
    ["BusyBox v1.36.1 multi-call binary.\n", null],
    ["sh: ip: not found\n", null],
  ])("of iproute2: %j", (output, fact) => expect(iproute2.parse([output])).toEqual(fact));
  it.each([
    ["running\nsystemd 252 (252.39-1~deb12u2)\n+PAM\n", { version: 252, running: true }],
    ["systemd 252 (252.39-1~deb12u2)\n", { version: 252, running: false }],
    ["\n", { version: null, running: false }],
  ])("of systemd: %j", (output, fact) => expect(systemd.parse([output])).toEqual(fact));
  it("is unknown where it makes no sense", () => {
    expect(() => kernel.parse(["?"])).toThrow(ProbeError);
  });
});

describe("network", () => {
  const addresses = JSON.stringify([
    {
      ifname: "eth1",
      operstate: "UP",
      mtu: 1500,
      address: "02:5f:00:00:00:02",
      addr_info: [
        { family: "inet", local: "192.168.1.22", prefixlen: 24, scope: "global" },
        { family: "inet6", local: "fe80::1", prefixlen: 64, scope: "link" },
      ],
    },
  ]);
  const four = JSON.stringify([
    {
      dst: "default",
      protocol: "static",
      flags: [],
      nexthops: [
        { gateway: "192.168.1.1", dev: "eth1", weight: 1, flags: [] },
        { gateway: "192.168.1.10", dev: "eth1", weight: 3, flags: [] },
      ],
    },
    {
      dst: "default",
      gateway: "192.168.1.1",
      dev: "eth1",
      protocol: "dhcp",
      metric: 100,
      table: "7",
      flags: [],
    },
  ]);
  const owners = "link 2 eth1\nifup eth1=eth1\n";

  it("has interfaces with addresses and owners, all defaults, and the way to the controller", () => {
    const said = "10.20.0.2 52100 192.168.1.22 22\ndefault via 192.168.1.1 dev eth1\n";
    expect(network.parse([addresses, four, "[]", owners, said])).toEqual({
      interfaces: [
        {
          name: "eth1",
          state: "UP",
          mac: "02:5f:00:00:00:02",
          mtu: 1500,
          addresses: [
            { family: 4, address: "192.168.1.22", prefix: 24, scope: "global" },
            { family: 6, address: "fe80::1", prefix: 64, scope: "link" },
          ],
          owners: [{ name: "ifupdown", file: "/etc/network/interfaces" }],
        },
      ],
      defaults: [
        {
          family: 4,
          table: "main",
          metric: 0,
          protocol: "static",
          via: [
            { gateway: "192.168.1.1", dev: "eth1", weight: 1 },
            { gateway: "192.168.1.10", dev: "eth1", weight: 3 },
          ],
        },
        {
          family: 4,
          table: "7",
          metric: 100,
          protocol: "dhcp",
          via: [{ gateway: "192.168.1.1", dev: "eth1", weight: 1 }],
        },
      ],
      controller: {
        address: "10.20.0.2",
        via: "192.168.1.22:22",
        route: "default via 192.168.1.1 dev eth1",
      },
    });
  });

  it.each([
    [{ nhid: 7, nexthops: [{ gateway: "10.0.0.1", dev: "eth1", weight: 3 }] }, ["10.0.0.1"]],
    [{ nhid: 7, nh_info: { id: 7, gateway: "10.0.0.1", dev: "eth1" } }, ["10.0.0.1"]],
    [{ nhid: 7, nh_info: { id: 7, group: [{ id: 1 }] } }, []],
    [{ nhid: 7 }, []],
  ])("makes up no next hop for a route to a nexthop object: %j", (more, gateways) => {
    const text = JSON.stringify([{ dst: "default", flags: [], ...more }]);
    const [found] = network.parse(["[]", text, "", "", ""]).defaults;
    expect(found?.via.map(({ gateway }) => gateway)).toEqual(gateways);
  });

  it("is unknown where `ip` prints what it should not", () => {
    expect(() => network.parse(["BusyBox", "", "", "", ""])).toThrow(ProbeError);
    expect(() => network.parse(["[]", "[{,}]", "", "", ""])).toThrow(ProbeError);
  });
});
