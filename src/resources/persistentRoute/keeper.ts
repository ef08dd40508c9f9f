import type { Params } from "./params.js";
import { replaceRoute } from "./params.js";

/** How often the keeper looks, in seconds. */
const EVERY = 5;

/**
 * A unit for what owners do not do: ifupdown looks on when a link goes down and up, DHCP clients until they renew, and networkd gives the
 * interface up for good where the link comes back before it has noticed ("Could not set route: Nexthop has invalid gateway", seen in
 * systemd 252 on a busy host). It acts only where there is no default of metric 0 at all, and that at two looks in a row: one that anybody has
 * set since stays, and whoever is raising the interface is not raced (ifup's own `ip route add` fails where a route is there already).
 * Looking costs two short processes; nothing is written while the route is there.
 */
export function keeperUnit(p: Params): string {
  return `# Written by Surefoot.
[Unit]
Description=Put the default route of ${p.dev} back where it is missing
After=network.target

[Service]
ExecStart=/bin/sh -c 'm=0; while sleep ${EVERY}; do if ip -4 route show default | grep "^default" | grep -qv " metric "; then m=0; continue; fi; m=$$((m+1)); [ $$m -lt 2 ] || ${replaceRoute(p)} || :; done'
Restart=always
RestartSec=${EVERY}

[Install]
WantedBy=multi-user.target
`;
}

/** Run by ifupdown once an interface is up, and so after its own gateway has been set. */
export function ifUpScript(p: Params): string {
  return `#!/bin/sh
# Written by Surefoot: the default route of ${p.dev}, in place of the one that ifupdown has just set.
[ "$IFACE" = "${p.dev}" ] || exit 0
case $ADDRFAM in inet|meta|'') ;; *) exit 0 ;; esac
${replaceRoute(p)} || :
`;
}

/** Read by dhclient-script(8) once it has set what the server said; it must not exit. */
export function dhclientHook(p: Params): string {
  return `# Written by Surefoot: the default route of ${p.dev}, in place of the DHCP server's.
if [ "$interface" = "${p.dev}" ]; then
  case $reason in
    BOUND|RENEW|REBIND|REBOOT|TIMEOUT) ${replaceRoute(p)} || : ;;
  esac
fi
`;
}
