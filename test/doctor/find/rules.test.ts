import { test } from "../cases.js";
import { ECMP, HEALTHY, LAN, route, routes } from "../healthy.js";

const vpn = routes(ECMP, LAN, route({ gateway: "10.8.0.1", dev: "tun0", table: "51820" }));
const withRule = (rule: string): string =>
  `0:\tfrom all lookup local\n${rule}\n32766:\tfrom all lookup main\n`;

test([
  {
    name: "a rule for all packets that leads them to another table's default",
    prints: { routes4: vpn, rules4: withRule("100:\tfrom all lookup 51820") },
    finds: ["problem rule-bypass"],
    says: [
      "IPv4 rule 100: from all lookup 51820",
      "default via 10.8.0.1 dev tun0 (boot) of table 51820",
      "host: ip -4 rule del priority 100",
    ],
  },
  {
    name: "a rule for some packets",
    prints: { routes4: vpn, rules4: withRule("100:\tfrom 192.168.1.22 lookup 51820") },
    finds: ["note rule-bypass"],
    says: ["from 192.168.1.22", "Right if somebody meant it so"],
  },
  {
    name: "a table without a default lets packets pass on",
    prints: { rules4: withRule("100:\tfrom all lookup 77") },
    finds: [],
  },
  {
    name: "a rule that refuses everything",
    prints: { rules4: withRule("100:\tfrom all unreachable") },
    finds: ["problem rule-bypass"],
    says: ["refuses the packets"],
  },
  {
    name: "a rule behind main is for what main has no route for",
    prints: { routes4: vpn, rules4: `${HEALTHY.rules4}40000:\tfrom all lookup 51820\n` },
    finds: [],
  },
  {
    name: "main is not asked at all",
    prints: { rules4: "0:\tfrom all lookup local\n" },
    finds: ["problem rule-main-missing"],
    says: ["host: ip -4 rule add priority 32766 from all lookup main"],
  },
  { name: "a kernel without IPv6 has no rules of it", prints: { rules6: "", routes6: "" }, finds: [] },
]);
