import { afterAll, beforeAll, expect, it } from "vitest";
import { eventsOf } from "../support/cli.js";
import { custom, inBox, job, jobOnBastion, killed, outcomes, reboot, until } from "./fleet.js";
import { errorOf, gone, outcomeOf, reset, state } from "./whole.js";

const SECONDS = 10;
/** The boot unit alone: what an interface's owner is told has tests of its own, and is much to compare. */
const UNIT = ["-e", "persist=unit"];
const TIMEOUT = ["--confirm-timeout", String(SECONDS)];
const CONFIRM = [...TIMEOUT, ...UNIT];

/** Connections that a host's sshd has seen so far, whatever became of them. */
async function greeted(host: string): Promise<number> {
  const last = "journalctl -q -t sshd -o cat | grep -cE '^Accepted|preauth|kex_exchange_identification'";
  return Number(await inBox(host, `journalctl --sync; ${last} || :`));
}

beforeAll(() => reset("client1", "client2", "client3"));
afterAll(() => reset("client1", "client2", "client3"));

it("takes back a route over gateways that are not there, and says why", async () => {
  const before = await state("client1");
  const nobody = '[{"address":"192.168.1.250"},{"address":"192.168.1.251"}]';
  const ran = await job("run", "--limit", "client1", "-e", `gateways=${nobody}`, ...CONFIRM);
  expect(outcomeOf(ran, "client1")).toBe("rolled-back");
  expect(errorOf(ran, "client1")).toMatchObject({ code: "not-confirmed" });
  expect(errorOf(ran, "client1")?.message).toMatch(
    /(fell silent|could not be reached|were answered|too late).*took the change back/,
  );
  expect(ran.exit).toBe(1);
  expect(await state("client1")).toBe(before);
  expect((await job("plan", "--limit", "client1", ...UNIT)).exit).toBe(2);
});

it("takes back a change behind which only some new connections are answered", async () => {
  const before = await state("client1");
  await inBox("nat2", "sysctl -qw net.ipv4.ip_forward=0");
  try {
    const ran = await job("run", "--limit", "client[1:3]", ...CONFIRM);
    // Whether one host's five connections all hash to the healthy gateway is a chance of one in 32.
    expect(
      Object.values(outcomes(ran)).filter((outcome) => outcome === "not-confirmed").length,
    ).toBeGreaterThan(0);
    expect(ran.exit).toBe(1);
  } finally {
    await inBox("nat2", "sysctl -qw net.ipv4.ip_forward=1");
  }
  await reset("client1", "client2", "client3");
  expect(await state("client1")).toBe(before);
});

it("finds the gateway that brings no answers back on every host that says by which ways it answers, and names it", async () => {
  const hosts = ["client1", "client2", "client3"];
  const before = await state("client1");
  await inBox("nat2", "sysctl -qw net.ipv4.ip_forward=0");
  try {
    const ran = await jobOnBastion("run", "--limit", "client[1:3]", ...CONFIRM);
    expect(outcomes(ran)).toEqual(Object.fromEntries(hosts.map((host) => [host, "not-confirmed"])));
    for (const host of hosts) {
      const { message, detail } = errorOf(ran, host) ?? {};
      // The answers of the connection that carries the change may go by that gateway as well.
      if (message?.startsWith("the host fell silent") === true) continue;
      expect(detail).toMatch(/(answered|answers were to leave) via 192\.168\.1\.10 dev eth1/);
    }
    expect(await state("client1")).toBe(before);
  } finally {
    await inBox("nat2", "sysctl -qw net.ipv4.ip_forward=1");
  }
  const earlier = await Promise.all(hosts.map(greeted));
  expect(outcomes(await jobOnBastion("run", "--limit", "client[1:3]", ...CONFIRM))).toEqual(
    Object.fromEntries(hosts.map((host) => [host, "changed"])),
  );
  const connections = (await Promise.all(hosts.map(greeted))).map((now, i) => now - (earlier[i] ?? 0));
  expect(connections, "one to change each host, one to confirm it").toEqual([2, 2, 2]);
  await reset(...hosts);
});

it.each([
  [
    "a route that cuts off the bastion",
    "",
    'route({ to: "10.20.0.0/24", via: [{ gateway: "192.168.1.250", dev: "eth1" }] })',
  ],
  [
    "a reverse path filter that drops what the bastion sends",
    // What sshd sends goes its own way, by a mark; the filter looks the bastion up without one, and finds another interface.
    `ip link add away type veth peer name back; ip link set away up; ip link set back up; ip route add 10.20.0.2 dev away
ip route add default via 192.168.1.1 table 77; ip rule add fwmark 7 table 77 pref 77
nft 'add table ip reply; add chain ip reply out { type route hook output priority mangle; }; add rule ip reply out tcp sport 22 meta mark set 7'`,
    'sysctl({ key: "net.ipv4.conf.eth1.rp_filter", value: 1, file: false })',
  ],
])("takes back %s", async (_name, prepare, task) => {
  await inBox("client2", prepare);
  const before = await state("client2");
  const ran = await custom(task, "--limit", "client2", ...TIMEOUT);
  expect(outcomeOf(ran, "client2")).toBe("rolled-back");
  expect(ran.exit).toBe(1);
  expect(await state("client2")).toBe(before);
  await inBox(
    "client2",
    "2>/dev/null nft delete table ip reply; ip rule del pref 77; ip route flush table 77; ip link del away",
  );
});

it("lets one alone change a host, and says who it is", async () => {
  const slow = 'command({ run: "until [ -e /run/go ]; do sleep 0.2; done", always: true })';
  const first = custom(slow, "--limit", "client3");
  await until(
    "the first to hold the lease",
    async () => (await inBox("client3", "ls /run/surefoot/lease 2>/dev/null")) !== "",
  );
  const second = await custom(slow, "--limit", "client3");
  expect(errorOf(second, "client3")).toMatchObject({ code: "lease-held" });
  expect(errorOf(second, "client3")?.message).toMatch(
    /^\S+@\S+ \(pid \d+\) is changing this host since 20\d\d-/,
  );
  expect(second.exit).toBe(1);
  await inBox("client3", "touch /run/go");
  expect((await first).exit).toBe(0);
  await inBox("client3", "rm /run/go");
});

it("rehearses: lets the host take the change back, proves that it did, then rolls it out", async () => {
  const ran = await job("run", "--limit", "client3", "--rehearse", ...CONFIRM);
  const types = eventsOf(ran).map((event) => event.type);
  expect(types.filter((type) => type === "host-rehearsed")).toHaveLength(1);
  expect(types.indexOf("host-rehearsed")).toBeLessThan(types.lastIndexOf("step-started"));
  expect(outcomes(ran)).toEqual({ client3: "changed" });
  await reset("client3");
});

const PHASES: readonly (readonly [client: string, point: RegExp, prepare: string])[] = [
  ["client1", /"phase":"confirm"/, ":"],
  // What a boot would start has been written in part, and is not confirmed yet: behind a comment, nobody can foresee which line of the file a setting becomes, so that
  // the host waits to be told.
  [
    "client2",
    /"step-started".*"create \/etc\/systemd\/system\/ecmp-route.service/,
    "echo '# ours' > /etc/sysctl.d/99-ecmp.conf",
  ],
];

it.each(PHASES)(
  "leaves %s as it was when it reboots unconfirmed, after %s",
  async (client, point, prepare) => {
    await inBox(client, prepare);
    await reboot(client);
    const before = await state(client);
    await killed((told) => point.test(told), "--limit", client, ...UNIT);
    expect(await inBox(client, "ls /run/surefoot/lease")).toContain("armed");
    await reboot(client);
    expect(await state(client)).toBe(before);
  },
);

/** Points of a run, told by how much it has said, at which its controller is killed: spread over all of it. */
const POINTS = Array.from({ length: 21 }, (_, i) => i);

it("leaves every host wholly before or wholly after when its controller is killed, and the next run ends well", async () => {
  const clients = ["client1", "client2", "client3"] as const;
  const states = async (): Promise<readonly string[]> => Promise.all(clients.map(state));
  await reset(...clients);
  const before = await states();
  const lines = (await job("run", "--limit", "client3", ...UNIT)).stdout.trim().split("\n").length;
  await job("run", "--limit", "client[1:2]", ...UNIT);
  const after = await states();
  await reset(...clients);
  const ends = new Set<number>();
  const attempt = async (i: number): Promise<void> => {
    const client = clients[i] ?? "";
    for (const point of POINTS.filter((one) => one % clients.length === i)) {
      const at = 1 + (point * (lines - 2)) / (POINTS.length - 1);
      await killed((told) => told.split("\n").length > at, "--limit", client, ...CONFIRM);
      await gone(client);
      const found = await state(client);
      const wanted = found.includes("ecmp-route.service") ? 1 : 0;
      expect(found, `${client}, killed behind line ${at}`).toBe([before, after][wanted]?.[i]);
      ends.add(wanted);
      await reset(client);
    }
  };
  await Promise.all(clients.map((_client, i) => attempt(i)));
  // Some were killed early enough to be taken back, some late enough to be kept.
  expect(ends).toEqual(new Set([0, 1]));
  await killed((told) => told.includes('"phase":"confirm"'), "--limit", "client1", ...CONFIRM);
  // Finds the timer of the dead run armed, waits for it, and goes on.
  const next = await job("run", "--limit", "client1", ...UNIT);
  expect(next.exit).toBe(0);
  expect(
    eventsOf(next).some((event) => event.type === "warning" && event.message.includes("to take it back")),
  ).toBe(true);
  expect(await state("client1")).toBe(after[0]);
}, 400_000);
