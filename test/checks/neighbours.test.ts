import { neighbours } from "../../src/checks/neighbours.js";
import { judgeAll } from "./judge.js";

const check = neighbours({ gateways: ["192.168.1.1", "192.168.1.10"] });
const entry = (address: string, rest: string): string => `${address} dev eth1 ${rest} \n`;
const MAC = "lladdr 1e:18:ae:04:70:16";

judgeAll([
  {
    name: "both known",
    check,
    printed: [entry("192.168.1.1", `${MAC} REACHABLE`) + entry("192.168.1.10", `${MAC} STALE`)],
    verdict: "pass",
    says: ["192.168.1.1 reachable, 192.168.1.10 stale"],
  },
  {
    name: "managed ones",
    check,
    printed: [
      entry("192.168.1.1", `${MAC} managed extern_learn  REACHABLE`) +
        entry("192.168.1.10", `${MAC} managed PERMANENT`),
    ],
    verdict: "pass",
    says: ["permanent"],
  },
  {
    name: "one failed",
    check,
    printed: [entry("192.168.1.1", `${MAC} DELAY`) + entry("192.168.1.10", " FAILED")],
    verdict: "fail",
    says: ["192.168.1.10 does not answer on the link", "192.168.1.1 delay"],
  },
  {
    name: "one never resolved",
    check,
    printed: [entry("192.168.1.1", `${MAC} STALE`)],
    verdict: "unknown",
    says: ["192.168.1.10 has no entry", "probe: true"],
  },
  {
    name: "one in doubt",
    check,
    printed: [entry("192.168.1.1", `${MAC} STALE`) + entry("192.168.1.10", `${MAC} PROBE`)],
    verdict: "unknown",
    says: ["is being looked for"],
  },
  {
    name: "usable on the second of two interfaces",
    check: neighbours({ gateways: ["192.168.1.1"] }),
    printed: [`192.168.1.1 dev eth0  FAILED \n192.168.1.1 dev eth1 ${MAC} REACHABLE \n`],
    verdict: "pass",
    says: [],
  },
  {
    name: "no ip",
    check,
    printed: [{ exit: 127, stderr: "ip is not on the host\n" }],
    verdict: "unknown",
    says: ["ip is not on the host"],
  },
]);
