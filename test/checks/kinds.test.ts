import { expect, it } from "vitest";
import { conntrack } from "../../src/checks/conntrack.js";
import { custom } from "../../src/checks/custom.js";
import { dns } from "../../src/checks/dns.js";
import { http } from "../../src/checks/http.js";
import { ping } from "../../src/checks/ping.js";
import { sysctlEffective } from "../../src/checks/sysctlEffective.js";
import { tcp } from "../../src/checks/tcp.js";
import { unitHealthy } from "../../src/checks/unitHealthy.js";
import { judgeAll } from "./judge.js";

const filter = sysctlEffective({ key: "net.ipv4.conf.eth1.rp_filter", value: 2 });
const live = (all: number, own: number): string =>
  `/proc/sys/net/ipv4/conf/all/rp_filter:${all}\n/proc/sys/net/ipv4/conf/eth1/rp_filter:${own}\n`;
const FILE = "/etc/sysctl.d/99-ecmp.conf";
const dump = (...lines: readonly string[]): string =>
  `file ${FILE}\n\n${lines.map((line, i) => `${FILE}:${i + 1}:${line}\n`).join("")}`;

const unit = unitHealthy({ name: "ecmp-route.service" });
const shown = (state: string, enabled = "enabled", result = "success"): string =>
  `Result=${result}\nNRestarts=0\nLoadState=loaded\nActiveState=${state}\nSubState=exited\nUnitFileState=${enabled}\n\n2026-11-25T07:00:00+0000 client1 ip[99]: RTNETLINK answers: File exists\n`;

judgeAll([
  {
    name: "a parameter as it should be",
    check: filter,
    printed: [live(2, 2), dump("net.ipv4.conf.eth1.rp_filter = 2")],
    verdict: "pass",
    says: ["2 now and at boot"],
  },
  {
    name: "a parameter that `all` raises",
    check: filter,
    printed: [live(2, 0), dump("net.ipv4.conf.all.rp_filter = 2", "net.ipv4.conf.eth1.rp_filter = 0")],
    verdict: "pass",
    says: [],
  },
  {
    name: "a parameter that another value overrides now and at boot",
    check: filter,
    printed: [live(1, 0), dump("net.ipv4.conf.eth1.rp_filter = 1")],
    verdict: "fail",
    says: ["is 1 now, the larger of all (1) and eth1 (0)", `${FILE}:1 makes it 1 at boot`],
  },
  {
    name: "a parameter that nothing sets at boot",
    check: sysctlEffective({ key: "net.ipv4.ip_forward", value: 1 }),
    printed: ["1\n", dump()],
    verdict: "fail",
    says: ["nothing sets it at boot"],
  },
  {
    name: "a parameter that need not last",
    check: sysctlEffective({ key: "net.ipv4.ip_forward", value: 0, boot: false }),
    printed: ["0\n"],
    verdict: "pass",
    says: ["0 now"],
  },
  {
    name: "a parameter that the kernel lacks",
    check: sysctlEffective({ key: "net.ipv4.nonsense", value: 1 }),
    printed: ["", dump()],
    verdict: "unknown",
    says: ["the kernel has no net.ipv4.nonsense", "spelling"],
  },
  {
    name: "a unit that runs",
    check: unit,
    printed: [shown("active")],
    verdict: "pass",
    says: ["active, enabled"],
  },
  {
    name: "a unit that failed",
    check: unit,
    printed: [shown("failed", "enabled", "exit-code")],
    verdict: "fail",
    says: ["is failed", "ended with exit-code", "RTNETLINK answers: File exists", "systemctl status"],
  },
  {
    name: "a unit that does not come back at boot",
    check: unit,
    printed: [shown("active", "disabled")],
    verdict: "fail",
    says: ["does not start at boot (disabled)"],
  },
  {
    name: "a unit that is not there",
    check: unit,
    printed: ["LoadState=not-found\nActiveState=inactive\n"],
    verdict: "fail",
    says: ["there is no ecmp-route.service"],
  },
  {
    name: "a host without systemd",
    check: unit,
    printed: [""],
    verdict: "unknown",
    says: ["Does systemd run"],
  },
  {
    name: "tracked connections by both addresses",
    check: conntrack({ expect: ["203.0.113.221"] }),
    printed: ["     12 203.0.113.221\n      3 203.0.113.99\n"],
    verdict: "pass",
    says: ["15 tracked connections"],
  },
  {
    name: "no tracked connection by one",
    check: conntrack({ expect: ["203.0.113.221", "203.0.113.99"] }),
    printed: ["     12 203.0.113.221\n"],
    verdict: "fail",
    says: ["203.0.113.99"],
  },
  {
    name: "an empty table",
    check: conntrack({}),
    printed: [""],
    verdict: "unknown",
    says: ["look on the gateway"],
  },
  {
    name: "a table that only root may read",
    check: conntrack({}),
    printed: [{ stderr: "conntrack v1.4.7: Operation failed: Operation not permitted\n" }],
    verdict: "unknown",
    says: ["can't be read", "become"],
  },
  {
    name: "a page",
    check: http({ url: "http://x/", body: "hello" }),
    printed: ["hello\n200"],
    verdict: "pass",
    says: ["answers 200"],
  },
  {
    name: "a page that is gone",
    check: http({ url: "http://x/" }),
    printed: ["no\n404"],
    verdict: "fail",
    says: ["answers 404, expected 200 to 299"],
  },
  {
    name: "another page",
    check: http({ url: "http://x/", body: /^bye/ }),
    printed: ["hello\n200"],
    verdict: "fail",
    says: ["has no /^bye/"],
  },
  {
    name: "no page",
    check: http({ url: "http://x/" }),
    printed: [{ stdout: "\n000", stderr: "curl: (6) Could not resolve host: x\n" }],
    verdict: "fail",
    says: ["gives no answer: Could not resolve host: x"],
  },
  {
    name: "an open port",
    check: tcp({ host: "x", port: 1 }),
    printed: ["open\n"],
    verdict: "pass",
    says: ["x:1 accepts"],
  },
  {
    name: "a closed port",
    check: tcp({ host: "::1", port: 1 }),
    printed: ["refused\n"],
    verdict: "fail",
    says: ["[::1]:1 refuses"],
  },
  {
    name: "a silent port",
    check: tcp({ host: "x", port: 1 }),
    printed: ["silent\n"],
    verdict: "fail",
    says: ["within 5 s"],
  },
  {
    name: "a ping with losses",
    check: ping({ host: "x" }),
    printed: [{ exit: 0, stdout: "3 packets transmitted, 2 received, 33% packet loss, time 2ms\n" }],
    verdict: "pass",
    says: ["answered 2 of 3"],
  },
  {
    name: "a ping of busybox without answer",
    check: ping({ host: "x" }),
    printed: [{ exit: 1, stdout: "3 packets transmitted, 0 packets received, 100% packet loss\n" }],
    verdict: "fail",
    says: ["answered 0 of 3"],
  },
  {
    name: "a ping that only root may send",
    check: ping({ host: "x" }),
    printed: [{ exit: 2, stderr: "ping: socket: Operation not permitted\n" }],
    verdict: "unknown",
    says: ["become"],
  },
  {
    name: "a name",
    check: dns({ name: "x", expect: ["10.0.0.1"] }),
    printed: ["10.0.0.1 STREAM x\n10.0.0.1 DGRAM\n"],
    verdict: "pass",
    says: ["resolves to 10.0.0.1"],
  },
  {
    name: "no such name",
    check: dns({ name: "x" }),
    printed: [{ exit: 2 }],
    verdict: "fail",
    says: ["x does not resolve"],
  },
  {
    name: "a name with another address",
    check: dns({ name: "x", expect: ["10.0.0.1"] }),
    printed: ["10.0.0.2 STREAM x\n"],
    verdict: "fail",
    says: ["resolves to 10.0.0.2, not to 10.0.0.1"],
  },
  {
    name: "a command's output",
    check: custom({ run: "x", expect: { stdout: /^y$/m } }),
    printed: ["x\ny\n"],
    verdict: "pass",
    says: [],
  },
  {
    name: "another output",
    check: custom({ run: "x", expect: { stdout: "y" } }),
    printed: ["x\n"],
    verdict: "fail",
    says: ["no y", "x"],
  },
  {
    name: "a judge of one's own",
    check: custom({
      run: "x",
      expect: { judge: ({ stdout }) => ({ verdict: "unknown", summary: `saw ${stdout}` }) },
    }),
    printed: ["z"],
    verdict: "unknown",
    says: ["saw z"],
  },
]);

it.each([
  ["a name that a tool would take for a flag", () => ping({ host: "-f" })],
  ["a port that there is not", () => tcp({ host: "x", port: 70_000 })],
  ["a URL of another kind", () => http({ url: "file:///etc/shadow" })],
])("refuses %s before any host is contacted", (_name, make) => {
  expect(make).toThrow(expect.objectContaining({ name: "TaskParamsError" }));
});
