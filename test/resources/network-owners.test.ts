import { describe, expect, it } from "vitest";
import { readController } from "../../src/resources/network/controller.js";
import { OWNERS } from "../../src/resources/network/probe.js";
import type { Owner } from "../../src/resources/network/read.js";
import { readOwners, showOwner } from "../../src/resources/network/read.js";
import { shellEnvironment } from "./environments.js";

const UUID = "5eb4da26-5d1d-30a5-8747-80181ed055fa";
const NM = ["run NetworkManager", "nmversion nmcli tool, version 1.42.4"];
const PROFILE = `profile ${UUID}:/etc/NetworkManager/system-connections/eth1.nmconnection`;

describe("who owns eth1", () => {
  it.each<[string, readonly string[], readonly Owner[]]>([
    ["nobody", [], [{ name: "none" }]],
    [
      "networkd",
      [
        "run systemd-network",
        "nd 2 ADMIN_STATE configured",
        "nd 2 NETWORK_FILE /etc/systemd/network/a b.network",
      ],
      [{ name: "networkd", file: "/etc/systemd/network/a b.network" }],
    ],
    [
      "networkd, which leaves it alone",
      ["run systemd-network", "nd 2 ADMIN_STATE unmanaged"],
      [{ name: "none" }],
    ],
    [
      "networkd once did, and does not run",
      ["nd 2 ADMIN_STATE configured", "nd 2 NETWORK_FILE /etc/systemd/network/a.network"],
      [{ name: "none" }],
    ],
    [
      "netplan, by networkd",
      [
        "run systemd-network",
        "nd 2 ADMIN_STATE configuring",
        "nd 2 NETWORK_FILE /run/systemd/network/10-netplan-eth1.network",
      ],
      [{ name: "netplan", file: "/run/systemd/network/10-netplan-eth1.network" }],
    ],
    [
      "NetworkManager",
      [...NM, `nm eth1:connected:${UUID}`, PROFILE],
      [
        {
          name: "networkmanager",
          profile: UUID,
          file: "/etc/NetworkManager/system-connections/eth1.nmconnection",
          version: "1.42.4",
        },
      ],
    ],
    ["NetworkManager only looks on", [...NM, `nm eth1:connected (externally):${UUID}`], [{ name: "none" }]],
    ["NetworkManager leaves it alone", [...NM, "nm eth1:unmanaged:"], [{ name: "none" }]],
    [
      "ifupdown, with its own dhclient",
      ["ifup lo=lo", "ifup eth1=eth1", "run dhclient dhclient -4 -i -pf /run/dhclient.eth1.pid eth1 "],
      [{ name: "ifupdown", file: "/etc/network/interfaces" }],
    ],
    ["a DHCP client of its own", ["run dhclient dhclient eth1 "], [{ name: "dhclient" }]],
    ["a DHCP client of another interface", ["run dhcpcd dhcpcd eth0 "], [{ name: "none" }]],
    [
      "two of them",
      ["run systemd-network", "nd 2 ADMIN_STATE configured", "nd 2 NETWORK_FILE /x", "ifup eth1=eth1"],
      [
        { name: "networkd", file: "/x" },
        { name: "ifupdown", file: "/etc/network/interfaces" },
      ],
    ],
    [
      "cloud-init wrote a file",
      ["ifup eth1=eth1", "cloud /etc/network/interfaces.d/50-cloud-init"],
      [
        {
          name: "ifupdown",
          file: "/etc/network/interfaces",
          cloudInit: ["/etc/network/interfaces.d/50-cloud-init"],
        },
      ],
    ],
  ])("%s", (_name, lines, owners) => {
    const output = ["link 1 lo", "link 2 eth1", ...lines].join("\n");
    expect(readOwners(output).get("eth1")).toEqual(owners);
  });

  it("is said in words", () => {
    expect(showOwner({ name: "none" })).toBe("nobody");
    expect(showOwner({ name: "networkd", file: "/x" })).toBe("systemd-networkd (/x)");
  });
});

it("asks any host, and finds its interfaces", async () => {
  const { run, dispose } = await shellEnvironment();
  try {
    const ended = await run(OWNERS);
    expect(ended).toMatchObject({ exit: 0, stderr: "" });
    expect([...readOwners(ended.stdout).keys()]).toContain("lo");
  } finally {
    await dispose();
  }
});

describe("the controller", () => {
  it("is who logged in, with the route back", () => {
    const said =
      "10.20.0.2 52100 192.168.1.22 22\ndefault \n\tnexthop via 192.168.1.1 dev eth1 weight 1 \n\tnexthop via 192.168.1.10 dev eth1 weight 1 \n";
    expect(readController(said)).toEqual({
      address: "10.20.0.2",
      via: "192.168.1.22:22",
      route: "default nexthop via 192.168.1.1 dev eth1 weight 1 nexthop via 192.168.1.10 dev eth1 weight 1",
    });
  });
  it("is nobody without ssh", () => expect(readController("\n")).toBeNull());
});
