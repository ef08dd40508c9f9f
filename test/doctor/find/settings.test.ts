import { test } from "../cases.js";
import {
  dropins,
  hop,
  KEEPER,
  LAN,
  NO_FAILOVER,
  route,
  routes,
  settings,
  unitShown,
  units,
} from "../healthy.js";

const POLICY = "net.ipv4.fib_multipath_hash_policy";
const OURS = [`${POLICY} = 1`, "net.ipv4.conf.all.rp_filter = 2", "net.ipv4.conf.eth1.rp_filter = 2"];
const strict = settings({ "ipv4/conf/all/rp_filter": "0", "ipv4/conf/eth1/rp_filter": "1" });

test([
  {
    name: "hash policy 0",
    prints: { settings: settings({ "ipv4/fib_multipath_hash_policy": "0" }) },
    finds: ["problem hash-policy"],
    says: [`${POLICY} is 0`, "all flows to one address take the same gateway", "controller: surefoot run"],
  },
  {
    name: "hash policy 2, which is by addresses too",
    prints: { settings: settings({ "ipv4/fib_multipath_hash_policy": "2" }) },
    finds: ["problem hash-policy"],
  },
  {
    name: "hash policy 3 is by flow",
    prints: { settings: settings({ "ipv4/fib_multipath_hash_policy": "3" }) },
    finds: [],
  },
  {
    name: "a file that is read later overrides",
    prints: {
      dropins: dropins({
        "/etc/sysctl.d/99-ecmp.conf": OURS,
        "/etc/sysctl.d/99-sysctl.conf": ["#", `${POLICY}=0`],
      }),
    },
    finds: ["risk hash-policy-boot"],
    says: [
      `/etc/sysctl.d/99-sysctl.conf:2 sets ${POLICY} to 0 at boot; /etc/sysctl.d/99-ecmp.conf:1 sets 1, which is overridden`,
      `host: f=$(readlink -f /etc/sysctl.d/99-sysctl.conf) && sed -i '2s/^/# /' "$f"`,
    ],
  },
  {
    name: "set by hand alone",
    prints: { dropins: "\n" },
    finds: ["risk hash-policy-boot"],
    says: ["no file of sysctl.d sets it", "brings 0 back"],
  },
  {
    name: "sysctl --system reads otherwise than the boot does",
    prints: { dropins: dropins({ "/etc/sysctl.d/99-ecmp.conf": OURS, "/etc/sysctl.conf": [`${POLICY}=0`] }) },
    finds: ["risk hash-policy-procps"],
    says: ["/etc/sysctl.conf:1"],
  },
  {
    name: "a kernel without routes of several next hops",
    prints: { settings: settings().replace("ipv4/fib_multipath_hash_policy:1\n", "") },
    finds: ["problem hash-policy-missing"],
  },
  {
    name: "strict filtering on the one interface",
    prints: { settings: strict },
    finds: ["risk rp-filter-strict"],
    says: [
      "rp_filter of eth1 is 1, strict (all 0, eth1 1: the larger counts); 3 packets",
      "so something has set it since",
    ],
  },
  {
    name: "strict filtering where flows come back by several interfaces",
    prints: {
      settings: `${strict}ipv4/conf/eth2/rp_filter:0\n`,
      routes4: routes(
        route({ nexthops: [hop("192.168.1.1"), hop("10.0.0.1", { dev: "eth2" })] }),
        LAN,
        route({ dst: "10.0.0.0/24", dev: "eth2", scope: "link" }),
      ),
      links: "0x1003 1 eth1\n0x1003 1 eth2\n",
      interfaces: JSON.stringify(
        ["eth1 192.168.1.22", "eth2 10.0.0.2"].map((one) => {
          const [ifname, local] = one.split(" ");
          return { ifname, addr_info: [{ family: "inet", local, prefixlen: 24 }] };
        }),
      ),
      units: units(unitShown({}, "/usr/local/bin/route-it"), NO_FAILOVER, KEEPER),
    },
    finds: ["problem rp-filter-strict", "note failover-slow"],
    says: ["Replies that come in by another interface"],
  },
  {
    name: "all loosens a strict interface",
    prints: { settings: settings({ "ipv4/conf/eth1/rp_filter": "1" }) },
    finds: [],
  },
  {
    name: "filtering off is not strict",
    prints: { settings: settings({ "ipv4/conf/all/rp_filter": "0", "ipv4/conf/eth1/rp_filter": "0" }) },
    finds: [],
  },
  {
    name: "strict again after the next boot",
    prints: {
      dropins: dropins({
        "/etc/sysctl.d/99-ecmp.conf": [`${POLICY} = 1`],
        "/usr/lib/sysctl.d/50-default.conf": ["net.ipv4.conf.*.rp_filter = 1"],
      }),
    },
    finds: ["risk rp-filter-boot"],
    says: ["is 2 now, but /usr/lib/sysctl.d/50-default.conf:1 makes it 1"],
  },
]);
