import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import type { Socket } from "node:net";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import { expect, it } from "vitest";
import { SurefootError } from "../../../src/model/error.js";
import type { Task } from "../../../src/model/resource.js";
import { defineResource } from "../../../src/model/resource.js";
import { command } from "../../../src/resources/command.js";
import { route } from "../../../src/resources/route.js";
import { sysctl } from "../../../src/resources/sysctl.js";
import type { HostSession } from "../../../src/run/context.js";
import { askWay, askWays, proveReachable } from "../../../src/run/guard/confirm.js";
import { readPairs } from "../../../src/run/guard/lease.js";
import type { AnswerBefore, AnswerWay } from "../../../src/run/guard/ways.js";
import { firstPort, readWay, readWays, wayProbe, waysProbe } from "../../../src/run/guard/ways.js";
import { localTransport } from "../../../src/transport/local.js";
import type { Endpoints, Transport } from "../../../src/transport/transport.js";
import { line } from "../../support/counter.js";
import { folder, outcomeOf, run, sessionOn } from "../runs.js";

const RULES = "0:\tfrom all lookup local\n32766:\tfrom all lookup main\n";
const A = "10.20.0.2 from 192.168.1.21 via 192.168.1.1 dev eth1 uid 0 \\    cache ";
const B = "10.20.0.2 from 192.168.1.21 via 192.168.1.10 dev eth1 uid 0 \\    cache ";
const routes = (...some: readonly string[]): string =>
  `default scope global \\${some.map((_, i) => ` nexthop via 192.168.1.${i} dev eth1 weight 1 \\`).join("")}\n` +
  Array.from({ length: 64 }, (_, i) => `${some[i % some.length]}\n`).join("");

it("tells ports by the way that their answers take", () => {
  const ways = readWays(RULES + routes(A, B, A), 50_000);
  expect(ways?.all.map(({ name }) => name)).toEqual([
    "via 192.168.1.1 dev eth1",
    "via 192.168.1.10 dev eth1",
  ]);
  expect(ways?.all[0]?.ports.slice(0, 4)).toEqual([50_000, 50_002, 50_003, 50_005]);
  expect(ways?.all.flatMap(({ ports }) => ports)).toHaveLength(64);
});

it("knows gateways of the other family and neighbours without any", () => {
  const names = (route: string): readonly string[] | undefined =>
    readWays(RULES + routes(route), 1)?.all.map(({ name }) => name);
  expect(names("10.0.0.2 from 10.0.0.1 via inet6 fe80::1 dev eth1 uid 0")).toEqual([
    "via inet6 fe80::1 dev eth1",
  ]);
  expect(names("10.0.0.2 from 10.0.0.1 dev eth1 uid 0")).toEqual(["dev eth1"]);
  expect(names("2001:db8::2 from 2001:db8::1 via fe80::1 dev eth1 metric 1")).toEqual([
    "via fe80::1 dev eth1",
  ]);
});

it.each([
  ["the host sees another connection", ""],
  ["it knows no way for some", RULES + routes(A).split("\n").slice(1).join("\n")],
  ["the kernel does not look at ports, though there are two ways", RULES + routes(A, B).replaceAll(B, A)],
  ["the host answers from a VRF", `1000:\tfrom all lookup [l3mdev-table]\n${RULES}${routes(A, B)}`],
  ["a mark may lead elsewhere", `${RULES}100:\tfrom all fwmark 0x1 lookup 101\n${routes(A, B)}`],
  ["rules are not told", routes(A, B)],
  ["a route leads nowhere", RULES + routes("unreachable 10.20.0.2 from 192.168.1.21")],
])("tells no ways where %s", (_why, output) => {
  expect(readWays(output, 50_000)).toBeUndefined();
});

it("begins where packet filters expect clients, and nowhere else", () => {
  for (let i = 0; i < 1000; i++) {
    const first = firstPort();
    expect(first).toBeGreaterThanOrEqual(49_152);
    expect(first + 63).toBeLessThanOrEqual(60_999);
  }
});

/** A connection of this machine to itself, and what each end sees. */
async function loop(address: string): Promise<{ readonly ends: Endpoints; readonly close: () => void }> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, address, resolve));
  const bound = server.address();
  const port = typeof bound === "object" && bound !== null ? bound.port : 0;
  const socket = await new Promise<Socket>((resolve) => {
    const opened: Socket = connect(port, address, () => resolve(opened));
  });
  const ends = { address, port: socket.localPort ?? 0, peer: { address, port } };
  const close = (): void => {
    socket.destroy();
    server.close();
  };
  return { ends, close };
}

const runs = (ends: Endpoints): string => {
  const script = waysProbe(ends, 50_000);
  return spawnSync("sh", ["-c", script?.sh ?? "exit 9"], { encoding: "utf8" }).stdout;
};

it.each(["127.0.0.1", "::1"])(
  "asks the kernel for real, over a connection that it sees: %s",
  async (address) => {
    const { ends, close } = await loop(address);
    const ways = readWays(runs(ends), 50_000);
    const way = wayProbe(ends);
    const now = spawnSync("sh", ["-c", way?.sh ?? "exit 9"], { encoding: "utf8" }).stdout;
    const translated = runs({ ...ends, port: ends.port ^ 1 });
    close();
    expect(ways?.all.map(({ ports }) => ports.length)).toEqual([64]);
    expect(ways?.all[0]?.name).toMatch(/dev lo$/);
    expect(translated).toBe("");
    expect(readWay(readPairs(now))).toEqual({ way: ways?.all[0]?.route, matched: ways?.matched });
  },
);

it("finds a connection that a socket of both families took", async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "::", resolve));
  const bound = server.address();
  const port = typeof bound === "object" && bound !== null ? bound.port : 0;
  const socket = await new Promise<Socket>((resolve) => {
    const opened: Socket = connect(port, "127.0.0.1", () => resolve(opened));
  });
  const peer = { address: "::ffff:127.0.0.1", port };
  const ways = readWays(runs({ address: "::ffff:127.0.0.1", port: socket.localPort ?? 0, peer }), 50_000);
  socket.destroy();
  server.close();
  expect(ways?.all).toHaveLength(1);
});

it.each(["fe80::1%eth0", "host.example"])("asks nothing for an address like %s", (address) => {
  expect(waysProbe({ address, port: 1, peer: { address: "10.0.0.1", port: 22 } }, 50_000)).toBeUndefined();
});

/** The connection that the host was asked over. */
const OVER: Endpoints = { address: "10.0.0.2", port: 40_001, peer: { address: "10.0.0.1", port: 22 } };

const WAYS: readonly AnswerWay[] = [
  { name: "via 192.168.1.1 dev eth1", ports: [50_000, 50_002], route: A.trim() },
  { name: "via 192.168.1.10 dev eth1", ports: [50_001, 50_003], route: B.trim() },
];

/** How the host answered before: by the first of them, the only one of the route. */
const BEFORE: AnswerBefore = { way: A.trim(), matched: "default one" };

/** A transport that says from where it came, and what it was asked for. */
function from(port: number, answered: (ports?: readonly number[]) => boolean = () => true) {
  const asked: (readonly number[] | "any flow" | undefined)[] = [];
  const transport: Transport = {
    ...localTransport,
    connect: async (target, signal, flow) => {
      asked.push(flow === undefined ? "any flow" : flow.ports);
      const ends = { address: "10.0.0.2", port, peer: { address: "10.0.0.1", port: 22 } };
      return { ...(await localTransport.connect(target, signal)), endpoints: ends };
    },
    knock: (_target, _ms, flow) => {
      asked.push(flow?.ports);
      return Promise.resolve(answered(flow?.ports));
    },
  };
  return { transport, asked };
}

async function session(transport: Transport, ways: readonly AnswerWay[] | undefined): Promise<HostSession> {
  const made = await sessionOn(folder(), [], { transport });
  made.ways = ways === undefined ? undefined : { over: OVER, matched: "default two", all: ways };
  made.armed = {
    timer: { token: "t", dir: folder(), seconds: 20, undo: [] },
    deadline: performance.now() + 20_000,
  };
  return made;
}

it("logs in by one way and knocks by each other one", async () => {
  const { transport, asked } = from(50_002);
  expect(await proveReachable(await session(transport, WAYS))).toBeUndefined();
  expect(asked).toEqual(["any flow", [50_000, 50_002], [50_001, 50_003]]);
});

it("knocks by all ways where the login came from another port", async () => {
  const { transport, asked } = from(40_000);
  expect(await proveReachable(await session(transport, WAYS))).toBeUndefined();
  expect(asked.slice(2)).toEqual([
    [50_000, 50_002],
    [50_001, 50_003],
  ]);
});

it("knocks from anywhere where the login has other addresses than those that were asked about", async () => {
  const { transport, asked } = from(50_002);
  const made = await session(transport, WAYS);
  made.ways = { over: { ...OVER, address: "10.0.0.9" }, matched: "default two", all: WAYS };
  expect(await proveReachable(made)).toBeUndefined();
  expect(asked.slice(2)).toEqual([undefined, undefined, undefined, undefined]);
});

it("logs in by a way that is new, and does not prove again the one by which the host was reached before", async () => {
  const { transport, asked } = from(50_001);
  const made = await session(transport, WAYS);
  made.answered = BEFORE;
  expect(await proveReachable(made)).toBeUndefined();
  expect(asked).toEqual(["any flow", [50_001, 50_003]]);
});

it("knocks by the new way where the login came from another port", async () => {
  const { transport, asked } = from(40_000);
  const made = await session(transport, WAYS);
  made.answered = BEFORE;
  expect(await proveReachable(made)).toBeUndefined();
  expect(asked.slice(2)).toEqual([[50_001, 50_003]]);
});

it("proves a way again that leads to the same gateway, and is another one all the same", async () => {
  const { transport, asked } = from(50_000);
  const made = await session(transport, WAYS);
  made.answered = { ...BEFORE, way: `${A.trim()} mtu 1400` };
  expect(await proveReachable(made)).toBeUndefined();
  expect(asked.slice(1)).toEqual([
    [50_000, 50_002],
    [50_001, 50_003],
  ]);
});

it("logs in by the way that was there before where there is no other", async () => {
  const { transport, asked } = from(50_000);
  const made = await session(transport, WAYS.slice(0, 1));
  made.answered = BEFORE;
  expect(await proveReachable(made)).toBeUndefined();
  expect(asked).toEqual(["any flow", [50_000, 50_002]]);
});

it("proves all ways again where the route that holds is not the one that was changed", async () => {
  const { transport, asked } = from(50_000);
  const made = await session(transport, WAYS);
  made.answered = { ...BEFORE, matched: "default two" };
  expect(await proveReachable(made)).toBeUndefined();
  expect(asked.slice(1)).toEqual([
    [50_000, 50_002],
    [50_001, 50_003],
  ]);
});

it("takes no way for the one before that is another from port to port", () => {
  const ways = readWays(RULES + routes(A).replace(`${A}\n${A}`, `${A}\n${A} table 100`), 50_000);
  expect(ways?.all).toEqual([expect.objectContaining({ name: "via 192.168.1.1 dev eth1", route: "" })]);
});

const to = (network: string): Task => route({ to: network, via: [{ gateway: "192.0.2.1" }] });
const PASSES = sysctl({ key: "net.ipv4.conf.all.rp_filter", value: 2, file: false });

it.each<readonly [string, readonly Task[], boolean]>([
  ["a route, and what all ways share", [to("default"), PASSES], true],
  ["two routes: a way may lead through the other one", [to("default"), to("198.51.100.0/24")], false],
  [
    "a parameter of one interface",
    [to("default"), sysctl({ key: "net.ipv4.conf.eth0.disable_xfrm", value: 1 })],
    false,
  ],
  ["what could be a packet filter", [to("default"), command({ run: "true", always: true })], false],
  ["what is no task of the host", [{ ...to("default"), id: "unknown" }], false],
])("asks by which way the host answers before a change of %s", async (_what, tasks, asks) => {
  const made = await sessionOn(
    folder(),
    tasks.filter(({ id }) => id !== "unknown"),
    from(50_000),
  );
  expect(askWay(made, tasks) !== undefined).toBe(asks);
  made.connection = { ...made.connection, endpoints: undefined };
  expect(askWay(made, tasks)).toBeUndefined();
});

it.each([
  ["there is no ip", "exit 127"],
  ["it knows no such question", "echo 'way=oops'; exit 1"],
  ["it knows no fibmatch", `echo '${A}'`],
])("is told nothing of the way before, and goes on, where %s", (_why, ip) => {
  const dir = folder();
  writeFileSync(join(dir, "ip"), `#!/bin/sh\n${ip}\n`, { mode: 0o755 });
  const script = `set -e\nPATH=${dir}\n${wayProbe(OVER)?.sh}\necho on`;
  expect(spawnSync("/bin/sh", ["-c", script], { encoding: "utf8" }).stdout).toBe("on\n");
});

/** Scripts that a run sends to this very machine, which says that it is reached by TCP. */
async function scriptsOf(tasks: (dir: string) => readonly Task[]): Promise<readonly string[]> {
  const scripts: string[] = [];
  const { transport } = from(50_000);
  const connect: Transport["connect"] = async (...args) => {
    const connection = await transport.connect(...args);
    const exec: typeof connection.exec = async (line) => {
      const process = await connection.exec(line);
      const write = (data: string): void => {
        scripts.push(data);
        process.write(data);
      };
      return { ...process, write };
    };
    return { ...connection, exec };
  };
  const dir = folder();
  const ran = await run(tasks(dir), { guard: dir, transport: { ...transport, connect } });
  expect(outcomeOf(ran)).toBe("changed");
  return scripts;
}

/** A line in a file, which nobody takes for anything that breaks a way. */
const harmless = defineResource(line.schema, { ...line.resource, kind: "harmless", ways: () => "shared" });

/** The same, planned when it is reached. */
const later = defineResource(line.schema, { ...harmless.resource, kind: "later", volatile: true });

const asksBefore = (script: string): boolean => script.includes("sport 22 dport 50000");

it("asks in the script that arms the timer, and in no other", async () => {
  const scripts = await scriptsOf((dir) => [harmless({ path: join(dir, "f"), text: "a" }, { cuts: true })]);
  expect(scripts.filter(asksBefore)).toHaveLength(1);
  expect(scripts.find(asksBefore)).toContain("undo.sh");
});

it("asks nothing where an earlier turn did more than change ways", async () => {
  const scripts = await scriptsOf((dir) => [
    line({ path: join(dir, "e"), text: "a" }),
    later({ path: join(dir, "f"), text: "a" }, { cuts: true }),
  ]);
  expect(scripts.some((script) => script.includes("undo.sh"))).toBe(true);
  expect(scripts.filter(asksBefore)).toEqual([]);
});

it("does not knock where all answers take one way, which the login has proved", async () => {
  const { transport, asked } = from(50_000);
  expect(await proveReachable(await session(transport, WAYS.slice(0, 1)))).toBeUndefined();
  expect(asked).toHaveLength(2);
});

it("knocks from anywhere, as often as it is told to, where the ways are not known", async () => {
  const { transport, asked } = from(50_000);
  expect(await proveReachable(await session(transport, undefined))).toBeUndefined();
  expect(asked).toEqual(["any flow", undefined, undefined, undefined, undefined, undefined]);
});

it("names the way whose answers do not come back", async () => {
  const { transport } = from(50_000, (ports) => ports?.includes(50_001) !== true);
  expect(await proveReachable(await session(transport, WAYS))).toMatchObject({
    code: "not-confirmed",
    message: "after the change only 0 of 1 new connections were answered",
    detail: "Without an answer: what is answered via 192.168.1.10 dev eth1.",
  });
});

it("names the way of a login that does not come through", async () => {
  const { transport } = from(50_000);
  const made = await session(transport, WAYS);
  transport.connect = () =>
    Promise.reject(new SurefootError({ code: "connect-timeout", message: "no answer", hint: "Look." }));
  expect(await proveReachable(made)).toMatchObject({
    code: "not-confirmed",
    detail: "no answer\nIts answers were to leave via 192.168.1.1 dev eth1.",
  });
});

it("forgets the ways of an earlier change", async () => {
  const made = await session(localTransport, WAYS);
  expect(askWays(made)).toBeUndefined();
  expect(made.ways).toBeUndefined();
});
