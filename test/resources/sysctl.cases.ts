import type { Sh } from "../../src/model/sh.js";
import { sh } from "../../src/model/sh.js";
import { sysctl } from "../../src/resources/sysctl.js";
import type { ContractCase } from "./harness.js";

const FILE = "/etc/sysctl.d/99-test.conf";
const POLICY = "net.ipv4.fib_multipath_hash_policy";

/** Files with mode and bytes, and the live values that the cases touch. */
const snapshot = sh`cd /etc/sysctl.d
ls -A1
for f in *; do [ ! -e "$f" ] || { stat -L -c '%n %a %U %h' "$f"; od -An -c "$f"; readlink "$f" || :; }; done
cat /proc/sys/net/ipv4/fib_multipath_hash_policy /proc/sys/net/ipv4/ip_default_ttl /proc/sys/net/ipv4/tcp_rmem
cat /proc/sys/net/ipv4/conf/*/rp_filter`;

const write = (text: string): Sh => sh`printf %s ${text} > ${FILE}`;

/** What must hold for a parameter and its line, whatever was there before. */
export function cases(): readonly ContractCase[] {
  const one = (name: string, prepare: Sh, params: Parameters<typeof sysctl>[0]): ContractCase => ({
    name,
    needs: "netns",
    prepare,
    task: sysctl(params),
    snapshot,
  });
  const policy = { key: POLICY, value: 1, file: FILE };
  return [
    one("no drop-in yet", sh`:`, policy),
    one("an empty drop-in stays", write(""), policy),
    one("a drop-in without a newline at its end", write("# ours\nvm.swappiness=10"), policy),
    one(
      "a line by another value, in the middle",
      write(`# a\n${POLICY} = 0\n\n; b\nvm.swappiness = 10\n`),
      policy,
    ),
    one(
      "several lines, the last counts",
      write(`${POLICY}=1\n -${POLICY}=0  \n${POLICY} =2\n# end\n`),
      policy,
    ),
    one(
      "in sync in another spelling: nothing is written",
      sh`${write("-net/ipv4/fib_multipath_hash_policy=1\n")}; echo 1 > /proc/sys/net/ipv4/fib_multipath_hash_policy`,
      policy,
    ),
    one(
      "live is right, the line is missing",
      sh`echo 1 > /proc/sys/net/ipv4/fib_multipath_hash_policy`,
      policy,
    ),
    one("the line is right, live is not", write(`${POLICY} = 1\n`), policy),
    one("value 0", sh`echo 1 > /proc/sys/net/ipv4/fib_multipath_hash_policy`, { ...policy, value: 0 }),
    one("a value of several digits", sh`echo 16 > /proc/sys/net/ipv4/ip_default_ttl`, {
      key: "net.ipv4.ip_default_ttl",
      value: 65,
      file: FILE,
    }),
    one("numbers that the kernel sets apart by tabs", sh`:`, {
      key: "net.ipv4.tcp_rmem",
      value: "4096 65536   4194304",
      file: FILE,
    }),
    one("no drop-in wanted", sh`:`, { ...policy, file: false }),
    one(
      "an interface with a dot in its name",
      sh`ip link add eth1.100 type veth peer name p1; echo 1 > /proc/sys/net/ipv4/conf/eth1.100/rp_filter`,
      { key: "net.ipv4.conf.eth1/100.rp_filter", value: 2, file: FILE },
    ),
    one(
      "a drop-in that is a link, with a mode of its own",
      sh`mkdir /etc/sysctl.d/real
printf 'vm.swappiness = 1\n' > /etc/sysctl.d/real/file
chmod 640 /etc/sysctl.d/real/file
ln -s real/file ${FILE}`,
      policy,
    ),
    one("a drop-in that is a link to nothing yet", sh`ln -s later ${FILE}`, policy),
  ];
}
