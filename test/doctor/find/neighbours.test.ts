import { test } from "../cases.js";
import { hop, LAN, route, routes, settings } from "../healthy.js";

const one = (state: string): string =>
  `192.168.1.1 dev eth1 lladdr ba:e3:47:5b:07:78 REACHABLE\n192.168.1.10 dev eth1 ${state}\n`;
const blind = settings({ "ipv4/fib_multipath_use_neigh": "0" });

test([
  {
    name: "a gateway that does not answer, and nobody looks",
    prints: { neighbours: one("FAILED"), settings: blind },
    finds: ["problem neighbour-dead", "note failover-none"],
    says: ["192.168.1.10 on eth1 is FAILED", "goes on sending its share", "-e 'failover=kernel'"],
  },
  {
    name: "a gateway that is being looked for, and the kernel avoids it",
    prints: { neighbours: one("INCOMPLETE") },
    finds: ["problem neighbour-dead", "note failover-slow"],
    says: ["is INCOMPLETE", "sends new flows to the others"],
  },
  {
    name: "a kernel that looks at its neighbours, and asks nobody by itself",
    prints: { neighbours: one("lladdr c6:9b:3d:7d:6a:86 managed extern_learn STALE") },
    finds: ["note failover-slow"],
    says: [/keeps asking for 192\.168\.1\.1$/m, "is not enough", "-e 'failover=kernel'"],
  },
  { name: "an idle host has no entries", prints: { neighbours: "" }, finds: ["note failover-slow"] },
  {
    name: "a dead neighbour that is no gateway",
    prints: { neighbours: "192.168.1.77 dev eth1 FAILED\n" },
    finds: ["note failover-slow"],
  },
  {
    name: "the gateway's address on another interface",
    prints: { neighbours: "192.168.1.1 dev eth2 FAILED\n" },
    finds: ["note failover-slow"],
  },
  {
    name: "both gateways are one machine",
    prints: { neighbours: one("lladdr ba:e3:47:5b:07:78 STALE") },
    finds: ["risk neighbour-same-machine", "note failover-slow"],
    says: ["192.168.1.1 and 192.168.1.10 both answer from ba:e3:47:5b:07:78"],
  },
  {
    name: "a gateway written down by hand",
    prints: { neighbours: one("lladdr c6:9b:3d:7d:6a:86 PERMANENT") },
    finds: ["risk neighbour-permanent", "note failover-slow"],
    says: ["host: ip neigh del 192.168.1.10 dev eth1"],
  },
  {
    name: "a table that is close to full",
    prints: {
      settings: settings({ "ipv4/neigh/default/gc_thresh3": "4" }),
      neighbours: ["2", "3", "4", "5"]
        .map((n) => `192.168.1.${n} dev eth1 lladdr 02:00:00:00:00:0${n} STALE\n`)
        .join(""),
    },
    finds: ["risk neighbour-table-full", "note failover-slow"],
    says: ["4 IPv4 neighbours, and the kernel keeps 4"],
  },
  {
    name: "an IPv6 gateway that does not answer",
    prints: {
      routes6: routes(
        route({ nexthops: [hop("fe80::1"), hop("fe80::2")], metric: 1024 }),
        route({ dst: "fe80::/64", dev: "eth1" }),
      ),
      settings: settings({ "ipv6/fib_multipath_hash_policy": "1" }),
      dropins:
        "file /etc/sysctl.d/a.conf\n\n/etc/sysctl.d/a.conf:1:net.ipv6.fib_multipath_hash_policy=1\n/etc/sysctl.d/a.conf:2:net.ipv4.fib_multipath_hash_policy=1\n",
      routes4: routes(route({ nexthops: [hop("192.168.1.1"), hop("192.168.1.10")] }), LAN),
      neighbours: "fe80::2 dev eth1 FAILED\n",
    },
    finds: ["problem neighbour-dead", "note failover-slow"],
    says: ["fe80::2 on eth1 is FAILED"],
  },
  {
    name: "flows move on new kernels",
    prints: { kernel: "6.18.44\n" },
    finds: ["note kernel-rehashes"],
  },
  { name: "and not on those before", prints: { kernel: "6.15.2\n" }, finds: [] },
]);
