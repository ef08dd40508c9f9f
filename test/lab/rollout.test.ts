import { mkdtempSync, readdirSync, readFileSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import type { Ran } from "../support/cli.js";
import { eventsOf, surefoot } from "../support/cli.js";
import { CLIENTS, ENV, INVENTORY, inBox, inventoryWith, outcomes, playbookOf, until } from "./fleet.js";

const STATE = mkdtempSync(join(tmpdir(), "surefoot-state-"));
const HOSTS = Array.from({ length: CLIENTS }, (_, i) => `client${i + 1}`);
/** Of the clients, those that are root without being asked; the others fail in their own ways. */
const LIMIT = "client[1:3]:client6";

const cli = (...args: readonly string[]): Promise<Ran> => surefoot([...args, "--state", STATE], { env: ENV });
const run = (playbook: string, ...more: readonly string[]): Promise<Ran> =>
  cli("run", playbook, "-i", INVENTORY, "--json", "--yes", "--limit", LIMIT, ...more);
const runOf = (ran: Ran): string => {
  const started = eventsOf(ran).find((event) => event.type === "run-started");
  return started?.type === "run-started" ? started.run : "";
};
/** What the tests' things look like on a host. */
const look = (host: string): Promise<string> =>
  inBox(
    host,
    "for f in /etc/sf-a /etc/sf-b; do stat -c '%n %a %u' $f 2>/dev/null && cat $f; done; sysctl -n net.ipv4.tcp_fin_timeout; ls /etc/sysctl.d/99-sf.conf 2>/dev/null; true",
  );

const THINGS = `
  sysctl({ key: "net.ipv4.tcp_fin_timeout", value: 33, file: "/etc/sysctl.d/99-sf.conf" }),
  file({ path: "/etc/sf-a", content: "new\\n", mode: "0600" }),
`;

afterAll(async () => {
  const clean = "rm -f /etc/sf-a /etc/sf-b /etc/sysctl.d/99-sf.conf; sysctl -qw net.ipv4.tcp_fin_timeout=60";
  await Promise.all(HOSTS.map((host) => inBox(host, clean)));
});

it("goes in waves, and stops when one that can't be reached and one that failed have spent the budget", async () => {
  const inventory = inventoryWith({
    "host_vars/client2.yml": "ssh: { address: 192.168.1.250, connect_timeout: 2 }\n",
  });
  const playbook = playbookOf(
    `command({ run: host.name === "client3" ? "echo broken; exit 7" : "true", always: true }),`,
    'rollout: { waves: [1, 2, 3], budget: 2, pause: "10ms" },',
  );
  const args = ["run", playbook, "-i", inventory, "--yes", "--limit", LIMIT, "--state", STATE];
  const ran = await surefoot([...args, "--json"], { env: ENV });
  expect(outcomes(ran)).toEqual({
    client1: "changed",
    client2: "connect-timeout",
    client3: "step-failed",
    client6: "skipped",
  });
  expect(ran.exit).toBe(1);
  const told = eventsOf(ran).filter(({ type }) => /^(wave|rollout)-/.test(type));
  expect(told.map((event) => ("wave" in event ? `${event.type} ${event.wave}/${event.waves}` : ""))).toEqual([
    "wave-started 1/4",
    "wave-finished 1/4",
    "wave-started 2/4",
    "wave-finished 2/4",
    "wave-started 3/4",
    "rollout-stopped 3/4",
    "wave-finished 3/4",
  ]);
  const said = await surefoot(["runs", "show", "last", "--state", STATE], { env: ENV });
  expect(said.stdout).toContain(
    "Stopped in wave 3 of 4: the budget of 2 is spent (client2 unreachable, client3 failed).",
  );
  expect(said.stdout).toContain("1 changed, 1 failed, 1 unreachable, 1 not started");
  expect(said.stdout).toContain(`surefoot runs resume ${runOf(ran)}`);
  expect(said.stdout).toContain(`surefoot rollback ${runOf(ran)}`);
});

it("goes on with a run whose controller was killed, and its journal tells the whole story", async () => {
  // The second step of each host lasts, so that the controller is killed between two steps of one wave.
  const playbook = playbookOf(
    `${THINGS} command({ run: "sleep 2", unless: "[ -e /etc/sf-b ]" }), file({ path: "/etc/sf-b", content: "b\\n" }),`,
    "rollout: { waves: [1, 3] },",
  );
  let killed = false;
  const ran = await surefoot(
    ["run", playbook, "-i", INVENTORY, "--json", "--yes", "--limit", LIMIT, "--state", STATE],
    {
      env: ENV,
      watch: (stdout, kill) => {
        const begun =
          stdout.includes('"type":"wave-started","wave":2') && /step-started","host":"client3/.test(stdout);
        if (begun && !killed) kill("SIGKILL");
        killed ||= begun;
      },
    },
  );
  expect(killed).toBe(true);
  expect(ran.exit).toBe(null);
  const run = runOf(ran);
  const shown = await cli("runs", "show", run);
  expect(shown.stdout).toContain("cut short");
  expect(shown.stdout).toMatch(/client3: was in flight \(apply\)/);
  expect((await cli("runs", "list")).stdout).toMatch(new RegExp(`${run} .* cut short`));
  // What the killed controller left running on the hosts ends first.
  await until("the hosts' steps to end", async () => {
    const busy = await Promise.all(["client2", "client3"].map((host) => inBox(host, "pgrep -f 'sleep 2$'")));
    return busy.every((pids) => pids === "");
  });
  const again = await cli("runs", "resume", run, "--yes", "--json");
  expect(again.exit).toBe(0);
  expect(Object.keys(outcomes(again))).not.toContain("client1");
  const plan = await surefoot(["plan", playbook, "-i", INVENTORY, "--limit", LIMIT, "--json"], { env: ENV });
  expect(outcomes(plan)).toEqual({ client1: "ok", client2: "ok", client3: "ok", client6: "ok" });
  const story = await cli("runs", "show", run);
  expect(story.stdout).toContain("gone on with by");
  expect(story.stdout).toContain("4 hosts");
  expect(story.stdout).not.toContain("cut short");
  expect((await cli("runs", "resume", run, "--yes")).stderr).toContain("nothing to go on with");
});

it("takes a run back exactly, and leaves alone what somebody has changed since", async () => {
  const hosts = ["client1", "client2"];
  const old =
    "rm -f /etc/sf-b /etc/sysctl.d/99-sf.conf; echo old > /etc/sf-a; chmod 640 /etc/sf-a; sysctl -qw net.ipv4.tcp_fin_timeout=60";
  await Promise.all(hosts.map((host) => inBox(host, old)));
  const before = await Promise.all(hosts.map(look));
  const playbook = playbookOf(`${THINGS} file({ path: "/etc/sf-b", content: "b\\n" }),`);
  const ran = await run(playbook, "--limit", "client[1:2]");
  expect(ran.exit).toBe(0);
  expect(await look("client1")).not.toBe(before[0]);
  await inBox("client2", "echo mine > /etc/sf-a");
  const back = await cli("rollback", runOf(ran), "--yes", "--json");
  expect(back.exit).toBe(1);
  expect(outcomes(back)).toEqual({
    client1: "changed",
    client2: "rollback-moved",
  });
  expect(back.stdout).toContain("content was left as");
  expect(await look("client1")).toBe(before[0]);
  expect(await look("client2")).toContain("mine");
  const forced = await cli("rollback", runOf(ran), "--yes", "--json", "--force");
  expect(outcomes(forced)).toMatchObject({ client1: "ok", client2: "changed" });
  expect(await Promise.all(hosts.map(look))).toEqual(before);
});

it("does not begin the next wave where a gate does not pass, and takes back what was done when told to", async () => {
  const before = await look("client1");
  const check = `custom({ run: "cat /etc/sf-a", expect: { judge: () => ({ verdict: "fail", summary: "it is not" }) } }, { name: "the file is new" })`;
  const playbook = playbookOf(
    THINGS,
    `rollout: { waves: [1], gate: { retries: 1, delay: "10ms", checks: () => [${check}] } },`,
  );
  const ran = await run(playbook, "--rollback");
  expect(ran.exit).toBe(1);
  const gate = eventsOf(ran).find((event) => event.type === "gate-finished");
  expect(gate).toMatchObject({
    passed: false,
    attempts: 2,
    findings: [{ host: "client1", title: "the file is new", summary: "it is not" }],
  });
  expect(eventsOf(ran).filter((event) => event.type === "run-started")).toHaveLength(2);
  expect(await look("client1")).toBe(before);
});

it("looks at a gate from another host of the inventory", async () => {
  const check = `custom({ run: "cat /etc/hostname # about " + host.name, expect: { stdout: "client6" } })`;
  const playbook = playbookOf(
    `command({ run: "true", always: true }),`,
    `rollout: { waves: [1], gate: { from: "client6", retries: 0, checks: ({ host }) => [${check}] } },`,
  );
  const ran = await run(playbook);
  expect(ran.exit).toBe(0);
  expect(eventsOf(ran).filter((event) => event.type === "gate-finished")).toMatchObject([
    { wave: 1, passed: true },
    { wave: 2, passed: true },
  ]);
});

it("ends what runs at the second signal, and says what is where and how to go on", async () => {
  const playbook = playbookOf(
    `file({ path: "/etc/sf-b", content: "b\\n" }), command({ run: "sleep 777", always: true }),`,
  );
  let signals = 0;
  const args = [
    "run",
    playbook,
    "-i",
    INVENTORY,
    "--json",
    "--yes",
    "--limit",
    "client[1:2]",
    "--forks",
    "1",
  ];
  const ran = await surefoot([...args, "--state", STATE], {
    env: ENV,
    watch: (stdout, kill) => {
      if (signals > 0 || !stdout.includes('"step":"run sleep 777"')) return;
      signals = 1;
      kill("SIGTERM");
      // Two that come at once are one.
      setTimeout(() => kill("SIGHUP"), 1000);
    },
  });
  expect(ran.exit).toBe(130);
  expect(outcomes(ran)).toEqual({ client1: "interrupted", client2: "skipped" });
  expect(ran.stderr).toContain("one is in flight and is finished or taken back");
  expect(ran.stderr).toContain("1 host between two states (some steps ran): client1");
  expect(ran.stderr).toContain("1 host not started: client2");
  expect(ran.stderr).toContain(`Go on: surefoot runs resume ${runOf(ran)}`);
  expect(await inBox("client1", "pgrep -f 'sleep 777$'")).toBe("");
});

it("changes nothing where the journal can't be written", async () => {
  const before = await look("client1");
  const ran = await surefoot(
    [
      "run",
      playbookOf(THINGS),
      "-i",
      INVENTORY,
      "--json",
      "--yes",
      "--limit",
      "client1",
      "--state",
      join(INVENTORY, "hosts.yml"),
    ],
    { env: ENV },
  );
  expect(ran.exit).toBe(3);
  expect(eventsOf(ran)).toMatchObject([{ type: "error", error: { code: "journal-failed" } }]);
  expect(await look("client1")).toBe(before);
});

it("refuses a saved plan for a host that has moved, and says what moved", async () => {
  const playbook = playbookOf(THINGS);
  const saved = join(STATE, "plan.json");
  const args = ["-i", INVENTORY, "--limit", "client[1:2]", "--json"];
  await surefoot(["plan", playbook, ...args, "--out", saved], { env: ENV });
  await inBox("client2", "echo mine > /etc/sf-a");
  const ran = await cli("run", playbook, ...args, "--plan", saved);
  expect(outcomes(ran)).toEqual({ client1: "changed", client2: "plan-stale" });
  expect(ran.stdout).toContain("content was");
  expect(await look("client2")).toContain("mine");
});

it("keeps journals to their owner, each event a line", () => {
  const runs = join(STATE, "runs");
  expect(statSync(runs).mode & 0o777).toBe(0o700);
  for (const name of readdirSync(runs)) {
    expect(statSync(join(runs, name)).mode & 0o777).toBe(0o600);
    for (const line of readFileSync(join(runs, name), "utf8").trimEnd().split("\n")) {
      if (!line.endsWith("}")) continue;
      expect(() => JSON.parse(line)).not.toThrow();
    }
  }
});
