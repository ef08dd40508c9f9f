import { sh } from "../../model/sh.js";

/**
 * Says who configures each interface of a host, a fact per line; {@link readOwners} reads it. Read-only and without parameters, so that it runs
 * once however many ask. What is not installed costs no process; short files are read by the shell, for a process costs more.
 *
 * - `nd`: networkd's own record of a link (systemd: /run/systemd/netif/links is what `networkctl status` shows), by the link's number.
 * - `nm`: device, state and profile, colons between them (nmcli(1), terse mode).
 * - `ifup`: ifupdown's record of what it has raised (interfaces(5)).
 * - `run`: daemons that configure networks, by the name that the kernel keeps of them (proc(5): 15 bytes), with their arguments.
 */
export const OWNERS = sh`for p in /sys/class/net/*; do
[ -e "$p/ifindex" ] || continue
read -r n < "$p/ifindex"
echo "link $n \${p##*/}"
[ -r "/run/systemd/netif/links/$n" ] || continue
while IFS= read -r s; do
case $s in ADMIN_STATE=*|NETWORK_FILE=*) printf 'nd %s %s %s\\n' "$n" "\${s%%=*}" "\${s#*=}" ;; esac
done < "/run/systemd/netif/links/$n"
done
for p in /proc/[0-9]*; do
read -r c 2>/dev/null < "$p/comm" || continue
case $c in
systemd-network|NetworkManager) echo "run $c" ;;
dhclient|dhcpcd|udhcpc) echo "run $c $(tr '\\0' ' ' < "$p/cmdline" 2>/dev/null)" ;;
esac
[ "$c" = NetworkManager ] && nm=1
done
if [ "$nm" = 1 ] && command -v nmcli >/dev/null; then
echo "nmversion $(nmcli -v)"
nmcli -t -f DEVICE,STATE,CON-UUID device status | sed 's/^/nm /'
nmcli -t -f UUID,FILENAME connection show | sed 's/^/profile /'
fi
for f in /run/network/ifstate /etc/network/run/ifstate; do
[ -r "$f" ] || continue
while IFS= read -r s; do printf 'ifup %s\\n' "$s"; done < "$f"
break
done
grep -ls 'cloud-init' /etc/netplan/*.yaml /etc/network/interfaces /etc/network/interfaces.d/* /etc/systemd/network/*.network /etc/NetworkManager/system-connections/* 2>/dev/null | while IFS= read -r s; do printf 'cloud %s\\n' "$s"; done
:`;
