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

/** All nexthop objects and all routes of all tables, as text, without what the kernel changes by itself, some of it a second later. */
const snapshot = sh`ip -d nexthop show | sed 's/ unbalanced_time [0-9.e+]*//'
for f in 4 6; do
ip -d -$f route show table all | grep -v 'proto kernel' | sed 's/ expires [0-9]*sec//; s/ linkdown//; s/ dead//; s/ unbalanced_time [0-9.e+]*//'
done`;

/** The same with the kernel's compatible notation off: a route then does not say what its nexthop object holds. */
const terse = sh`sysctl -qw net.ipv4.nexthop_compat_mode=0`;

const A = "192.168.1.1";
const B = "192.168.1.10";
const C = "192.168.1.11";
const ecmp = {
  to: "default",
  scope: "global",
  via: [
    { gateway: A, dev: "eth1", weight: 1 },
    { gateway: B, dev: "eth1", weight: 1 },
  ],
} as const;

type One = (name: string, before: Sh, params: Parameters<typeof route>[0]) => ContractCase;

/** Nexthop objects of somebody else. */
const others = sh`ip nexthop add id 5 via ${A} dev eth1; ip nexthop add id 6 via ${B} dev eth1 proto zebra; ip nexthop add id 7 group 5,3/6; ip route add 10.0.0.0/8 nhid 7`;

const plain = sh`ip route add default scope global nexthop via ${A} dev eth1 weight 1 nexthop via ${B} dev eth1 weight 1`;

/** Objects as an earlier run has made them, from 4000 on; `more` is what it did besides. */
const made = (group: string, more: Sh = sh`ip route add default nhid 4000`): Sh =>
  sh`ip nexthop add id 4001 via ${A} dev eth1 proto 83
ip nexthop add id 4002 via ${B} dev eth1 proto 83
ip nexthop add id 4000 group ${{ sh: group }} proto 83
${more}`;

const group = { ...ecmp, nexthops: { type: "group", id: 4000 } } as const;
const resilient = { ...ecmp, nexthops: { type: "resilient", id: 4000, buckets: 32 } } as const;
const RESILIENT = "4001/4002 type resilient buckets 32 idle_timer 120 unbalanced_timer 0";
const six = {
  to: "::/0",
  via: [
    { gateway: "fd00::1", dev: "eth1", weight: 3 },
    { gateway: "fe80::2", dev: "eth1" },
  ],
} as const;
const sixPlain = sh`ip -6 route add default nexthop via fd00::1 dev eth1 weight 3 nexthop via fe80::2 dev eth1`;

/** Ways to nexthop objects, between them, and back. */
function objectCases(one: One): readonly ContractCase[] {
  const groups: readonly ContractCase[] = [
    one("a group where no default is", others, { ...ecmp, nexthops: "group" }),
    one("a group in place of two next hops", sh`${others}; ${plain}`, { ...ecmp, nexthops: "group" }),
    one(
      "a group in place of a DHCP client's",
      sh`ip route add default via ${A} dev eth1 proto dhcp src 192.168.1.20 mtu lock 1400 realm 3`,
      { ...ecmp, nexthops: "group" },
    ),
    one("a group in place of another's", sh`${others}; ip route add default nhid 7`, {
      ...ecmp,
      nexthops: "group",
    }),
    one("a group that is there", sh`${others}; ${made("4001/4002")}`, group),
    one("a group that is there, its order another", made("4002/4001"), group),
    one("a group of other weights", sh`${others}; ${made("4001,3/4002")}`, group),
    one("a group of another next hop", made("4001/4002"), {
      ...group,
      via: [
        { gateway: A, dev: "eth1" },
        { gateway: C, dev: "eth1", weight: 2 },
      ],
    }),
    one("a group that gets a third next hop", made("4001/4002"), {
      ...group,
      via: [...ecmp.via, { gateway: C, dev: "eth1" }],
    }),
    one("a group of one", sh`ip route add default via ${A} dev eth1`, {
      to: "default",
      gateway: A,
      dev: "eth1",
      nexthops: "group",
    }),
    one("a group that no route leads to any more", made("4001,7/4002", sh`:`), group),
    one("a group from other numbers", made("4001/4002"), { ...group, nexthops: { type: "group", id: 9000 } }),
    one("a group with onlink, a source and an mtu", plain, {
      to: "default",
      via: [
        { gateway: "10.9.9.9", dev: "eth1", onlink: true },
        { gateway: "fe80::1", dev: "eth1" },
      ],
      family: 4,
      src: "192.168.1.20",
      mtu: 1400,
      nexthops: "group",
    }),
    one("a group of interfaces, in another table", sh`:`, {
      to: "10.0.0.0/8",
      dev: "eth1",
      table: 100,
      metric: 5,
      nexthops: "group",
    }),
    one("a group where the route does not tell", sh`${terse}; ${others}; ${made("4001,3/4002")}`, group),
  ];
  const resilients: readonly ContractCase[] = [
    one("a resilient group in place of two next hops", sh`${others}; ${plain}`, {
      ...ecmp,
      nexthops: "resilient",
    }),
    one("a resilient group in place of a group", made("4001/4002"), resilient),
    one("a group in place of a resilient one", made(RESILIENT), group),
    one("a resilient group that is there", made(RESILIENT), resilient),
    one("a resilient group of other times and weights", made(RESILIENT.replace("4001/", "4001,3/")), {
      ...resilient,
      nexthops: { ...resilient.nexthops, idleTimer: 0, unbalancedTimer: 300 },
    }),
    one("a resilient group of another size", made(RESILIENT), {
      ...resilient,
      nexthops: { ...resilient.nexthops, buckets: 64 },
    }),
  ];
  const back: readonly ContractCase[] = [
    one("two next hops in place of a group of ours", sh`${others}; ${made("4001/4002")}`, {
      ...ecmp,
      nexthops: "route",
    }),
    one("two next hops in place of a resilient group of ours", made(RESILIENT), {
      ...ecmp,
      nexthops: "route",
    }),
    one("two next hops in place of another's group", sh`${others}; ip route add default nhid 7`, {
      ...ecmp,
      nexthops: "route",
    }),
    one("two next hops as they are", sh`${others}; ${plain}`, { ...ecmp, nexthops: "route" }),
    one("a group of ours that nobody asks about stays", made("4001/4002"), ecmp),
    one("a group that is not wanted", sh`${others}; ${made("4001/4002")}`, {
      to: "default",
      state: "absent",
      nexthops: { type: "group", id: 4000 },
    }),
    one("objects that are left of a group that is not wanted", made("4001/4002", sh`:`), {
      to: "default",
      state: "absent",
      nexthops: { type: "group", id: 4000 },
    }),
  ];
  const sixes: readonly ContractCase[] = [
    one("IPv6: a group in place of two next hops", sixPlain, { ...six, nexthops: "group" }),
    one(
      "IPv6: a resilient group in place of one",
      sh`ip -6 route add default via fd00::1 dev eth1 pref high`,
      {
        ...six,
        nexthops: "resilient",
      },
    ),
    one(
      "IPv6: two next hops in place of a group",
      sh`ip nexthop add id 4001 via fd00::1 dev eth1 proto 83
ip nexthop add id 4002 via fe80::2 dev eth1 proto 83
ip nexthop add id 4000 group 4001,3/4002 proto 83
ip -6 route add default nhid 4000`,
      { ...six, nexthops: "route" },
    ),
    one(
      "IPv6: a group of other weights",
      sh`ip nexthop add id 4001 via fd00::1 dev eth1 proto 83
ip nexthop add id 4002 via fe80::2 dev eth1 proto 83
ip nexthop add id 4000 group 4001/4002 proto 83
ip -6 route add default nhid 4000`,
      { ...six, nexthops: { type: "group", id: 4000 } },
    ),
    one(
      "IPv6: a group of interfaces that is not wanted",
      sh`ip -6 nexthop add id 4001 dev eth1 proto 83
ip nexthop add id 4000 group 4001 proto 83
ip -6 route add fd01::/64 nhid 4000`,
      {
        to: "fd01::/64",
        state: "absent",
        nexthops: { type: "group", id: 4000 },
      },
    ),
  ];
  return [...groups, ...resilients, ...back, ...sixes];
}

/** What must hold for a route, whatever was there before. */
export function cases(): readonly ContractCase[] {
  const one: One = (name, before, params) => ({
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
    one(
      "in place of a nexthop object's that the route does not tell",
      sh`${terse}\n${others}; ip route add default nhid 7`,
      ecmp,
    ),
    ...objectCases(one),
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
