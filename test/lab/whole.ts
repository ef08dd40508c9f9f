import type { ErrorData } from "../../src/model/error.js";
import type { Ran } from "../support/cli.js";
import { eventsOf } from "../support/cli.js";
import { inBox, until } from "./fleet.js";

/** All that the flagship job, or its undoing, could leave different on a client, as the client's own tools tell it. */
export const state = (client: string): Promise<string> =>
  inBox(
    client,
    `ip -d route; ip rule
sysctl -a 2>/dev/null | grep -E 'fib_multipath_hash_policy|rp_filter'
ls -lR /etc/sysctl.d /etc/systemd/system /var/lib/surefoot 2>&1 | sed -E 's/ [A-Z][a-z][a-z] [0-9 ]* [0-9:]* / /; s/^total.*//; s/^([^ ]+) +[0-9]+ /\\1 /'
cat /etc/sysctl.d/* /etc/systemd/system/*.service; ls /run/surefoot/lease
find /etc/network /etc/systemd/network /etc/dhcp | sort; find /etc/network /etc/systemd/network /etc/dhcp -type f -exec cksum {} + | sort
systemctl is-enabled ecmp-route.service; systemctl is-active ecmp-route.service; systemctl list-timers --all --no-legend 'surefoot*'`,
  );

const RESET = `systemctl -q disable --now ecmp-route.service surefoot-route-eth1.service
rm -f /etc/systemd/system/ecmp-route.service /etc/systemd/system/surefoot-route-eth1.service /etc/sysctl.d/99-ecmp.conf
rm -f /etc/network/if-up.d/surefoot-route-eth1 /etc/dhcp/dhclient-exit-hooks.d/surefoot-route-eth1
systemctl daemon-reload
if [ -d /etc/systemd/network/10-eth1.network.d ]; then
rm -r /etc/systemd/network/10-eth1.network.d; sed -i 's/^#surefoot# //' /etc/systemd/network/10-eth1.network
ip route flush default; systemctl restart systemd-networkd; until ip route | grep -q default; do sleep 0.2; done
fi
ip route flush 10.20.0.0/16; ip route replace default via 192.168.1.1 dev eth1
sysctl -qw net.ipv4.fib_multipath_hash_policy=0 net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.eth1.rp_filter=0`;

/** Brings clients back to where the flagship job finds them. */
export const reset = (...clients: readonly string[]): Promise<unknown> =>
  Promise.all(clients.map((client) => inBox(client, `{ ${RESET}; } 2>/dev/null`)));

/** Waits until nobody holds a client's lease and no timer is armed there any more. What a timer left to be read by the next run may be there. */
export const gone = (client: string): Promise<void> =>
  until(
    `${client}'s lease to end`,
    async () => (await inBox(client, "ls -d /run/surefoot/lease 2>/dev/null")) === "",
  ).catch(async (thrown: unknown) => {
    throw new Error(`${String(thrown)}\n${await inBox(client, LEFT)}`);
  });

/** What tells why a lease is still there. */
const LEFT = `cat /proc/uptime
cd /run/surefoot/lease && ls -la . && head -n 20 owner armed disarmed fired undoing group log
ps axf
ss -tnp
systemctl list-timers --all --no-pager | head -n 5
journalctl -n 60 --no-pager -o short-precise`;

/** The error with which a host ended. */
export function errorOf(ran: Ran, host: string): ErrorData | undefined {
  const end = eventsOf(ran).find((event) => event.type === "host-finished" && event.host === host);
  return end?.type === "host-finished" ? end.error : undefined;
}

/** How a host ended. */
export const outcomeOf = (ran: Ran, host: string): string | undefined =>
  eventsOf(ran).flatMap((event) =>
    event.type === "host-finished" && event.host === host ? [event.outcome] : [],
  )[0];
