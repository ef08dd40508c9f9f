# All that the job is about, as it is now: two tools did the same if this reads the same.
ip route show default
sysctl net.ipv4.fib_multipath_hash_policy net.ipv4.conf.all.rp_filter net.ipv4.conf.eth1.rp_filter
cat /etc/sysctl.d/99-ecmp.conf /etc/systemd/system/ecmp-route.service 2>/dev/null | grep -v "^#" | sed "s, *= *,=,"
systemctl is-enabled ecmp-route.service
systemctl is-active ecmp-route.service
:
