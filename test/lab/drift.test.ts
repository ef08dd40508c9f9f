import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { DriftFinding } from "../../src/model/drift.js";
import type { HostDrift } from "../../src/model/event.js";
import type { Ran } from "../support/cli.js";
import { eventsOf, surefoot } from "../support/cli.js";
import { ENV, INVENTORY, inBox, inventoryWith, outcomes } from "./fleet.js";

const DIR = mkdtempSync(join(tmpdir(), "surefoot-drift-"));
const STATE = join(DIR, "state");
const PLAYBOOK = join(DIR, "playbook.ts");
const LIMIT = "client[1:3]";
const CLIENTS = ["client1", "client2", "client3"] as const;

/** In a table of its own the route can be broken without cutting anything off. */
const TASKS = `
  route({ to: "default", table: 100, metric: 50, via: [{ gateway: "192.168.1.1", dev: "eth1" }, { gateway: "192.168.1.10", dev: "eth1" }] }),
  sysctl({ key: "net.ipv4.tcp_fin_timeout", value: 33, file: "/etc/sysctl.d/50-sf-drift.conf" }),
  file({ path: "/etc/sf-drift", content: "ours\\n" }),
  systemdUnit({ name: "sf-drift.service", content: "[Service]\\nType=oneshot\\nExecStart=/bin/true\\nRemainAfterExit=yes\\n[Install]\\nWantedBy=multi-user.target\\n", enabled: true, started: true }),
`;

/** Eight kinds of drift: what is done to the host, and what is told of it. */
const BREAKS: Readonly<
  Record<string, readonly (readonly [task: string, script: string, looksLike: RegExp, fixable: boolean])[]>
> = {
  client1: [
    [
      "route",
      "ip route replace default via 192.168.1.10 dev eth1 table 100 metric 50 proto dhcp",
      /^a DHCP renewal/,
      true,
    ],
    ["sysctl", "sysctl -qw net.ipv4.tcp_fin_timeout=44", /`sysctl -w`.*set live only/, true],
    ["file", "echo theirs > /etc/sf-drift", /^an edit by hand/, true],
    ["systemdUnit", "systemctl -q disable sf-drift.service", /^somebody's `systemctl disable`$/, true],
  ],
  client2: [
    [
      "route",
      "ip route replace default via 192.168.1.1 dev eth1 table 100 metric 50",
      /^the next hop 192\.168\.1\.10 was taken out/,
      true,
    ],
    [
      "sysctl",
      "echo net.ipv4.tcp_fin_timeout=55 > /etc/sysctl.d/60-theirs.conf",
      /^no effect: \/etc\/sysctl\.d\/60-theirs\.conf:1 is read later and wins/,
      false,
    ],
    [
      "systemdUnit",
      "echo '# theirs' >> /etc/systemd/system/sf-drift.service",
      /^somebody edited the unit file/,
      true,
    ],
  ],
  client3: [
    [
      "route",
      "ip route add default via 192.168.1.10 dev eth1 table 100 metric 10",
      /^no effect: default metric 10 .* wins over this one/,
      false,
    ],
  ],
};

const cli = (...args: readonly string[]): Promise<Ran> => surefoot([...args, "--state", STATE], { env: ENV });
const on = (command: string, ...more: readonly string[]): Promise<Ran> =>
  cli(command, PLAYBOOK, "-i", INVENTORY, "--limit", LIMIT, ...more);
const drift = (...more: readonly string[]): Promise<Ran> => on("drift", "--json", ...more);

/** What a look said of each host. */
const driftsOf = (ran: Ran): Readonly<Record<string, HostDrift>> =>
  Object.fromEntries(
    eventsOf(ran).flatMap((event) => (event.type === "host-drift" ? [[event.host, event] as const] : [])),
  );
const standings = (ran: Ran): readonly string[] =>
  CLIENTS.map((host) => driftsOf(ran)[host]?.standing ?? "nothing");
const finding = (ran: Ran, host: string, kind: string): DriftFinding | undefined =>
  driftsOf(ran)[host]?.findings.find((one) => one.kind === kind);
const runOf = (ran: Ran): string => {
  const started = eventsOf(ran).find((event) => event.type === "run-started");
  return started?.type === "run-started" ? started.run : "";
};

const clean = (): Promise<unknown> =>
  Promise.all(
    CLIENTS.map((host) =>
      inBox(
        host,
        `systemctl -q disable --now sf-drift.service; ip route flush table 100
rm -f /etc/sf-drift /etc/sysctl.d/50-sf-drift.conf /etc/sysctl.d/60-theirs.conf /etc/systemd/system/sf-drift.service
systemctl daemon-reload; sysctl -qw net.ipv4.tcp_fin_timeout=60; true`,
      ),
    ),
  );

let applied: Ran;

beforeAll(async () => {
  writeFileSync(
    PLAYBOOK,
    `import { file, playbook, route, sysctl, systemdUnit, z } from "surefoot";
export default playbook({ name: "drift", hosts: "clients", vars: z.object({}), tasks: () => [${TASKS}] });
`,
  );
  await clean();
  const before = await drift();
  expect(before.exit).toBe(2);
  expect(finding(before, "client1", "file")?.looksLike).toMatch(/^never applied/);
  applied = await on("run", "--yes", "--json");
  expect(applied.exit).toBe(0);
  const well = await drift();
  expect(standings(well)).toEqual(["in-sync", "in-sync", "in-sync"]);
  expect(well.exit).toBe(0);
});

afterAll(clean);

it("finds eight kinds of drift with the right words, corrects what can be, and finds them in the history", {
  timeout: 240_000,
}, async () => {
  const hosts = Object.entries(BREAKS);
  await Promise.all(hosts.map(([host, all]) => inBox(host, all.map(([, script]) => script).join("\n"))));
  const notify = ["--notify", `command=cat >> ${join(DIR, "told")}`];
  const found = await drift(...notify);
  expect(found.exit).toBe(2);
  for (const [host, all] of hosts) {
    expect(driftsOf(found)[host]?.standing).toBe("drifted");
    for (const [kind, , looksLike, fixable] of all) {
      expect(finding(found, host, kind), `${host} ${kind}`).toMatchObject({
        looksLike: expect.stringMatching(looksLike),
        fixable,
        applied: { run: runOf(applied) },
      });
    }
    expect(driftsOf(found)[host]?.findings).toHaveLength(all.length);
  }
  expect(finding(found, "client1", "sysctl")?.fields).toEqual([
    { field: "live", desired: "33", applied: "33", found: "44" },
  ]);

  const again = await on("drift", ...notify);
  const since = finding(found, "client1", "file")?.since.replace("T", " ").slice(0, 19) ?? "nothing";
  expect(again.stdout).toContain(`since         ${since}`);
  expect(again.stdout).toMatch(/looks like {4}a DHCP renewal/);
  expect(again.stdout).toContain("3 drifted");

  const junit = join(DIR, "junit.xml");
  const fixed = await drift("--fix", "--yes", "--report", `junit=${junit}`, ...notify);
  // What is without effect stays so, and is not taken for corrected.
  expect(fixed.exit).toBe(1);
  expect(fixed.stderr).toContain("without effect on client[2:3]");
  expect(outcomes(fixed)).toEqual({ client1: "changed", client2: "changed", client3: "would-change" });
  expect(readFileSync(junit, "utf8")).toContain('tests="3" failures="2"');
  await inBox("client2", "rm /etc/sysctl.d/60-theirs.conf");
  await inBox("client3", "ip route del default table 100 metric 10");
  const well = await drift(...notify);
  expect(standings(well)).toEqual(["in-sync", "in-sync", "in-sync"]);
  expect(well.exit).toBe(0);
  const news = readFileSync(join(DIR, "told"), "utf8").trimEnd().split("\n");
  expect(news.map((line) => JSON.parse(line).summary)).toEqual([
    "playbook on inventory: 3 hosts drifted",
    "playbook on inventory: 1 host corrected in part, still drifted, 1 host corrected",
    "playbook on inventory: 2 hosts in sync again",
  ]);

  const told = await cli("history", "client1", "--since", "1h", "--json");
  const rows: readonly {
    run: string;
    outcome: string;
    command: string;
    of?: string;
    what: readonly string[];
  }[] = told.stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(rows.map(({ outcome, command }) => [outcome, command])).toEqual([
    ["changed", "drift"],
    ["drifted", "drift"],
    ["drifted", "drift"],
    ["drifted", "drift"],
    ["changed", "run"],
    ["drifted", "drift"],
  ]);
  const things = ["route default", "sysctl net", "file /etc/sf-drift", "systemdUnit sf-drift.service"];
  for (const { what } of rows.slice(0, 4))
    expect(what).toEqual(things.map((thing) => expect.stringContaining(thing)));
  expect(rows[3]?.run).toBe(runOf(found));
  expect(rows[0]?.of).toBe(rows[1]?.run);
  const read = (await cli("history", "client1")).stdout;
  expect(read).toMatch(/\d\d:\d\d {2}corrected: client1\n/);
  expect(read).toMatch(/~ sysctl net\.ipv4\.tcp_fin_timeout: live is "44", wanted "33"/);
  expect(read).toContain("seen 3 times");
  expect((await cli("runs", "show", runOf(found))).stdout).toContain("looks like");
  expect((await cli("runs", "resume", runOf(found), "--yes")).exit).toBe(3);
});

it("leaves a host alone that drifts again and again, and says so", async () => {
  await inBox("client1", "echo theirs > /etc/sf-drift");
  const ran = await drift("--fix", "--yes", "--flap", "1/1h");
  expect(ran.exit).toBe(1);
  expect(outcomes(ran)).toEqual({ client1: "host-flapping", client2: "ok", client3: "ok" });
  expect(standings(ran)).toEqual(["flapping", "in-sync", "in-sync"]);
  expect(await inBox("client1", "cat /etc/sf-drift")).toBe("theirs");
  const fixed = await drift("--fix", "--yes", "--flap", "2/1h");
  expect(outcomes(fixed)).toEqual({ client1: "changed", client2: "ok", client3: "ok" });
  expect(fixed.exit).toBe(0);
});

it("tells hosts that can't be reached or read from those that drifted", async () => {
  const inventory = inventoryWith({
    "host_vars/client2.yml": "ssh: { address: 192.168.1.250, connect_timeout: 2 }\n",
  });
  await inBox("client3", "mv /etc/sf-drift /etc/sf-drift.away && mkdir /etc/sf-drift");
  const all = await cli("drift", PLAYBOOK, "-i", inventory, "--limit", LIMIT, "--json");
  expect(standings(all)).toEqual(["in-sync", "unreachable", "unknown"]);
  expect(all.exit).toBe(1);
  await inBox("client3", "rmdir /etc/sf-drift && mv /etc/sf-drift.away /etc/sf-drift");
  const rest = await cli("drift", PLAYBOOK, "-i", inventory, "--limit", LIMIT, "--json");
  expect(standings(rest)).toEqual(["in-sync", "unreachable", "in-sync"]);
  expect(rest.exit).toBe(4);
});
