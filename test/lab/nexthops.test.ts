import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import type { Ran } from "../support/cli.js";
import { surefoot } from "../support/cli.js";
import { custom, ENV, INVENTORY, inBox, outcomes, ROOT, reboot, steps, until } from "./fleet.js";
import { outcomeOf } from "./whole.js";

const DIR = mkdtempSync(join(tmpdir(), "surefoot-nexthops-"));
const PLAYBOOK = join(DIR, "playbook.ts");
const HOSTS = ["client1", "client2"] as const;

/** The playbook that the page shows. */
const page = readFileSync(join(ROOT, "docs/nexthops.md"), "utf8");
writeFileSync(PLAYBOOK, /```ts\n(import [\s\S]*?)```/.exec(page)?.[1] ?? "");

/** Checks that ask the kernel for a route's next hops. */
const CHECKS = join(DIR, "checks.ts");
writeFileSync(
  CHECKS,
  `import { flowPrediction, gatewayForwards, playbook, z } from "surefoot";
const gateways = ["192.168.1.1", "192.168.1.10"];
export default playbook({
  name: "checks",
  hosts: "clients",
  vars: z.object({}),
  tasks: () => [],
  checks: () => [
    gatewayForwards({ gateways, to: [{ address: "203.0.113.10", port: 80 }] }),
    flowPrediction({ to: ["192.0.2.1"], via: gateways.map((gateway) => ({ gateway })) }),
  ],
});
`,
);

const cli = (command: string, ...more: readonly string[]): Promise<Ran> =>
  surefoot([...[command, PLAYBOOK, "-i", INVENTORY, "--limit", HOSTS.join(":"), "--json"], ...more], {
    env: ENV,
  });
const run = (...more: readonly string[]): Promise<Ran> =>
  cli("run", "--yes", "--state", join(DIR, "state"), ...more);
const route = (host: string): Promise<string> => inBox(host, "ip -4 route show default | head -n 1");
const objects = (host: string): Promise<string> => inBox(host, "ip nexthop show");

/** Begins to write down every default that a host loses, and when the kernel knows no way out. */
async function watch(host: string): Promise<void> {
  await inBox(
    host,
    `rm -f /run/heard /run/missing
systemd-run -q --unit=watch-heard sh -c 'exec ip -4 monitor route > /run/heard'
systemd-run -q --unit=watch-missing sh -c 'while :; do ip -4 route get 203.0.113.10 >/dev/null 2>&1 || echo missing; echo >> /run/asked; done > /run/missing'
i=0
until grep -q Deleted /run/heard && [ -s /run/asked ] || [ $i -ge 200 ]; do
i=$((i+1)); ip route add 198.51.100.0/24 dev eth1; ip route del 198.51.100.0/24 dev eth1; sleep 0.05
done`,
  );
}

async function seen(host: string): Promise<string> {
  return inBox(
    host,
    `systemctl stop watch-heard watch-missing
grep -q Deleted /run/heard || echo 'nothing was heard'
[ -s /run/asked ] || echo 'nothing was asked'
cat /run/missing
grep '^Deleted default' /run/heard`,
  );
}

const all = (value: string): Readonly<Record<string, string>> =>
  Object.fromEntries(HOSTS.map((host) => [host, value]));

it("leads hosts to a resilient group and back, under a timer, and they have a default at every moment", async () => {
  const before = await Promise.all(HOSTS.map(route));
  await Promise.all(HOSTS.map(watch));
  const there = await run();
  expect(outcomes(there)).toEqual(all("changed"));
  for (const host of HOSTS) {
    expect(steps(there, host)[0]).toContain("resilient nexthop group 4000 (4001, 4002; 128 buckets");
    expect(await route(host)).toMatch(/^default nhid 4000/);
  }
  expect((await cli("plan")).exit).toBe(0);
  await inBox("client1", "sysctl -qw net.ipv4.fib_multipath_hash_policy=1");
  for (const compat of [1, 0]) {
    await inBox("client1", `sysctl -qw net.ipv4.nexthop_compat_mode=${compat}`);
    const verified = await surefoot(["verify", CHECKS, "-i", INVENTORY, "--limit", "client1"], { env: ENV });
    expect(verified.stdout + verified.stderr).toMatch(/192\.168\.1\.1 and 192\.168\.1\.10 forward/);
    expect(verified.exit).toBe(0);
    expect((await cli("plan")).exit).toBe(0);
  }
  await inBox("client1", "sysctl -qw net.ipv4.nexthop_compat_mode=1");
  const back = await run("-e", "form=route");
  expect(outcomes(back)).toEqual(all("changed"));
  for (const host of HOSTS) {
    expect(await inBox(host, "ip -4 route show default | grep -c 'nexthop via'")).toBe("2");
    expect(await objects(host)).toBe("");
  }
  expect((await cli("plan", "-e", "form=route")).exit).toBe(0);
  const undone = await surefoot(["rollback", "last", "--yes", "--json", "--state", join(DIR, "state")], {
    env: ENV,
  });
  expect(outcomes(undone)).toEqual(all("changed"));
  for (const host of HOSTS) expect(await route(host)).toMatch(/^default nhid 4000/);
  expect(before.every((one) => one.includes("via 192.168.1.1"))).toBe(true);
  expect(await Promise.all(HOSTS.map(seen))).toEqual(["", ""]);
});

it("has the group back after a reboot and after a lost link, by the unit of the page", async () => {
  await reboot("client1");
  await until("the group after a reboot", async () =>
    (await route("client1")).startsWith("default nhid 4000"),
  );
  expect((await cli("plan", "--limit", "client1")).exit).toBe(0);
  expect((await surefoot(["lab", "fault", "cut-link", "client1"], { env: ENV })).exit).toBe(0);
  await until("the objects to go with the carrier", async () => (await objects("client1")) === "");
  expect(await route("client1")).toBe("");
  expect((await surefoot(["lab", "fault", "heal-link", "client1"], { env: ENV })).exit).toBe(0);
  await until("the group after a lost link", async () =>
    (await route("client1")).startsWith("default nhid 4000"),
  );
  expect((await cli("plan", "--limit", "client1")).exit).toBe(0);
});

it("is taken back by the host itself where a group cuts it off, objects and all", async () => {
  const look = "ip route show; ip nexthop show";
  const before = await inBox("client3", look);
  const cut =
    'route({ to: "10.20.0.0/24", via: [{ gateway: "192.168.1.250", dev: "eth1" }, { gateway: "192.168.1.251", dev: "eth1" }], nexthops: "group" })';
  const ran = await custom(cut, "--limit", "client3", "--confirm-timeout", "10");
  expect(outcomeOf(ran, "client3")).toBe("rolled-back");
  expect(steps(ran, "client3")[0]).toContain("nexthop group");
  expect(await inBox("client3", look)).toBe(before);
});
