# The same job as playbooks/ecmp.ts, as a careful person would script it: no checks, the same end state.
set -e
cat > /etc/sysctl.d/99-ecmp.conf <<'EOF'
net.ipv4.fib_multipath_hash_policy = 1
net.ipv4.conf.all.rp_filter = 2
net.ipv4.conf.eth1.rp_filter = 2
EOF
sysctl -q -p /etc/sysctl.d/99-ecmp.conf
ip route replace default scope global \
  nexthop via 192.168.1.1 dev eth1 weight 1 nexthop via 192.168.1.10 dev eth1 weight 1
cat > /etc/systemd/system/ecmp-route.service <<'EOF'
@UNIT@
EOF
systemctl -q enable ecmp-route.service
systemctl start ecmp-route.service
