import type { Sh } from "../../model/sh.js";
import { sh } from "../../model/sh.js";
import type { Params } from "./params.js";
import { keeperName, slug } from "./params.js";

/** Name of the drop-in for networkd. */
export const DROP_IN = "50-surefoot.conf";

/** Scripts that ifupdown (interfaces(5)) and dhclient-script(8) run when an interface has got its addresses. */
export function hooks(p: Params): { readonly ifupdown: string; readonly dhclient: string } {
  return {
    ifupdown: `/etc/network/if-up.d/surefoot-route-${slug(p)}`,
    dhclient: `/etc/dhcp/dhclient-exit-hooks.d/surefoot-route-${slug(p)}`,
  };
}

/** Where the keeper's unit is kept. */
export function keeperPath(p: Params): string {
  return `/etc/systemd/system/${keeperName(p)}`;
}

/**
 * Reads all that may take part in keeping the route, whoever owns the interface:
 *
 * - `file PATH`, `absent PATH`, with mode and content in base64; `dir PATH` for folders that are there;
 * - `other FILE:LINE:TEXT`: what other drop-ins of the interface's .network file say of routes;
 * - `unit KEY=VALUE` of the keeper; `nm` and the profile's routes.
 */
export function detailProbe(p: Params): Sh {
  const { ifupdown, dhclient } = hooks(p);
  return sh`i=${p.dev}
show() {
if [ -f "$1" ]; then
b=
for s in $(base64 < "$1"); do b=$b$s; done
echo "file $1 $(stat -L -c %a -- "$1") $b"
else echo "absent $1"
fi
}
if read -r n 2>/dev/null < "/sys/class/net/$i/ifindex"; then
f=
if [ -r "/run/systemd/netif/links/$n" ]; then
while IFS= read -r s; do
case $s in NETWORK_FILE=*) f=\${s#*=} ;; esac
done < "/run/systemd/netif/links/$n"
fi
if [ -n "$f" ]; then
show "$f"
set --
d=/etc/systemd/network/\${f##*/}.d
show "$d/${DROP_IN}"
for o in "$d" "/run/systemd/network/\${f##*/}.d" "/usr/lib/systemd/network/\${f##*/}.d" "/lib/systemd/network/\${f##*/}.d"; do
for x in "$o"/*.conf; do
[ ! -f "$x" ] || [ "\${x##*/}" = ${DROP_IN} ] || set -- "$@" "$x"
done
done
[ $# -eq 0 ] || grep -HnE '^[[:space:]]*(Gateway|MultiPathRoute|RouteMetric|\\[Route\\])' "$@" | while IFS= read -r s; do printf 'other %s\\n' "$s"; done
fi
fi
for d in /etc/network/if-up.d /etc/dhcp/dhclient-exit-hooks.d; do [ ! -d "$d" ] || echo "dir $d"; done
show ${ifupdown}
show ${dhclient}
show ${keeperPath(p)}
if [ -d /run/systemd/system ]; then
for s in $(systemctl show -p UnitFileState,ActiveState -- ${keeperName(p)}); do echo "unit $s"; done
else echo 'unit NoSystemd=yes'
fi
if [ -d /run/NetworkManager ] && command -v nmcli >/dev/null; then
u=$(nmcli -t -f DEVICE,CON-UUID device status | while IFS=: read -r a b; do [ "$a" = "$i" ] && echo "$b"; done)
[ -z "$u" ] || { echo nm "$(nmcli -e no -g ipv4.routes connection show uuid "$u")"; }
fi
:`;
}
