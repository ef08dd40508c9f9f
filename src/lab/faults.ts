/** What a fault can befall. */
export type FaultTarget = "nat" | "client" | "either";

/**
 * A fault that lasts until it is healed. Its scripts are POSIX sh, run as root of this machine with these words at hand: `$box` its name,
 * `$fabric` and `$net` namespaces of the fabric and the box, `$leader` a client's process 1, `$ports` all of the box's ends in the fabric,
 * `$percent`, `inside TEXT`, which runs a script in a client, and `members`, which prints its processes. They run only where there is something to do.
 */
export interface Fault {
  readonly name: string;
  /** The word that takes it away. */
  readonly heal: string;
  readonly on: FaultTarget;
  /** Whether it takes a share of the packets, in percent. */
  readonly percent?: true;
  /** What it does, for help and lists. */
  readonly means: string;
  readonly begin: string;
  readonly end: string;
  /** Ends true where it is in force; reads also `$links` and `$drops`, all links and tables of the fabric. Prints the percent. */
  readonly inForce: string;
}

const link = (port: string): Pick<Fault, "begin" | "end" | "inForce"> => ({
  begin: `ip -n "$fabric" link set "${port}" down`,
  end: `ip -n "$fabric" link set "${port}" up`,
  inForce: `link=\${links#*" ${port}@"} && [ "$link" != "$links" ] && case \${link%%>*} in *[,\\<]UP*) false ;; esac`,
});

/** Folders of a client that a full disk is full for; /run and /tmp are in memory anyway. */
const DISK = "etc var root home";

/** All faults that last, in one place: the command, its help, the lists and the tests read this table. */
export const FAULTS: readonly Fault[] = [
  {
    name: "cut-lan",
    heal: "heal-lan",
    on: "nat",
    means: "no link between the gateway and the clients",
    ...link("$box-lan"),
  },
  {
    name: "cut-wan",
    heal: "heal-wan",
    on: "nat",
    means: "no link between the gateway and the internet",
    ...link("$box-wan"),
  },
  {
    name: "stop-forwarding",
    heal: "start-forwarding",
    on: "nat",
    means: "the gateway answers for itself and passes nothing on",
    begin: `ip netns exec "$net" sysctl -qw net.ipv4.ip_forward=0`,
    end: `ip netns exec "$net" sysctl -qw net.ipv4.ip_forward=1`,
    inForce: `[ "$(ip netns exec "$net" cat /proc/sys/net/ipv4/ip_forward)" = 0 ]`,
  },
  {
    name: "break-nat",
    heal: "mend-nat",
    on: "nat",
    means: "the gateway passes packets on under their private addresses",
    begin: `ip netns exec "$net" nft flush chain ip nat out`,
    end: `ip netns exec "$net" nft 'flush chain ip nat out; add rule ip nat out oifname "wan" masquerade'`,
    inForce: `case $(ip netns exec "$net" nft list chain ip nat out) in *masquerade*) false ;; esac`,
  },
  {
    name: "cut-link",
    heal: "heal-link",
    on: "client",
    means: "the client's cable is out",
    ...link("$box"),
  },
  {
    name: "kill-sshd",
    heal: "start-sshd",
    on: "client",
    means: "no sshd, neither listening nor in a session",
    // Masked, so that nothing but healing or a reboot brings it back.
    begin: `inside 'systemctl --quiet --runtime mask --now ssh.socket ssh.service; pkill -KILL -x sshd || :'`,
    end: `inside 'systemctl --quiet --runtime unmask ssh.socket ssh.service; systemctl start ssh.service'`,
    inForce: `[ -L "/proc/$leader/root/run/systemd/system/ssh.service" ]`,
  },
  {
    name: "freeze",
    heal: "thaw",
    on: "client",
    means: "no process of the client gets on; its kernel still answers",
    // Signals, which work whatever control groups there are. Parents stop first and go on last: one that saw its child stopped might act on it.
    begin: `for _ in 1 2 3; do members | while read -r pid; do kill -s STOP "$pid" || :; done 2>/dev/null; done`,
    end: `members | sort -rn | while read -r pid; do kill -s CONT "$pid" || :; done 2>/dev/null`,
    inForce: `read -r stat < "/proc/$leader/stat" && case \${stat##*) } in T*) ;; *) false ;; esac`,
  },
  {
    name: "fill-disk",
    heal: "free-disk",
    on: "client",
    means: "nothing can be written to /etc, /var, /root and /home; what is there can be removed",
    // They move to a disk of just their size in memory, so that this machine's own is never filled, and move back with what has changed.
    begin: `inside '
mkdir -p /run/lab-disk/real /run/lab-disk/full
cd /run/lab-disk
mount --bind / real
mount -t tmpfs -o mode=755 lab-disk full
for dir in ${DISK}; do cp -a "real/$dir" full/; done
sleep 0.1; touch began
for dir in ${DISK}; do mount --bind "full/$dir" "/$dir"; done
set -- $(df -k full | tail -n 1)
mount -o "remount,size=$3k" full'`,
    end: `inside '
cd /run/lab-disk
for dir in ${DISK}; do
  umount -l "/$dir"
  (cd "real/$dir"; find . -depth) | while read -r file; do
    [ -e "full/$dir/$file" ] || [ -L "full/$dir/$file" ] || rm -rf "real/$dir/$file"
  done
  (cd "full/$dir"; find . -cnewer /run/lab-disk/began -print0 | tar --null --no-recursion -T - -cf - ) | tar -xpf - -C "real/$dir"
done
umount -l full; umount -l real; cd /; rm -r /run/lab-disk'`,
    inForce: `[ -e "/proc/$leader/root/run/lab-disk/began" ]`,
  },
  {
    name: "drop-packets",
    heal: "pass-packets",
    on: "either",
    percent: true,
    means: "a share of the packets from and to the box is lost",
    begin: `{
case "$drops " in *" lab_$box "*) echo "delete table bridge lab_$box" ;; esac
echo "table bridge lab_$box { chain lossy { type filter hook forward priority 0;"
for port in $ports; do
  for side in iifname oifname; do echo "$side \\"$port\\" numgen random mod 100 <= $((percent - 1)) counter drop"; done
done
printf "}\\n}\\n"
} | ip netns exec "$fabric" nft -f -`,
    end: `ip netns exec "$fabric" nft delete table bridge "lab_$box"`,
    inForce: `case "$drops " in *" lab_$box "*) ;; *) false ;; esac &&
share=$(ip netns exec "$fabric" nft list table bridge "lab_$box") && share=\${share#*mod 100 <= } && echo "$((\${share%%" "*} + 1))"`,
  },
];

/** All that happens once and needs no healing. */
export const INCIDENTS = [
  { name: "reboot", means: "the client shuts down in order and boots" },
  { name: "power-cycle", means: "the client is cut off in the middle of everything and boots" },
] as const;
