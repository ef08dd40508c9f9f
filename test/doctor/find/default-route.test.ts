import { test } from "../cases.js";
import {
  ECMP,
  hop,
  KEEPER,
  LAN,
  NO_FAILOVER,
  route,
  routes,
  shown,
  unitShown,
  units,
  WAITER,
} from "../healthy.js";

const single = (gateway: string, more: object = {}): object =>
  route({ gateway, dev: "eth1", protocol: "dhcp", ...more });
const noUnit = units(shown("ecmp-route.service", "inactive", "", "not-found"), NO_FAILOVER, WAITER, KEEPER);

test([
  { name: "is silent of a healthy host", prints: {}, finds: [] },
  {
    name: "no default at all, though the unit would set one",
    prints: { routes4: routes(LAN) },
    finds: ["problem default-missing"],
    says: [
      "no IPv4 default",
      "via 192.168.1.1 dev eth1 weight 1, 192.168.1.10",
      "controller: surefoot run playbooks/ecmp.ts -i inv --limit c1",
    ],
  },
  {
    name: "a DHCP default of a lower metric goes before ours",
    prints: { routes4: routes(single("192.168.1.1"), { ...ECMP, metric: 200 }, LAN) },
    finds: ["problem default-shadowed"],
    says: [
      "default via 192.168.1.1 dev eth1 (dhcp) goes before default metric 200 via 192.168.1.1 dev eth1 weight 1",
      "a DHCP client set it; eth1 is managed by systemd-networkd",
      "comes back at the next renewal",
      "host: ip -4 route del default via 192.168.1.1 dev eth1 metric 0",
    ],
  },
  {
    name: "two routes of one next hop instead of one of two",
    prints: {
      routes4: routes(single("192.168.1.1"), single("192.168.1.10", { metric: 100 }), LAN),
      units: noUnit,
    },
    finds: ["problem default-split"],
    says: ["not one route with several", "lowest metric takes everything"],
  },
  {
    name: "the one default of a host that never was a client",
    prints: { routes4: routes(single("192.168.1.1"), LAN), units: noUnit },
    finds: ["problem default-single"],
    says: ["all traffic takes 192.168.1.1", "was not made a client"],
  },
  {
    name: "ours was replaced behind the unit's back",
    prints: { routes4: routes(single("192.168.1.1"), LAN) },
    finds: ["problem default-single"],
    says: ["ecmp-route.service would set 2 next hops", "a DHCP renewal"],
  },
  {
    name: "a DHCP default stays behind ours",
    prints: { routes4: routes(single("192.168.1.1", { metric: 100 }), ECMP, LAN) },
    finds: ["note default-behind"],
    says: ["default metric 100 via 192.168.1.1 dev eth1 (dhcp)", "takes over if that one goes"],
  },
  {
    name: "two defaults of one metric",
    prints: { routes4: routes(ECMP, single("192.168.1.1"), LAN) },
    finds: ["risk default-twins"],
    says: ["2 defaults of metric 0", "uses the first"],
  },
  {
    name: "a VPN's two halves",
    prints: {
      routes4: routes(
        ECMP,
        route({ dst: "0.0.0.0/1", dev: "tun0", scope: "link" }),
        route({ dst: "128.0.0.0/1", dev: "tun0", scope: "link" }),
        LAN,
      ),
    },
    finds: ["problem default-halves"],
    says: [
      "0.0.0.0/1 dev tun0",
      "VPN client",
      "host: ip -4 route del 0.0.0.0/1 dev tun0; ip -4 route del 128.0.0.0/1 dev tun0",
    ],
  },
  {
    name: "a default that leads nowhere",
    prints: { routes4: routes(route({ type: "unreachable" }), LAN) },
    finds: ["problem default-nowhere"],
    says: ["is unreachable (metric 0)", "kill switch"],
  },
  {
    name: "a nexthop object",
    prints: { routes4: routes({ ...ECMP, nhid: 10 }, LAN) },
    finds: ["note default-object"],
    says: ["nexthop object 10 (2 next hops)", "FRR"],
  },
  {
    name: "a nexthop object of a route of ours",
    prints: { routes4: routes({ ...ECMP, nhid: 1673200640 }, LAN) },
    finds: ["note default-object"],
    says: ["A task `route` with `nexthops` made it", "loses its carrier"],
  },
  {
    name: "a nexthop object that the route does not tell",
    prints: {
      routes4: `${routes({ dst: "default", flags: [], nhid: 10 }, LAN)}${JSON.stringify([
        { id: 1, gateway: "192.168.1.1", dev: "eth1", flags: [] },
        { id: 2, gateway: "192.168.1.10", dev: "eth1", flags: [] },
        { id: 10, group: [{ id: 1 }, { id: 2 }], flags: [] },
      ])}\n`,
    },
    finds: ["note default-object"],
    says: ["nexthop object 10 (2 next hops)"],
  },
  {
    name: "routes for a type of service, of other tables and the kernel's own last entry do not count",
    prints: {
      routes4: routes(single("192.168.1.1", { tos: "0x10" }), single("10.0.0.1", { table: "77" }), ECMP, LAN),
      routes6: routes(route({ type: "unreachable", dev: "lo", metric: 4294967295 })),
    },
    finds: [],
  },
  {
    name: "IPv6 has another way out",
    prints: {
      routes6: routes(
        route({
          gateway: "fe80::1",
          dev: "eth1",
          protocol: "ra",
          metric: 1024,
          expires: 1700,
          pref: "medium",
        }),
      ),
    },
    finds: ["note ipv6-other-way"],
    says: ["default metric 1024 via fe80::1 dev eth1 (ra)", "ends in 1700 s"],
  },
  {
    name: "an IPv6 route whose next hops old tools list one by one",
    prints: {
      routes6: routes(
        route({ gateway: "fe80::1", dev: "eth1", metric: 1024 }),
        route({ gateway: "fe80::2", dev: "eth1", metric: 1024 }),
      ),
    },
    finds: ["problem hash-policy"],
    says: ["net.ipv6.fib_multipath_hash_policy is 0"],
  },
  {
    name: "the route is not what the unit sets",
    prints: {
      routes4: routes(route({ nexthops: [hop("192.168.1.1", { weight: 3 }), hop("192.168.1.10")] }), LAN),
    },
    finds: ["risk unit-other-route"],
    says: ["there is via 192.168.1.1 dev eth1 weight 3, 192.168.1.10 dev eth1 weight 1"],
  },
  {
    name: "onlink makes no other route of it",
    prints: {
      routes4: routes(
        route({ nexthops: [hop("192.168.1.1", { flags: ["onlink"] }), hop("192.168.1.10")] }),
        LAN,
      ),
      units: units(unitShown(), NO_FAILOVER, WAITER, KEEPER),
    },
    finds: [],
  },
]);
