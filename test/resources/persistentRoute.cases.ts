import type { Sh } from "../../src/model/sh.js";
import { joinSh, sh } from "../../src/model/sh.js";
import { persistentRoute } from "../../src/resources/persistentRoute.js";
import type { ContractCase } from "./harness.js";

const TWO = {
  dev: "eth1",
  via: [{ gateway: "192.168.1.1" }, { gateway: "192.168.1.10", weight: 3 }],
} as const;

const KEEPER = "surefoot-route-eth1.service";

/** What earlier cases and tests left goes; a client of any owner is then as it was made. */
const clean = sh`systemctl disable --quiet --now ${KEEPER} 2>/dev/null || :
rm -f /etc/systemd/system/${KEEPER} /etc/network/if-up.d/surefoot-route-eth1 /etc/dhcp/dhclient-exit-hooks.d/surefoot-route-eth1
rm -rf /etc/systemd/network/10-eth1.network.d
[ ! -f /etc/systemd/network/10-eth1.network ] || sed -i 's/^#surefoot# //' /etc/systemd/network/10-eth1.network
systemctl daemon-reload`;

const reload = sh`networkctl reload; sleep 1`;

/** All that is kept for startup, and what the owner has made of it. */
const snapshot = sh`for f in /etc/systemd/network/* /etc/systemd/network/*.d/* /etc/network/interfaces /etc/network/if-up.d/* /etc/dhcp/*.d/* /etc/systemd/system/surefoot*; do
[ ! -f "$f" ] || { stat -c '%n %A %U:%G' "$f"; cat "$f"; }
done
systemctl is-enabled ${KEEPER} 2>/dev/null || :
systemctl is-active ${KEEPER} || :
if systemctl is-active --quiet NetworkManager; then nmcli -g ipv4.routes,ipv4.gateway connection show eth1; fi
sleep 1
ip route show default
ip -4 address show eth1 | grep inet`;

/** What must hold for each owner, on a real host that it owns. */
export function cases(): readonly ContractCase[] {
  const one = (
    owner: NonNullable<ContractCase["owner"]>,
    name: string,
    before: readonly Sh[],
    params: Parameters<typeof persistentRoute>[0] = TWO,
  ): ContractCase => ({
    name: `${owner}: ${name}`,
    owner,
    needs: "systemd",
    prepare: joinSh([clean, ...before]),
    task: persistentRoute(params),
    snapshot,
  });
  return [
    one("networkd", "its own gateway gives way", [reload]),
    one("networkd", "one gateway of other weight", [reload], {
      ...TWO,
      via: [{ gateway: "192.168.1.10" }],
    }),
    one("networkmanager", "routes beside its own gateway", [
      sh`nmcli connection modify eth1 ipv4.routes "10.99.0.0/16 192.168.1.1"; nmcli device reapply eth1; sleep 1`,
    ]),
    one("networkmanager", "one weight changes", [
      sh`nmcli connection modify eth1 ipv4.routes "0.0.0.0/0 192.168.1.1 0 weight=1, 0.0.0.0/0 192.168.1.10 0 weight=9"; nmcli device reapply eth1; sleep 1`,
    ]),
    one("ifupdown", "nothing is there", []),
    one("ifupdown", "an older script, and the keeper stopped", [
      sh`echo '# old' > /etc/network/if-up.d/surefoot-route-eth1
printf '[Service]\\nExecStart=/bin/sleep 1d\\n[Install]\\nWantedBy=multi-user.target\\n' > /etc/systemd/system/${KEEPER}
systemctl enable --quiet ${KEEPER}`,
    ]),
    one("ifupdown", "whatever the owner, the keeper alone", [], { ...TWO, owner: "none" }),
  ];
}
