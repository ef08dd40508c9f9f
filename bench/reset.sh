# Puts a lab client back to where it was before the job.
systemctl -q disable --now ecmp-route.service 2>/dev/null
rm -f /etc/systemd/system/ecmp-route.service /etc/sysctl.d/99-ecmp.conf
systemctl daemon-reload
ip route replace default via 192.168.1.1 dev eth1
sysctl -qw net.ipv4.fib_multipath_hash_policy=0 net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.eth1.rp_filter=0
:
