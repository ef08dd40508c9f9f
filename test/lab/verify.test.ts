import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, expect, it } from "vitest";
import type { CheckFinished } from "../../src/model/event.js";
import type { Ran } from "../support/cli.js";
import { eventsOf, surefoot } from "../support/cli.js";
import { ENV, INVENTORY, inBox, inventoryWith, job } from "./fleet.js";

/** Three-to-one, as the route, the checks and the flags have it. */
const UNEVEN =
  'gateways=[{"address":"192.168.1.1","weight":3,"egress":"203.0.113.221"},{"address":"192.168.1.10","egress":"203.0.113.99"}]';

/** The flagship's checks on some clients, by the real command line. */
async function verify(limit: string, ...more: readonly string[]): Promise<Ran> {
  const args = ["verify", "playbooks/ecmp.ts", "-i", INVENTORY, "--limit", limit, ...more];
  return surefoot(args, { env: ENV });
}

const found = (ran: Ran): readonly CheckFinished[] =>
  eventsOf(ran).flatMap((event) => (event.type === "check-finished" ? [event] : []));
const of = (ran: Ran, kind: string): CheckFinished | undefined =>
  found(ran).find((check) => check.kind === kind);
const verdicts = (ran: Ran): Readonly<Record<string, string>> =>
  Object.fromEntries(found(ran).map(({ kind, verdict }) => [kind, verdict]));

const WELL = {
  sysctlEffective: "pass",
  unitHealthy: "pass",
  neighbours: "pass",
  gatewayForwards: "pass",
  flowPrediction: "pass",
  egress: "pass",
};
/** Counts by name. */
const counts = (check: CheckFinished | undefined): Readonly<Record<string, number>> =>
  Object.fromEntries((check?.shares ?? []).map(({ name, count }) => [name, count]));

beforeAll(async () => {
  expect((await job("run", "--limit", "client[1:2]")).exit).toBe(0);
});

it("finds both egress addresses within the bounds by 400 connections, and tells it for people", async () => {
  const report = join(mkdtempSync(join(tmpdir(), "surefoot-verify-")), "junit.xml");
  const ran = await verify("client[1:2]", "--report", `junit=${report}`);
  expect(ran.stdout).toMatch(/^ok +egress addresses seen by http:\/\/203.0.113.10\/ {2}2 hosts$/m);
  expect(ran.stdout).toMatch(/^ +203.0.113.99 +█+░+ +\d+ +\d+ % {2}of 50 %$/m);
  expect(ran.stdout).toMatch(/2 hosts in .*: 2 as it should be; 14 checks: 14 passed\n$/);
  expect(Math.max(...ran.stdout.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80);
  expect(ran.exit).toBe(0);
  expect(readFileSync(report, "utf8").match(/<testcase /g)).toHaveLength(14);
});

it("names a gateway that no longer translates addresses", async () => {
  const rules = await inBox("nat2", "nft list ruleset");
  await inBox("nat2", "nft flush ruleset");
  try {
    const ran = await verify("client1", "--json");
    expect(verdicts(ran)).toEqual({ ...WELL, gatewayForwards: "fail", egress: "fail" });
    expect(of(ran, "gatewayForwards")?.summary).toBe("192.168.1.10 does not forward to 203.0.113.10");
    expect(of(ran, "egress")?.summary).toMatch(
      /^no connection left by 203.0.113.99; \d+ of 400 connections failed$/,
    );
    expect(eventsOf(ran).at(-1)).toMatchObject({ type: "run-finished", exitCode: 1 });
    expect(ran.exit).toBe(1);
  } finally {
    await inBox("nat2", `nft -f - <<'EOF'\n${rules}\nEOF`);
  }
});

it("names a gateway that answers on the link but does not forward", async () => {
  // Half of the sessions from the bastion would not come through at all: they keep to the other gateway, both ways.
  await inBox("client1", "ip route add 10.20.0.2 via 192.168.1.1");
  await inBox("bastion", "ip route add 192.168.1.21 via 10.20.0.11");
  await inBox("nat2", "sysctl -qw net.ipv4.ip_forward=0");
  try {
    const ran = await verify("client1", "--json", "-e", "echo_connections=40");
    expect(of(ran, "neighbours")?.verdict).toBe("pass");
    expect(of(ran, "gatewayForwards")?.summary).toBe("192.168.1.10 does not forward to 203.0.113.10");
  } finally {
    await inBox("nat2", "sysctl -qw net.ipv4.ip_forward=1");
    await inBox("bastion", "ip route del 192.168.1.21");
    await inBox("client1", "ip route del 10.20.0.2");
  }
});

it("finds that hash policy 0 sends everything to one address by one gateway", async () => {
  await inBox("client2", "sysctl -qw net.ipv4.fib_multipath_hash_policy=0");
  const ran = await verify("client2", "--json", "-e", "echo_connections=60");
  expect(of(ran, "flowPrediction")?.summary).toMatch(/^all flows to .* the hash policy is 0$/);
  expect(of(ran, "egress")?.summary).toMatch(/^no connection left by 203.0.113.(221|99)$/);
  expect(of(ran, "egress")?.hint).toContain("fib_multipath_hash_policy is 0");
  expect(of(ran, "gatewayForwards")?.verdict).toBe("unknown");
  await inBox("client2", "sysctl -qw net.ipv4.fib_multipath_hash_policy=1");
});

it("says that a tool is missing, and passes only when told not to mind", async () => {
  await inBox("client2", "chmod 000 /usr/bin/curl /bin/nc.openbsd");
  try {
    const strict = await verify("client2", "--json");
    expect(verdicts(strict)).toEqual({ ...WELL, gatewayForwards: "unknown", egress: "unknown" });
    expect(of(strict, "egress")?.summary).toBe("neither curl nor nc is on the host");
    expect(strict.exit).toBe(1);
    expect((await verify("client2", "--json", "--allow-unknown")).exit).toBe(0);
  } finally {
    await inBox("client2", "chmod 755 /usr/bin/curl /bin/nc.openbsd");
  }
});

it("tells weights of 3:1 from 1:1, whichever of them is real", async () => {
  const even = await verify("client1", "--json", "-e", UNEVEN);
  expect(verdicts(even)).toMatchObject({ flowPrediction: "fail", egress: "fail" });
  expect((await job("run", "--limit", "client1", "-e", UNEVEN)).exit).toBe(0);
  try {
    const uneven = await verify("client1", "--json", "-e", UNEVEN);
    expect(verdicts(uneven)).toEqual(WELL);
    expect(Object.values(counts(of(uneven, "egress"))).reduce((a, b) => a + b)).toBeGreaterThanOrEqual(396);
    expect(verdicts(await verify("client1", "--json"))).toMatchObject({
      flowPrediction: "fail",
      egress: "fail",
    });
  } finally {
    expect((await job("run", "--limit", "client1")).exit).toBe(0);
  }
});

it("gives exit 4 where a host can't be reached", async () => {
  const inventory = inventoryWith({ "group_vars/all/zz.yml": "ssh: { port: 1 }\n" });
  const args = ["verify", "playbooks/ecmp.ts", "-i", inventory, "--limit", "client1", "--json"];
  const ran = await surefoot(args, { env: ENV });
  expect(eventsOf(ran).at(-1)).toMatchObject({ tally: { unreachable: 1 } });
  expect(ran.exit).toBe(4);
});
