import { expect, it } from "vitest";
import type { CommandFinished } from "../../src/model/event.js";
import type { Ran } from "../support/cli.js";
import { eventsOf, surefoot } from "../support/cli.js";
import { ENV, INVENTORY, inBox, inventoryWith, outcomes } from "./fleet.js";

/** Some clients' inventory with a secret, a password for one client's sudo, and one client that is not there. */
const inventory = inventoryWith({
  "group_vars/all/zz.yml": "db_password: canary-of-exec\n",
  "host_vars/client3.yml": "ssh: { port: 1 }\n",
  "host_vars/client4.yml": "become: { password: { env: OPS } }\n",
});

async function exec(command: string, limit: string, ...more: readonly string[]): Promise<Ran> {
  const args = ["exec", command, "-i", inventory, "--limit", limit, ...more];
  return surefoot(args, { env: { ...ENV, OPS: "lab-password" } });
}

const finished = (ran: Ran): readonly CommandFinished[] =>
  eventsOf(ran).flatMap((event) => (event.type === "command-finished" ? [event] : []));

it("tells equal outputs once, others apart, and masks secrets in them", async () => {
  const same = await exec("echo canary-of-exec; printf 'b\\033[2J' >&2", "client[1:2]");
  expect(same.stdout).toMatch(
    /^2 hosts, exit 0: client\[1:2\]\n {2}\(secret\)\n {2}stderr:\n {2}b\\x1b\[2J\n\n2 hosts in .*: 2 exit 0\n$/,
  );
  expect(same.exit).toBe(0);
  const apart = await exec("hostname; [ $(hostname) = client1 ] || exit 3", "client[1:3]");
  expect(apart.stdout).toContain("1 host, exit 0: client1\n  client1\n");
  expect(apart.stdout).toContain("1 host, exit 3: client2\n  client2\n");
  expect(apart.stdout).toMatch(/error\[proxy-failed\].*\n.*client3/);
  expect(apart.stdout).toMatch(/: 1 exit 0, 1 other exit, 1 unreachable\n$/);
  expect(apart.exit).toBe(1);
  expect((await exec("true", "client1,client3")).exit).toBe(4);
});

it("is the login user, and root or another only if told to be", async () => {
  const who = "id -un; cat; echo err >&2";
  const plain = await exec(who, "client1,client4,client6", "--json");
  expect(finished(plain).map(({ host, stdout, stderr }) => [host, stdout, stderr])).toEqual(
    expect.arrayContaining([
      ["client1", "ops\n", "err\n"],
      ["client4", "ops\n", "err\n"],
      ["client6", "root\n", "err\n"],
    ]),
  );
  const root = await exec(who, "client1,client4,client5", "--become", "--json");
  expect(finished(root).map(({ stdout, stderr }) => [stdout, stderr])).toEqual([
    ["root\n", "err\n"],
    ["root\n", "err\n"],
  ]);
  expect(outcomes(root)).toMatchObject({ client1: "ok", client4: "ok" });
  expect(root.exit).toBe(1);
});

it("tells lines as they come, each behind its host", async () => {
  const ran = await exec("echo one; echo two >&2; printf canary-of-exec", "client[1:2]", "--stream");
  expect(ran.stdout).toContain("client1: one\n");
  expect(ran.stdout).toContain("client2: (secret)\n");
  expect(ran.stderr.split("\n").sort()).toEqual(["", "client1: two", "client2: two"]);
  const told = eventsOf(await exec("echo one", "client1", "--stream", "--json"));
  expect(told.map((event) => event.type).slice(-4)).toEqual([
    "command-output",
    "command-finished",
    "host-finished",
    "run-finished",
  ]);
});

it("keeps the end of what is too long, and says so", async () => {
  const [event] = finished(
    await exec("head -c 3000000 /dev/zero; seq 200000; seq 100000 >&2; printf end", "client1", "--json"),
  );
  expect(event?.stdout).toMatch(/^\d+\n[\s\S]*\n200000\nend$/);
  expect(event?.stderr).toMatch(/^\d+\n[\s\S]*\n100000\n$/);
  const written = 3_000_000 + 1_288_895 + 3;
  expect((event?.cut?.stdout ?? 0) + (event?.stdout?.length ?? 0)).toBe(written);
  expect(event?.cut?.stderr).toBeGreaterThan(500_000);
});

it("kills what runs on the host when its time is up, however much it says", async () => {
  const ran = await exec(
    "sleep 7311 & while :; do echo busy; sleep 0.2; done",
    "client1",
    "--timeout",
    "2",
    "--json",
  );
  expect(outcomes(ran)).toEqual({ client1: "command-timeout" });
  expect(eventsOf(ran).find((event) => event.type === "host-finished")).toMatchObject({
    error: { detail: expect.stringContaining("busy") },
  });
  expect(ran.exit).toBe(1);
  expect(await inBox("client1", "pgrep -f '^sleep 7311$'")).toBe("");
});

it("refuses what can't be meant, and contacts nothing", async () => {
  expect((await exec(" ", "client1")).exit).toBe(3);
  expect((await exec("true", "client1", "-K")).stderr).toContain("--become");
  expect((await surefoot(["exec", "true", "-i", INVENTORY, "--limit", "nobody"], { env: ENV })).exit).toBe(3);
});
