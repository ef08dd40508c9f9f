import type { Sh } from "../../src/model/sh.js";
import { sh } from "../../src/model/sh.js";
import { route } from "../../src/resources/route.js";
import type { ContractCase } from "./harness.js";

/** A host with one interface, as the guide has it, and IPv6. */
const host = sh`ip link add eth1 type veth peer name peer
ip link set peer up
ip link set eth1 up
ip addr add 192.168.1.20/24 dev eth1
ip -6 addr add fd00::20/64 dev eth1 nodad`;

/** All routes of all tables, as text, without what the kernel changes by itself, some of it a second later. */
const snapshot = sh`for f in 4 6; do
ip -d -$f route show table all | grep -v 'proto kernel' | sed 's/ expires [0-9]*sec//; s/ linkdown//; s/ dead//'
done`;

const A = "192.168.1.1";
const B = "192.168.1.10";
const ecmp = {
  to: "default",
  scope: "global",
  via: [
    { gateway: A, dev: "eth1", weight: 1 },
    { gateway: B, dev: "eth1", weight: 1 },
  ],
} as const;

/** What must hold for a route, whatever was there before. */
export function cases(): readonly ContractCase[] {
  const one = (name: string, before: Sh, params: Parameters<typeof route>[0]): ContractCase => ({
    name,
    needs: "netns",
    prepare: sh`${host}\n${before}`,
    task: route(params),
    snapshot,
  });
  return [
    one("two next hops where no default is", sh`:`, ecmp),
    one("two next hops in place of one", sh`ip route add default via ${A} dev eth1`, ecmp),
    one(
      "two next hops in place of a DHCP client's, with source, mtu and lock",
      sh`ip route add default via ${A} dev eth1 proto dhcp src 192.168.1.20 mtu lock 1400 advmss 1360`,
      ecmp,
    ),
    one(
      "metrics with units, features and realms",
      sh`ip route add default via ${A} dev eth1 rtt 10ms rttvar 20ms rto_min 300ms cwnd lock 7 features ecn congctl reno quickack 1 realm 2/3`,
      ecmp,
    ),
    one(
      "in sync in another order",
      sh`ip route add default nexthop via ${B} dev eth1 nexthop via ${A} dev eth1`,
      ecmp,
    ),
    one(
      "other weights",
      sh`ip route add default nexthop via ${B} dev eth1 weight 256 nexthop via ${A} dev eth1 weight 2`,
      ecmp,
    ),
    one(
      "a default of another metric stays",
      sh`ip route add default via ${A} dev eth1 metric 100 proto dhcp`,
      ecmp,
    ),
    one(
      "the same gateway at another metric stays when ours goes",
      sh`ip route add default via ${A} dev eth1 metric 100; ip route add default via ${A} dev eth1`,
      { to: "default", state: "absent" },
    ),
    one(
      "several defaults of one metric",
      sh`ip route add default via ${A} dev eth1; ip route append default via ${B} dev eth1`,
      ecmp,
    ),
    one(
      "one next hop in place of two",
      sh`ip route add default nexthop via ${A} dev eth1 weight 3 nexthop via ${B} dev eth1`,
      {
        to: "0.0.0.0/0",
        gateway: A,
        dev: "eth1",
      },
    ),
    one(
      "onlink and another source",
      sh`ip route add default via 10.9.9.9 dev eth1 onlink src 192.168.1.20`,
      ecmp,
    ),
    one("a next hop without its interface", sh`ip route add 10.0.0.0/8 via ${B} dev eth1`, {
      to: "10.0.0.0/8",
      gateway: A,
    }),
    one("a network on the link, by a metric, marked static", sh`:`, {
      to: "10.0.0.0/8",
      dev: "eth1",
      metric: 50,
      protocol: "static",
    }),
    one("in place of a blackhole", sh`ip route add blackhole 10.0.0.0/8`, { to: "10.0.0.0/8", gateway: A }),
    one(
      "in place of a nexthop object's",
      sh`ip nexthop add id 5 via ${A} dev eth1; ip nexthop add id 6 via ${B} dev eth1; ip nexthop add id 7 group 5,3/6; ip route add default nhid 7`,
      ecmp,
    ),
    one("a table that nothing is in", sh`:`, { ...ecmp, table: 100 }),
    one(
      "a table by its number, with a source and an mtu",
      sh`ip route add default via ${A} dev eth1 table 100`,
      {
        ...ecmp,
        table: "100",
        src: "192.168.1.20",
        mtu: 1400,
      },
    ),
    one("over an IPv6 gateway", sh`ip route add default via ${A}`, {
      to: "default",
      family: 4,
      gateway: "fe80::1",
      dev: "eth1",
    }),
    one("not there and not wanted", sh`ip route add default via ${A} metric 7`, {
      to: "default",
      state: "absent",
    }),
    one(
      "not wanted, with two next hops",
      sh`ip route add default nexthop via ${A} dev eth1 nexthop via ${B} dev eth1 weight 9`,
      {
        to: "default",
        state: "absent",
      },
    ),
    one(
      "a route for a type of service is another one",
      sh`ip route add default tos 0x10 via ${A} dev eth1`,
      ecmp,
    ),
    one(
      "a next hop without carrier",
      sh`ip route add default via ${A} dev eth1; ip link set peer down`,
      ecmp,
    ),
    one(
      "IPv6: two next hops in place of one",
      sh`ip -6 route add default via fd00::1 dev eth1 mtu 1400 pref high`,
      {
        to: "::/0",
        via: [
          { gateway: "fd00:0::1", dev: "eth1", weight: 3 },
          { gateway: "FD00::2", dev: "eth1" },
        ],
      },
    ),
    one(
      "IPv6: the whole group is another",
      sh`ip -6 route add default nexthop via fd00::3 dev eth1 nexthop via fd00::4 dev eth1 weight 5`,
      {
        to: "default",
        via: [
          { gateway: "fd00::1", dev: "eth1" },
          { gateway: "fd00::2", dev: "eth1" },
        ],
      },
    ),
    one(
      "IPv6: one in place of a group, and back",
      sh`ip -6 route add fd01::/64 metric 5 nexthop via fd00::3 dev eth1 nexthop via fd00::4 dev eth1`,
      {
        to: "fd01::/64",
        gateway: "fe80::9",
        dev: "eth1",
        metric: 5,
      },
    ),
    one("IPv6: in place of a blackhole", sh`ip -6 route add blackhole fd01::/64`, {
      to: "fd01::/64",
      gateway: "fd00::1",
      dev: "eth1",
    }),
    one(
      "IPv6: not wanted",
      sh`ip -6 route add default nexthop via fd00::3 dev eth1 nexthop via fd00::4 dev eth1; ip -6 route add default via fd00::5 metric 9`,
      {
        to: "::/0",
        state: "absent",
      },
    ),
    one(
      "IPv6: a router advertisement's default at the usual metric stays",
      sh`ip -6 route add default via fe80::1 dev eth1 proto ra expires 900`,
      {
        to: "::/0",
        gateway: "fd00::1",
        dev: "eth1",
        metric: 512,
      },
    ),
  ];
}
