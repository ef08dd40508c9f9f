import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, expect, it } from "vitest";
import { eventsOf } from "../support/cli.js";
import { inBox, job, outcomes, reboot, steps, until } from "./fleet.js";

const ON = ["--limit", "client[1:3]"];
const PLAIN = ["client1", "client2", "client3"];
const all = (value: string): Readonly<Record<string, string>> =>
  Object.fromEntries(PLAIN.map((name) => [name, value]));

/** The state of a client that the job is about, as its own tools tell it. */
const state = (client: string): Promise<string> =>
  inBox(
    client,
    `ip route show default
sysctl net.ipv4.fib_multipath_hash_policy net.ipv4.conf.all.rp_filter net.ipv4.conf.eth1.rp_filter
cat /etc/sysctl.d/99-ecmp.conf
systemctl is-enabled ecmp-route.service; systemctl is-active ecmp-route.service`,
  );

const WANTED = `default 
	nexthop via 192.168.1.1 dev eth1 weight 1 
	nexthop via 192.168.1.10 dev eth1 weight 1 
net.ipv4.fib_multipath_hash_policy = 1
net.ipv4.conf.all.rp_filter = 2
net.ipv4.conf.eth1.rp_filter = 2
net.ipv4.fib_multipath_hash_policy = 1
net.ipv4.conf.all.rp_filter = 2
net.ipv4.conf.eth1.rp_filter = 2
enabled
active`;

it("changes nothing when planning", async () => {
  const before = await Promise.all(PLAIN.map(state));
  const ran = await job("plan", ...ON);
  expect(ran.exit).toBe(2);
  expect(outcomes(ran)).toEqual(all("would-change"));
  expect(await Promise.all(PLAIN.map(state))).toEqual(before);
});

it("makes ECMP clients of hosts with one gateway", async () => {
  const ran = await job("run", ...ON);
  expect(ran.stderr).toBe("");
  expect(outcomes(ran)).toEqual(all("changed"));
  expect(ran.exit).toBe(0);
  for (const client of PLAIN) expect(await state(client)).toBe(WANTED);
});

it("has nothing to do the second time, planning or running", async () => {
  for (const command of ["plan", "run"] as const) {
    const ran = await job(command, ...ON);
    expect(ran.exit).toBe(0);
    expect(outcomes(ran)).toEqual(all("ok"));
    expect(eventsOf(ran).some((event) => event.type === "step-started")).toBe(false);
  }
});

it("sends traffic out by both gateways", async () => {
  const seen = await inBox(
    "client1",
    "for i in $(seq 60); do curl -s --max-time 5 http://203.0.113.10/; done | sort -u",
  );
  // All sixty on one side would be a chance of one in 2^59.
  expect(seen.split("\n")).toEqual(["203.0.113.221", "203.0.113.99"]);
});

it.each([
  [
    "the route",
    "ip route replace default via 192.168.1.1 dev eth1",
    [
      "set default via 192.168.1.1 dev eth1 weight 1, 192.168.1.10 dev eth1 weight 1 (was via 192.168.1.1 dev eth1)",
    ],
  ],
  [
    "a live sysctl",
    "sysctl -qw net.ipv4.fib_multipath_hash_policy=0",
    ["set net.ipv4.fib_multipath_hash_policy = 1 (was 0)"],
  ],
  [
    "a line of the drop-in",
    "sed -i s/all.rp_filter.*/all.rp_filter=0/ /etc/sysctl.d/99-ecmp.conf",
    ["write net.ipv4.conf.all.rp_filter = 2 to /etc/sysctl.d/99-ecmp.conf"],
  ],
  ["the unit's enablement", "systemctl -q disable ecmp-route.service", ["enable ecmp-route.service"]],
  [
    "the unit's file",
    "echo >> /etc/systemd/system/ecmp-route.service",
    ["write /etc/systemd/system/ecmp-route.service", "reload systemd", "restart ecmp-route.service"],
  ],
])(
  "names exactly what was changed by hand, and repairs exactly that: %s",
  async (_name, change, expected) => {
    await inBox("client2", change);
    const planned = await job("plan", ...ON);
    expect(planned.exit).toBe(2);
    expect(outcomes(planned)).toEqual({ ...all("ok"), client2: "would-change" });
    expect(steps(planned, "client2")).toEqual(expected);
    const ran = await job("run", ...ON);
    expect(ran.exit).toBe(0);
    const done = eventsOf(ran).flatMap((event) =>
      event.type === "step-finished" ? [`${event.host}: ${event.step}`] : [],
    );
    expect(done).toEqual(expected.map((title) => `client2: ${title}`));
    expect(await state("client2")).toBe(WANTED);
  },
);

it("carries out a saved plan only where nothing has moved since", async () => {
  const file = join(mkdtempSync(join(tmpdir(), "surefoot-plan-")), "plan.json");
  for (const client of PLAIN) await inBox(client, "sysctl -qw net.ipv4.fib_multipath_hash_policy=0");
  expect((await job("plan", "--out", file, ...ON)).exit).toBe(2);
  await inBox("client3", "sysctl -qw net.ipv4.fib_multipath_hash_policy=2");
  const ran = await job("run", "--plan", file);
  expect(outcomes(ran)).toEqual({ client1: "changed", client2: "changed", client3: "plan-stale" });
  expect(ran.exit).toBe(1);
  expect(await inBox("client3", "sysctl -n net.ipv4.fib_multipath_hash_policy")).toBe("2");
  expect((await job("run", ...ON)).exit).toBe(0);
});

it("tells who overrides a setting at the next boot", async () => {
  await inBox("client1", "echo net.ipv4.conf.all.rp_filter=1 > /etc/sysctl.d/99-zzz.conf");
  const ran = await job("plan", "--limit", "client1");
  const notes = eventsOf(ran).flatMap((event) =>
    event.type === "host-planned" ? event.plan.tasks.flatMap((task) => task.notes) : [],
  );
  expect(notes.join()).toContain("/etc/sysctl.d/99-zzz.conf:1");
  await inBox("client1", "rm /etc/sysctl.d/99-zzz.conf");
});

it("changes and reads a host on which containers come and go all the time", async () => {
  await inBox(
    "client1",
    "ip route replace default via 192.168.1.1 dev eth1; ip route add 10.123.0.0/16 via 192.168.1.1",
  );
  await inBox(
    "client1",
    `touch /run/churn; setsid sh -c '
n=0
while [ -e /run/churn ] && [ $n -lt 2000 ]; do
n=$((n+1)); o=$((n%250))
ip link add ca$n type veth peer name cb$n; ip addr add 10.77.$o.1/24 dev ca$n; ip link set ca$n up; ip link set cb$n up
i=0; while [ $i -lt 30 ]; do ip route add 10.99.$i.0/24 dev ca$n; i=$((i+1)); done
ip link del ca$n; echo $n > /run/churned
done' >/dev/null 2>&1 </dev/null &`,
  );
  const rounds = async (): Promise<number> => Number(await inBox("client1", "cat /run/churned 2>/dev/null"));
  try {
    await until("containers to come and go", async () => (await rounds()) > 0);
    const before = await rounds();
    expect(outcomes(await job("run", "--limit", "client1"))).toEqual({ client1: "changed" });
    for (let i = 0; i < 3; i++)
      expect(outcomes(await job("plan", "--limit", "client1"))).toEqual({ client1: "ok" });
    expect(await rounds()).toBeGreaterThan(before);
    expect(await inBox("client1", "ip route show 10.123.0.0/16")).toContain("via 192.168.1.1");
  } finally {
    await inBox("client1", "rm -f /run/churn; ip route del 10.123.0.0/16");
  }
});

it("loses markers in a reboot as a real host does, and comes back as configured", async () => {
  await Promise.all(
    ["client1", "client2"].map(async (client) => {
      await inBox(
        client,
        "ip route add 10.99.0.0/16 via 192.168.1.1; sysctl -qw net.ipv4.tcp_fin_timeout=17",
      );
      expect(await inBox(client, "ip route show 10.99.0.0/16; sysctl -n net.ipv4.tcp_fin_timeout")).toMatch(
        /via[\s\S]*17/,
      );
      await reboot(client);
      expect(await inBox(client, "ip route show 10.99.0.0/16; sysctl -n net.ipv4.tcp_fin_timeout")).toBe(
        "60",
      );
      expect(await state(client)).toBe(WANTED);
    }),
  );
  const ran = await job("plan", ...ON);
  expect(outcomes(ran)).toEqual(all("ok"));
  expect(ran.exit).toBe(0);
});

beforeAll(async () => {
  // Whatever an interrupted run of these tests left behind.
  await Promise.all(
    PLAIN.map((client) =>
      inBox(
        client,
        `systemctl -q disable --now ecmp-route.service; rm -f /etc/systemd/system/ecmp-route.service /etc/sysctl.d/99-ecmp.conf
systemctl daemon-reload; ip route replace default via 192.168.1.1 dev eth1
sysctl -qw net.ipv4.fib_multipath_hash_policy=0 net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.eth1.rp_filter=0`,
      ),
    ),
  );
});
