import { test } from "../cases.js";
import { hop, interfaces, LAN, route, routes, settings } from "../healthy.js";

const flagged = (...flags: readonly string[]): string =>
  routes(route({ nexthops: [hop("192.168.1.1", { flags }), hop("192.168.1.10")] }), LAN);
const addresses = (own: string): string => interfaces({ lo: ["127.0.0.1/8"], eth1: [own] });
const elsewhere = (more: object = {}): string =>
  routes(
    route({ nexthops: [hop("192.168.1.1", more), hop("192.168.1.10", more)] }),
    route({ dst: "10.9.0.0/24", dev: "eth1", protocol: "kernel", scope: "link" }),
  );

test([
  {
    name: "a next hop without link, which is used all the same",
    prints: { routes4: flagged("linkdown") },
    finds: ["problem hop-linkdown"],
    says: [
      "eth1 has no carrier",
      "still sends flows there",
      "host: sysctl -w net/ipv4/conf/eth1/ignore_routes_with_linkdown=1",
    ],
  },
  {
    name: "a next hop without link, which is left out",
    prints: {
      routes4: flagged("linkdown", "dead"),
      links: "0x1003 1 eth1\n",
      settings: settings({ "ipv4/conf/all/ignore_routes_with_linkdown": "1" }),
    },
    finds: ["problem hop-linkdown"],
    says: ["leaves it out as ignore_routes_with_linkdown is 1"],
  },
  {
    name: "a dead next hop, its interface being off",
    prints: { routes4: flagged("dead"), links: "0x1002 0 eth1\n0x9 1 lo\n" },
    finds: ["problem interface-down", "problem hop-dead"],
    says: ["host: ip link set eth1 up"],
  },
  {
    name: "gateways that no network of the interface holds",
    prints: { routes4: elsewhere(), interfaces: addresses("10.9.0.5/24") },
    finds: ["risk hop-off-link", "risk hop-off-link"],
    says: ["no network of eth1 holds 192.168.1.1; eth1 has 10.9.0.5/24", "Nexthop has invalid gateway"],
  },
  {
    name: "onlink hides a wrong network",
    prints: { routes4: elsewhere({ flags: ["onlink", "pervasive"] }), interfaces: addresses("10.9.0.5/24") },
    finds: ["risk hop-off-link", "risk hop-off-link"],
    says: ["(onlink)", "hides behind it"],
  },
  {
    name: "a gateway that is the host itself",
    prints: { interfaces: addresses("192.168.1.10/24") },
    finds: ["problem hop-own-address"],
    says: ["192.168.1.10 is this host's own address on eth1"],
  },
  {
    name: "no carrier",
    prints: { links: "0x1003 0 eth1\n0x9 1 lo\n" },
    finds: ["problem interface-no-carrier"],
  },
  {
    name: "an interface that the unit names is not there",
    prints: { routes4: routes(), links: "0x1003 1 ens5\n0x9 1 lo\n", interfaces: interfaces({ ens5: [] }) },
    finds: ["problem interface-missing", "problem default-missing"],
    says: ["names eth1; the host has ens5", "'interface=ens5'"],
  },
  {
    // As Linux has it: the rule that looks into the table of the VRF is for all packets, and is no bypass.
    name: "an interface that belongs to a VRF",
    prints: {
      routes4: routes(
        route({
          nexthops: [hop("192.168.1.1", { flags: ["onlink"] }), hop("192.168.1.10", { flags: ["onlink"] })],
        }),
        { ...LAN, table: "10" },
      ),
      rules4:
        "0:\tfrom all lookup local\n1000:\tfrom all lookup [l3mdev-table]\n32766:\tfrom all lookup main\n",
    },
    finds: ["problem interface-in-vrf", "risk hop-off-link", "risk hop-off-link"],
    says: ["192.168.1.0/24 of eth1 is in the table 10", "belongs to a VRF", "`table: 10`"],
  },
  {
    name: "an interface without an address",
    prints: { interfaces: interfaces({ eth1: ["fe80::1/64"] }) },
    finds: ["problem address-missing"],
  },
  {
    name: "an address on two interfaces",
    prints: { interfaces: interfaces({ eth1: ["192.168.1.22/24"], eth2: ["192.168.1.22/24"] }) },
    finds: ["risk address-twice"],
    says: ["192.168.1.22 stands on eth1 and eth2"],
  },
  {
    name: "an IPv6 address that another machine has, too",
    prints: {
      interfaces: interfaces({
        eth1: ["192.168.1.22/24", "fd00::22/64 dadfailed tentative", "fe80::1/64"],
        // Not on a way out.
        eth2: ["fd01::22/64 dadfailed tentative"],
      }),
    },
    finds: ["problem address-duplicate"],
    says: ["fd00::22/64 on eth1 is dadfailed", "Another machine on the link has this address, too"],
  },
  {
    name: "an IPv6 address that is not in use yet, on a way out of IPv6 alone",
    prints: {
      routes6: routes(
        route({ gateway: "fe80::9", dev: "eth2", metric: 1024 }),
        route({ dst: "fe80::/64", dev: "eth2" }),
      ),
      interfaces: interfaces({ eth1: ["192.168.1.22/24"], eth2: ["fd01::22/64 tentative"] }),
    },
    finds: ["risk address-tentative", "note ipv6-other-way"],
    says: ["fd01::22/64 on eth2 is tentative", "look again"],
  },
]);
