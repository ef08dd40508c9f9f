import type { Sh } from "../../src/model/sh.js";
import { joinSh, sh } from "../../src/model/sh.js";
import { scriptOf, unitOf } from "../../src/resources/failover/files.js";
import { SCRIPT, UNIT } from "../../src/resources/failover/names.js";
import { failoverParams } from "../../src/resources/failover/params.js";
import { failover } from "../../src/resources/failover.js";
import type { ContractCase } from "./harness.js";

type Params = Parameters<typeof failover>[0];

const DIR = "/etc/systemd/system";
const two = [{ address: "192.168.1.1" }, { address: "192.168.1.10" }];
const kernel = { mode: "kernel", interface: "eth1", gateways: two } satisfies Params;
const pinned = {
  mode: "pinned",
  interface: "eth1",
  gateways: two,
  targets: ["203.0.113.10"],
} satisfies Params;

/** A host with the guide's route, and no trace of failover. */
const clean = sh`systemctl -q disable --now ${UNIT} 2>/dev/null || :
[ ! -e ${SCRIPT} ] || sh ${SCRIPT} down
rm -f ${SCRIPT} ${`${DIR}/${UNIT}`}
systemctl daemon-reload
ip route replace default scope global nexthop via 192.168.1.1 dev eth1 nexthop via 192.168.1.10 dev eth1`;

/** Puts a mode in force without the engine. */
function inForce(input: Params): Sh {
  const p = failoverParams.parse(input);
  if (p.mode === "none") return sh`:`;
  return sh`printf %s ${scriptOf(p)} > ${SCRIPT}
chmod 755 ${SCRIPT}
printf %s ${unitOf(p)} > ${`${DIR}/${UNIT}`}
systemctl -q enable --now ${UNIT}`;
}

/** All that a mode touches; whether a neighbour answers at the moment is not of it. */
const snapshot = sh`ls -l ${SCRIPT} ${`${DIR}/${UNIT}`} 2>/dev/null | sed 's/ [A-Z][a-z][a-z] .*:[0-9]* / /'
cat ${SCRIPT} ${`${DIR}/${UNIT}`} 2>/dev/null
systemctl show -p UnitFileState,ActiveState -- ${UNIT}
ip route; ip rule; ip route show table 5801; ip route show table 5802
nft list ruleset
ip neigh show dev eth1 | grep -o '^192.168.1.10* .*managed extern_learn' | sed 's/lladdr [^ ]*//; s/ router//; s/  */ /g' | sort
grep -s '' /proc/sys/net/ipv4/fib_multipath_use_neigh /proc/sys/net/ipv4/neigh/eth1/*
ls -A /run/surefoot-failover 2>/dev/null | grep -v out || :`;

/** What must hold for failover on a real host. */
export function cases(): readonly ContractCase[] {
  const one = (name: string, before: readonly Sh[], params: Params): ContractCase => ({
    name,
    needs: "systemd",
    prepare: joinSh([clean, ...before]),
    task: failover(params),
    snapshot,
  });
  return [
    one("none where none is", [], { mode: "none" }),
    one("kernel where none is", [], kernel),
    one("pinned where none is, three gateways, by weights", [], {
      ...pinned,
      gateways: [{ address: "192.168.1.1", weight: 3 }, ...two.slice(1), { address: "192.168.1.99" }],
      table: 6001,
      priority: 600,
      markShift: 24,
    }),
    one("pinned becomes none", [inForce(pinned)], { mode: "none" }),
    one("kernel becomes pinned", [inForce(kernel)], pinned),
    one("pinned gets another interval", [inForce(pinned)], { ...pinned, interval: 2 }),
  ];
}
