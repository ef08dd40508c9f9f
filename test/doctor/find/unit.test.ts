import { test } from "../cases.js";
import {
  HEALTHY,
  KEEPER,
  LAN,
  NO_FAILOVER,
  routes,
  shown,
  UNIT,
  unitShown,
  units,
  WAITER,
} from "../healthy.js";

const unit = (more: Readonly<Record<string, string>>, command?: string): string =>
  units(unitShown(more, command), NO_FAILOVER, WAITER, KEEPER);
const failed = unit({ ActiveState: "failed", Result: "exit-code" });
const log = (said: string): string =>
  `2026-11-25T22:21:43+0000 c1 ip[99]: ${said}\n2026-11-25T22:21:43+0000 c1 systemd[1]: ${UNIT}: Failed with result 'exit-code'.\n`;
const ADD =
  "/sbin/ip route add default nexthop via 192.168.1.1 dev eth1 weight 1 nexthop via 192.168.1.10 dev eth1 weight 1";
const noUnit = shown(UNIT, "inactive", "", "not-found");

test([
  {
    name: "an add that fails as a route is there",
    prints: {
      units: unit({ ActiveState: "failed", Result: "exit-code" }, ADD),
      log: log("RTNETLINK answers: File exists"),
    },
    finds: ["risk unit-file-exists", "risk unit-adds"],
    says: [
      "its log: 2026-11-25T22:21:43+0000 c1 ip[99]: RTNETLINK answers: File exists",
      "`ip route add` refuses that",
    ],
  },
  {
    name: "an add that has worked so far",
    prints: { units: unit({}, ADD) },
    finds: ["risk unit-adds"],
  },
  {
    name: "an address that came later than the unit",
    prints: { units: failed, log: log("Error: Nexthop has invalid gateway."), routes4: routes(LAN) },
    finds: ["problem default-missing", "problem unit-no-address"],
  },
  {
    name: "words that iproute2 does not know",
    prints: { units: failed, log: log('Error: "nexthop" or end of line is expected instead of "ping"') },
    finds: ["risk unit-bad-command"],
    says: ["There is no `nexthop ping`"],
  },
  {
    name: "an interface that was not there",
    prints: { units: failed, log: log('Cannot find device "eth1"') },
    finds: ["risk unit-no-interface"],
  },
  {
    name: "a failure that its log does not explain",
    prints: { units: failed, log: "" },
    finds: ["risk unit-failed"],
    says: ["ecmp-route.service is failed (exit-code)"],
  },
  {
    name: "masked",
    prints: { units: unit({ LoadState: "masked", UnitFileState: "masked", ActiveState: "inactive" }) },
    finds: ["risk unit-masked"],
    says: ["host: systemctl unmask ecmp-route.service"],
  },
  {
    name: "a file that can't be loaded",
    prints: {
      units: unit({
        LoadState: "bad-setting",
        LoadError: 'org.freedesktop.systemd1.BadUnitSetting "Unit has a bad unit file setting."',
      }),
    },
    finds: ["risk unit-broken"],
    says: ["is bad-setting: Unit has a bad unit file setting."],
  },
  {
    name: "disabled",
    prints: { units: unit({ UnitFileState: "disabled" }) },
    finds: ["risk unit-disabled"],
    says: ["host: systemctl enable ecmp-route.service"],
  },
  {
    name: "enabled, but never started",
    prints: { units: unit({ ActiveState: "inactive" }) },
    finds: ["risk unit-inactive"],
  },
  {
    name: "not read again by systemd",
    prints: { units: unit({ NeedDaemonReload: "yes" }) },
    finds: ["risk unit-stale"],
    says: ["host: systemctl daemon-reload && systemctl restart ecmp-route.service"],
  },
  {
    name: "ordered before the network, and waiting for nothing",
    prints: { units: unit({ ExecStartPre: "", After: "basic.target" }) },
    finds: ["risk unit-early"],
    says: ["is not ordered after network-online.target"],
  },
  {
    name: "ordered, but pulling nothing in",
    prints: { units: unit({ ExecStartPre: "", Wants: "" }) },
    finds: ["risk unit-early"],
    says: ["does not want it"],
  },
  {
    name: "a target that nothing holds back",
    prints: {
      units: units(
        unitShown({ ExecStartPre: "" }),
        NO_FAILOVER,
        KEEPER,
        shown("systemd-networkd-wait-online.service", "inactive", "disabled"),
      ),
    },
    finds: ["risk unit-early"],
    says: ["systemd-networkd-wait-online.service is disabled"],
  },
  {
    name: "the guide's own unit is in order",
    prints: { units: unit({ ExecStartPre: "" }) },
    finds: [],
  },
  {
    name: "no unit, and nothing else that is known",
    prints: {
      units: units(noUnit, NO_FAILOVER, WAITER),
      storage: "free 9999\nmount rw\n",
      owners: "link 2 eth1\n",
    },
    finds: ["risk unit-missing", "note owner-no-keeper"],
    says: ["gone after the next boot"],
  },
  { name: "no unit, but a keeper", prints: { units: units(noUnit, NO_FAILOVER, WAITER, KEEPER) }, finds: [] },
  {
    name: "no systemd",
    prints: { units: "NoSystemd=yes\n", log: "" },
    finds: ["note systemd-missing"],
  },
  {
    name: "networkd was not told of the route",
    prints: {
      units: units(unitShown(), NO_FAILOVER, WAITER),
      storage: "free 9999\nmount rw\nforeign ManageForeignRoutes=yes\n",
    },
    finds: ["risk owner-undoes"],
    says: [
      "systemd-networkd (/etc/systemd/network/10-eth1.network) (ManageForeignRoutes=yes), which was not told",
      "removes routes that it does not know",
    ],
  },
  {
    name: "NetworkManager was not told of it",
    prints: {
      units: units(unitShown(), NO_FAILOVER, WAITER),
      storage: "free 9999\nmount rw\n",
      owners:
        "link 2 eth1\nrun NetworkManager\nnmversion nmcli tool, version 1.42.4\nnm eth1:connected:abc\n",
    },
    finds: ["risk owner-undoes"],
    says: ["NetworkManager removes routes"],
  },
  {
    name: "a keeper that does not run",
    prints: {
      units: units(
        unitShown(),
        NO_FAILOVER,
        WAITER,
        shown("surefoot-route-eth1.service", "failed", "enabled"),
      ),
    },
    finds: ["risk keeper-stopped"],
    says: ["host: systemctl enable --now surefoot-route-eth1.service"],
  },
  {
    name: "two owners, and files of cloud-init",
    prints: { owners: `${HEALTHY.owners}ifup eth1=eth1\ncloud /etc/netplan/50-cloud-init.yaml\n` },
    finds: ["risk owner-several", "note owner-cloud-init"],
    says: ["systemd-networkd (/etc/systemd/network/10-eth1.network) and by ifupdown"],
  },
  {
    name: "pinning that nobody keeps",
    prints: {
      units: units(unitShown(), shown("surefoot-failover.service", "failed", "enabled"), WAITER, KEEPER),
      failover: "mode pinned eth1 192.168.1.1 192.168.1.10\nnft table ip surefoot_failover\n",
      rules4:
        "0:\tfrom all lookup local\n1000:\tfrom all fwmark 0x10000/0xff0000 lookup main suppress_prefixlength 0\n1001:\tfrom all fwmark 0x10000/0xff0000 lookup 201\n32766:\tfrom all lookup main\n",
    },
    finds: ["problem failover-stopped"],
    says: [
      "still pinned to gateways by their marks (2 rules)",
      "host: systemctl restart surefoot-failover.service",
    ],
  },
  {
    name: "pinning whose table was flushed, and a gateway kept out",
    prints: {
      units: units(unitShown(), shown("surefoot-failover.service", "active", "enabled"), WAITER, KEEPER),
      failover: "mode pinned eth1 192.168.1.1\nout 192.168.1.10 2026-11-25T22:00:00Z\nnft read\nnft \n",
    },
    finds: ["problem failover-out", "risk failover-no-table"],
    says: ["keeps 192.168.1.10 out since 2026-11-25T22:00:00Z"],
  },
  {
    name: "a read-only /etc",
    prints: { storage: "free 9\nmount ro,relatime\nmultipath x\n" },
    finds: ["risk etc-read-only"],
  },
  { name: "a full disk", prints: { storage: "free 9\nmount rw\nmultipath x\n" }, finds: ["risk etc-full"] },
]);
