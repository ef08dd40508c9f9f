import type { ChildProcess } from "node:child_process";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import type { Ran } from "../support/cli.js";
import { eventsOf, surefoot } from "../support/cli.js";
import { ENV, INVENTORY, inBox, job, jobOnBastion, LAB, outcomes, ROOT, reboot, until } from "./fleet.js";

const CLIENT = "client1";
const SERVER = ["203.0.113.10", "7007"];
const DEAD = "203.0.113.99";
const MODES = {
  kernel: ["-e", "failover=kernel"],
  pinned: ["-e", "failover=pinned", "-e", 'failover_targets=["203.0.113.10"]'],
} as const;

const set = (...vars: readonly string[]): Promise<Ran> => job("run", "--limit", CLIENT, ...vars);
const fault = (...words: readonly string[]): Promise<Ran> =>
  surefoot(["lab", "fault", ...words], { env: ENV });

/** All that failover could leave behind. */
const state = (): Promise<string> =>
  inBox(
    CLIENT,
    `ip route; ip rule; nft list ruleset; ip neigh show dev eth1 | grep managed
grep -s '' /proc/sys/net/ipv4/fib_multipath_use_neigh /proc/sys/net/ipv4/neigh/eth1/*
ls -d /usr/local/sbin/* /run/surefoot* /etc/systemd/system/surefoot*; systemctl is-active surefoot-failover`,
  );

function notes(ran: Ran): string {
  return eventsOf(ran)
    .flatMap((event) => (event.type === "host-planned" ? event.plan.tasks.flatMap((task) => task.notes) : []))
    .join("\n");
}

function inNet(box: string, script: string): ChildProcess {
  const net = `--net=/run/netns/sf-${LAB}-${box}`;
  return spawn("nsenter", [net, process.execPath, join(ROOT, "bench", script), ...SERVER]);
}

interface Flow {
  readonly name: string;
  readonly via: string | null;
  readonly alive: boolean;
}

type Told =
  | { readonly kind: "new"; readonly via: string | null }
  | { readonly kind: "check"; readonly flows: readonly Flow[] };

/** Traffic of the client: new connections all the time, and some that are held open. */
function traffic() {
  const child = inNet(CLIENT, "failover-client.mjs");
  const fresh: (string | null)[] = [];
  let flows: readonly Flow[] = [];
  if (child.stdout !== null) {
    createInterface({ input: child.stdout }).on("line", (line) => {
      const told: Told = JSON.parse(line);
      if (told.kind === "new") fresh.push(told.via);
      else flows = told.flows;
    });
  }
  const say = (words: string): void => void child.stdin?.write(`${words}\n`);
  return {
    say,
    /** Waits until this many new connections in a row are as they should be. */
    untilNew: (what: string, count: number, good: (via: string | null) => boolean) => {
      const from = fresh.length;
      return until(what, async () => {
        const last = fresh.slice(from).slice(-count);
        return last.length === count && last.every(good);
      });
    },
    untilSeen: (what: string, via: string) => {
      const from = fresh.length;
      return until(what, async () => fresh.slice(from).includes(via));
    },
    untilFlows: (what: string, good: (flows: readonly Flow[]) => boolean) =>
      until(what, async () => {
        say("check 1");
        return flows.length > 0 && good(flows);
      }),
    end: () => child.kill(),
  };
}

let server: ChildProcess;
let guide: string;

beforeAll(async () => {
  server = inNet("internet", "failover-server.mjs");
  if (server.stdout !== null) await once(server.stdout, "data");
  expect(outcomes(await set())[CLIENT]).toMatch(/^(changed|ok)$/);
  guide = await state();
});

afterEach(async () => {
  await fault("heal-all");
});

afterAll(() => {
  server.kill();
});

it.each(["kernel", "pinned"] as const)("%s keeps a host on line while a gateway is dead", async (mode) => {
  expect(outcomes(await set(...MODES[mode]))).toEqual({ [CLIENT]: "changed" });
  const { say, untilNew, untilSeen, untilFlows, end } = traffic();
  try {
    await untilSeen("the second gateway to be used", DEAD);
    say("hold before 8");
    await untilFlows("flows to be open", (flows) => flows.every(({ via }) => via !== null));
    await fault("cut-lan", "nat2");
    await untilNew("new connections to work again", 20, (via) => via !== null && via !== DEAD);
    say("hold during 4");
    await untilFlows("flows to be open meanwhile", (flows) => flows.filter(({ via }) => via).length === 12);
    // The controller itself comes through the gateways, and half of the answers to it go to the dead one: it tries from other ports.
    let planned: Ran | undefined;
    for (let i = 0; i < 5; i++) {
      planned = await jobOnBastion("plan", "--limit", CLIENT, ...MODES[mode]);
      expect(planned.exit).toBe(0);
    }
    if (mode === "pinned" && planned !== undefined)
      expect(notes(planned)).toContain("degraded: gateway 192.168.1.10 is out since");
    await fault("heal-lan", "nat2");
    await untilSeen("the gateway that came back to be used", DEAD);
    await untilFlows("all flows of the healthy gateway to go on", (flows) =>
      flows.every(({ via, alive }) => via === DEAD || alive),
    );
  } finally {
    end();
  }
  expect(outcomes(await set())).toEqual({ [CLIENT]: "changed" });
  expect(await state()).toBe(guide);
});

it.each([
  ["passes nothing on", "stop-forwarding", "start-forwarding"],
  ["has lost its own way out", "cut-wan", "heal-wan"],
  ["no longer translates addresses", "break-nat", "mend-nat"],
])("finds a gateway that answers on the link and %s, by probing through it", async (_how, begin, heal) => {
  await set(...MODES.pinned);
  const { untilNew, untilSeen, end } = traffic();
  try {
    await untilSeen("the second gateway to be used", DEAD);
    await fault(begin, "nat2");
    await untilNew("new connections to avoid it", 20, (via) => via !== null && via !== DEAD);
    if (begin === "stop-forwarding") {
      // Killed, the service leaves the choice among all, and comes back to find out again.
      await inBox(CLIENT, "systemctl kill -s KILL --kill-who=main surefoot-failover; nft flush ruleset");
      await untilNew("new connections to avoid it again", 20, (via) => via !== null && via !== DEAD);
    }
    await fault(heal, "nat2");
    await untilSeen("the gateway that came back to be used", DEAD);
  } finally {
    end();
  }
});

it("comes back after a reboot, and says by which means where the kernel's are missing", async () => {
  await inBox(
    CLIENT,
    `printf '#!/bin/sh\\ncase "$*" in *managed*) exit 1 ;; esac\\nexec /usr/sbin/ip "$@"\\n' > /usr/local/sbin/ip; chmod 755 /usr/local/sbin/ip`,
  );
  await set(...MODES.kernel);
  await reboot(CLIENT);
  await until(
    "the service to be up",
    async () => (await inBox(CLIENT, "cat /run/surefoot-failover/how")) !== "",
  );
  const planned = await job("plan", "--limit", CLIENT, ...MODES.kernel);
  expect(planned.exit).toBe(0);
  expect(notes(planned)).toContain("each gateway is pinged once a second");
  expect(await inBox(CLIENT, "pgrep -c ping; sysctl -n net.ipv4.fib_multipath_use_neigh")).toBe("2\n1");
  await inBox(CLIENT, "rm /usr/local/sbin/ip; systemctl restart surefoot-failover");
  expect(await inBox(CLIENT, "ip neigh show dev eth1 | grep -c managed")).toBe("2");
  await set();
  expect(await state()).toBe(guide);
});

const BOTH_LINKS = [
  "-e",
  'gateways=[{"address":"192.168.1.1"},{"address":"192.168.2.10","interface":"eth2"}]',
];

it("looks after gateways on two interfaces", async () => {
  const [fabric, client] = [`sf-${LAB}-fabric`, `sf-${LAB}-${CLIENT}`];
  execFileSync("sh", [
    "-euc",
    `ip -n ${fabric} link add name second type veth peer name eth2 netns ${client}
ip -n ${fabric} link set second master lan up
ip -n ${client} addr add 192.168.2.21/24 dev eth2
ip -n ${client} link set eth2 up
ip -n sf-${LAB}-nat2 addr add 192.168.2.10/24 dev lan`,
  ]);
  const { untilNew, untilSeen, end } = traffic();
  try {
    const ran = await set(...MODES.kernel, ...BOTH_LINKS, "-e", "persist=unit");
    expect(outcomes(ran)).toEqual({ [CLIENT]: "changed" });
    await untilSeen("the gateway on the second interface to be used", DEAD);
    await fault("cut-lan", "nat2");
    await untilNew("new connections to work again", 20, (via) => via !== null && via !== DEAD);
    await fault("heal-lan", "nat2");
    await untilSeen("the gateway that came back to be used", DEAD);
    const refused = await set(...MODES.pinned, ...BOTH_LINKS, "-e", "persist=unit");
    expect(refused.exit).toBe(3);
    expect(refused.stdout).toContain("pinned is for gateways on one interface");
    expect(outcomes(await set())).toEqual({ [CLIENT]: "changed" });
  } finally {
    end();
    execFileSync("sh", [
      "-c",
      `ip -n ${fabric} link del second; ip -n sf-${LAB}-nat2 addr del 192.168.2.10/24 dev lan`,
    ]);
  }
  expect(await state()).toBe(guide);
});

it("looks after IPv6 gateways beside IPv4 ones, and never touches their routes", async () => {
  const dir = mkdtempSync(join(tmpdir(), "surefoot-failover-"));
  const playbook = join(dir, "six.ts");
  const task = (
    mode: string,
  ): string => `import { failover, flowPrediction, neighbours, playbook, route, sysctl, z } from "surefoot";
export default playbook({ name: "six", hosts: "clients", vars: z.object({}), tasks: () => [
  sysctl({ key: "net.ipv6.fib_multipath_hash_policy", value: 1, file: "/etc/sysctl.d/50-six.conf" }),
  route({ to: "default", family: 6, via: [{ gateway: "fd00:1::1", dev: "eth1" }, { gateway: "fd00:1::10", dev: "eth1" }] }),
  failover(${mode}),
],
checks: () => [
  neighbours({ gateways: ["fd00:1::1", "fd00:1::10"], interface: "eth1", probe: true }, { gate: false }),
  flowPrediction({ to: ["fd00:2::10"], via: [{ gateway: "fd00:1::1" }, { gateway: "fd00:1::10" }] }, { gate: false }),
] });
`;
  const gateways = ["192.168.1.1", "192.168.1.10", "fd00:1::1", "fd00:1::10"].map((address) => ({ address }));
  const run = (): Promise<Ran> =>
    surefoot(
      ["run", playbook, "-i", INVENTORY, "--limit", CLIENT, "--yes", "--json", "--state", join(dir, "state")],
      {
        env: ENV,
      },
    );
  for (const [box, dev, address] of [
    [CLIENT, "eth1", "fd00:1::21/64"],
    ["nat1", "lan", "fd00:1::1/64"],
    ["nat2", "lan", "fd00:1::10/64"],
  ] as const)
    execFileSync("ip", ["-n", `sf-${LAB}-${box}`, "addr", "add", address, "dev", dev, "nodad"]);
  /** Gateways that new connections would take: nothing is sent for it. */
  const taken = (): Promise<string> =>
    inBox(
      CLIENT,
      `for port in $(seq 20001 20040); do ip -6 route get fd00:2::10 ipproto 6 sport $port dport 80; done | grep -o 'via [^ ]*' | sort -u | tr '\\n' ' '`,
    );
  const both = "via fd00:1::1 via fd00:1::10";
  try {
    writeFileSync(playbook, task(JSON.stringify({ mode: "kernel", interface: "eth1", gateways })));
    expect(outcomes(await run())).toEqual({ [CLIENT]: "changed" });
    const routes = await inBox(CLIENT, "ip -6 route show default");
    await until("both gateways to be used", async () => (await taken()) === both);
    const verify = (): Promise<Ran> =>
      surefoot(["verify", playbook, "-i", INVENTORY, "--limit", CLIENT], { env: ENV });
    const well = await verify();
    expect([well.exit, well.stdout]).toEqual([0, expect.stringContaining("2 checks: 2 passed")]);
    await fault("cut-lan", "nat2");
    await until("the dead one to be avoided", async () => (await taken()) === "via fd00:1::1");
    expect(await inBox(CLIENT, "ip -6 route show default")).toBe(routes);
    expect((await run()).exit).toBe(0);
    const ill = await verify();
    expect([ill.exit, ill.stdout]).toEqual([
      1,
      expect.stringContaining("fd00:1::10 does not answer on the link"),
    ]);
    await fault("heal-lan", "nat2");
    await until("both to be used again", async () => (await taken()) === both);
    // Where the host forwards, the kernel would use the dead one: refused before anything is touched.
    writeFileSync(playbook, task('{ mode: "none" }'));
    expect(outcomes(await run())).toEqual({ [CLIENT]: "changed" });
    await inBox(CLIENT, "sysctl -qw net.ipv6.conf.all.forwarding=1");
    writeFileSync(playbook, task(JSON.stringify({ mode: "kernel", interface: "eth1", gateways })));
    const refused = await run();
    expect(refused.exit).toBe(1);
    expect(refused.stdout).toContain("forwards IPv6");
  } finally {
    await inBox(
      CLIENT,
      "sysctl -qw net.ipv6.conf.all.forwarding=0 net.ipv6.fib_multipath_hash_policy=0; rm -f /etc/sysctl.d/50-six.conf; ip -6 route del default; ip -6 addr del fd00:1::21/64 dev eth1; true",
    );
    for (const [box, address] of [
      ["nat1", "fd00:1::1/64"],
      ["nat2", "fd00:1::10/64"],
    ] as const)
      execFileSync("ip", ["-n", `sf-${LAB}-${box}`, "addr", "del", address, "dev", "lan"]);
  }
  expect(await state()).toBe(guide);
});
