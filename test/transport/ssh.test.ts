import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Connection as ServerConnection } from "ssh2";
import ssh2 from "ssh2";
import { afterAll, afterEach, beforeAll, expect, it, vi } from "vitest";
import { SurefootError } from "../../src/model/error.js";
import type { Target } from "../../src/model/target.js";
import { sshTransport } from "../../src/transport/ssh.js";
import { newKey } from "../support/keys.js";
import { localTarget } from "../support/target.js";

const dir = mkdtempSync(join(tmpdir(), "surefoot-ssh-"));
const hostKey = newKey();
const userKey = newKey();
const wrongKey = newKey();
const clients = new Set<ServerConnection>();
/** How many of the next connections through it lead nowhere, as by a dead gateway. */
let swallowed = 0;
/** Connections that it was asked for. */
let asked = 0;
let onAsked: () => void = () => undefined;
afterEach(() => {
  swallowed = 0;
  onAsked = () => undefined;
});

/** A server that lets one key in and runs commands by the shell of this machine. */
const server = new ssh2.Server({ hostKeys: [hostKey.private] }, (client) => {
  clients.add(client);
  client.on("error", () => undefined);
  client.on("authentication", (auth) => {
    const allowed = ssh2.utils.parseKey(userKey.public);
    if (auth.method !== "publickey" || allowed instanceof Error || Array.isArray(allowed))
      return auth.reject(["publickey"]);
    if (!auth.key.data.equals(allowed.getPublicSSH())) return auth.reject(["publickey"]);
    auth.accept();
  });
  client.on("session", (accept) => {
    accept().on("exec", (acceptExec, _reject, info) => {
      const channel = acceptExec();
      const child = spawn("sh", ["-c", info.command]);
      channel.pipe(child.stdin);
      child.stdout.pipe(channel, { end: false });
      child.stderr.pipe(channel.stderr, { end: false });
      child.on("close", (code) => {
        channel.exit(code ?? 255);
        channel.end();
      });
    });
  });
  client.on("tcpip", (accept, reject, info) => {
    asked++;
    onAsked();
    if (swallowed > 0) return void swallowed--;
    const socket = connect(info.destPort, info.destIP);
    socket.once("error", () => reject());
    socket.once("connect", () => {
      const channel = accept();
      channel.pipe(socket).pipe(channel);
    });
  });
});

const file = (name: string, text: string): string => {
  const path = join(dir, name);
  writeFileSync(path, text, { mode: 0o600 });
  return path;
};

/** A port on which nobody listens, of those that no other connection of this machine gets. */
async function freePort(): Promise<number> {
  const probe = createServer();
  const port = await new Promise<number>((resolve) => {
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      resolve(typeof address === "object" && address !== null ? address.port : 0);
    });
  });
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

const RELAY = `const s = require("node:net").connect(process.argv[3], process.argv[2]);
process.stdin.pipe(s).pipe(process.stdout);`;

let base: Target;
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  base = localTarget("box", {
    address: "127.0.0.1",
    port,
    identityFiles: [file("key", userKey.private)],
    knownHostsFiles: [file("known_hosts", `[127.0.0.1]:${port} ${hostKey.public}\n`)],
  });
});
afterAll(() => server.close());

async function outcome(target: Target, resolveJump?: (name: string) => Target | undefined): Promise<string> {
  const transport = sshTransport(resolveJump === undefined ? {} : { resolveJump });
  try {
    const connection = await transport.connect(target);
    const process = await connection.exec("echo $((6 * 7)); cat; exit 5");
    let out = "";
    process.onStdout((chunk) => {
      out += chunk.toString();
    });
    process.onStderr(() => undefined);
    process.write("input");
    process.end();
    const { exit } = await process.done;
    await connection.close();
    return `${JSON.stringify(out)} ${exit}`;
  } catch (thrown) {
    if (!(thrown instanceof SurefootError)) throw thrown;
    expect(thrown.data.hint).not.toBe("");
    return thrown.code;
  } finally {
    await transport.close();
  }
}

/** A port on which something listens that never speaks. */
async function silentPort(): Promise<number> {
  const silent = createServer(() => undefined);
  await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
  silent.unref();
  const address = silent.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

const worked = '"42\\ninput" 5';

it("logs in with a known host key and runs a command", async () => {
  expect(await outcome(base)).toBe(worked);
});

it("refuses a host key that is not known, another one, and a revoked one", async () => {
  const name = `[127.0.0.1]:${base.port}`;
  const withHosts = (text: string): Target => ({ ...base, knownHostsFiles: [file("other", text)] });
  expect(await outcome(withHosts(""))).toBe("host-key-unknown");
  expect(await outcome({ ...base, knownHostsFiles: [join(dir, "missing")] })).toBe("host-key-unknown");
  expect(await outcome(withHosts(`${name} ${wrongKey.public}\n`))).toBe("host-key-changed");
  expect(await outcome(withHosts(`@revoked * ${hostKey.public}\n`))).toBe("host-key-revoked");
  expect(await outcome({ ...withHosts(`box ${hostKey.public}\n`), hostKeyAlias: "box" })).toBe(worked);
});

it("says that the login was refused, and tries the next key before", async () => {
  const wrong = file("wrong", wrongKey.private);
  expect(await outcome({ ...base, identityFiles: [wrong] })).toBe("auth-failed");
  expect(await outcome({ ...base, identityFiles: [wrong, ...base.identityFiles] })).toBe(worked);
});

it("says which key file is missing or none", async () => {
  for (const key of [join(dir, "nowhere"), file("text", "hello")]) {
    expect(await outcome({ ...base, identityFiles: [key] })).toBe("auth-key-unreadable");
  }
});

it("says that nothing listens, that no answer came, that there is no such name", async () => {
  expect(await outcome({ ...base, port: 1 })).toBe("connect-refused");
  expect(await outcome({ ...base, port: await silentPort(), connectTimeout: 1 })).toBe("connect-timeout");
  expect(await outcome({ ...base, address: "no-such-host.invalid" })).toBe("dns-failed");
});

it("goes through a proxy command, and shows what a failing one said", async () => {
  const script = file("relay.sh", `exec ${process.execPath} ${file("relay.cjs", RELAY)} "$1" "$2"\n`);
  expect(await outcome({ ...base, proxyCommand: `sh ${script} %h %p` })).toBe(worked);
  expect(await outcome({ ...base, proxyCommand: "echo no way >&2; exit 3" })).toBe("proxy-failed");
});

it("goes through a jump host, and says when that can't reach on", async () => {
  const jump = (name: string): Target | undefined =>
    name === "bastion" ? { ...base, host: "bastion" } : undefined;
  expect(await outcome({ ...base, jump: "bastion" }, jump)).toBe(worked);
  expect(await outcome({ ...base, jump: "nobody" }, jump)).toBe("proxy-failed");
});

it("logs in on a jump host once for all behind it, and again when that login has died", async () => {
  const transport = sshTransport({ resolveJump: () => ({ ...base, host: "bastion" }) });
  const behind = { ...base, jump: "bastion" };
  clients.clear();
  for (const connection of await Promise.all([1, 2, 3].map(() => transport.connect(behind))))
    await connection.close();
  expect(clients.size).toBe(4);
  for (const client of clients) client.end();
  await new Promise((resolve) => setTimeout(resolve, 100));
  clients.clear();
  await (await transport.connect(behind)).close();
  expect(clients.size).toBe(2);
  await transport.close();
});

it("opens another connection beside one that does not come to stand, and says so once", async () => {
  const told: string[] = [];
  const transport = sshTransport({
    resolveJump: () => ({ ...base, host: "bastion" }),
    warn: (message) => told.push(message),
  });
  const behind = { ...base, jump: "bastion" };
  for (const dead of [1, 1]) {
    swallowed = dead;
    await (await transport.connect(behind)).close();
  }
  expect(told).toEqual([
    expect.stringMatching(/^box answered only connection 2, which came from another port/),
  ]);
  await transport.close();
});

it("opens one connection and no other where it is to prove something", async () => {
  const transport = sshTransport({ resolveJump: () => ({ ...base, host: "bastion" }) });
  const behind = { ...base, jump: "bastion", connectTimeout: 3 };
  swallowed = 99;
  asked = 0;
  const [knocked, connected] = await Promise.allSettled([
    transport.knock(behind, 3_000),
    transport.connect(behind, undefined, {}),
  ]);
  expect(knocked).toMatchObject({ value: false });
  expect(connected).toMatchObject({
    reason: {
      code: "connect-timeout",
      message: expect.stringMatching(/^the jump host bastion can't reach .*: no answer$/),
    },
  });
  expect(asked).toBe(2);
  await transport.close();
});

it("asks a jump host for no more than must be where many connections wait there", async () => {
  const transport = sshTransport({ resolveJump: () => ({ ...base, host: "bastion" }) });
  const behind = { ...base, jump: "bastion", connectTimeout: 3 };
  swallowed = 999;
  asked = 0;
  const waiting = Array.from({ length: 100 }, () => transport.knock(behind, 4_000));
  await expect(transport.connect(behind)).rejects.toMatchObject({ code: "connect-timeout" });
  expect(asked).toBe(101);
  await Promise.all(waiting);
  await transport.close();
});

it("runs a proxy command again that is silent for long", async () => {
  const runs = join(dir, "runs");
  const count = (): number => (existsSync(runs) ? readFileSync(runs, "utf8").length : 0);
  const relay = file("relay.cjs", RELAY);
  const script = file(
    "silent-first.sh",
    `printf x >> ${runs}; [ "$(cat ${runs})" != x ] || exec sleep 60\nexec ${process.execPath} ${relay} "$1" "$2"\n`,
  );
  const transport = sshTransport();
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  try {
    const connecting = transport.connect({ ...base, proxyCommand: `sh ${script} %h %p`, connectTimeout: 30 });
    while (count() < 1) await new Promise((resolve) => setImmediate(resolve));
    vi.advanceTimersByTime(9_999);
    for (let i = 0; i < 100; i++) await new Promise((resolve) => setImmediate(resolve));
    expect(count()).toBe(1);
    vi.advanceTimersByTime(1);
    await (await connecting).close();
    expect(count()).toBe(2);
  } finally {
    vi.useRealTimers();
  }
  await transport.close();
});

it("gives up a connection that does not come to stand, when told to", async () => {
  const transport = sshTransport({ resolveJump: () => ({ ...base, host: "bastion" }) });
  const behind = { ...base, jump: "bastion" };
  await (await transport.connect(behind)).close();
  const stop = new AbortController();
  swallowed = 1;
  const failed = expect(transport.connect(behind, stop.signal)).rejects.toMatchObject({
    code: "interrupted",
  });
  setTimeout(() => stop.abort(), 100);
  await failed;
  await transport.close();
});

it("does not count against a host the time that a person takes to let a jump host in", async () => {
  const encrypted = file("encrypted", userKey.private);
  execFileSync("ssh-keygen", ["-q", "-p", "-N", "right", "-f", encrypted]);
  const transport = sshTransport({
    resolveJump: () => ({ ...base, host: "bastion", identityFiles: [encrypted] }),
    ask: async () => {
      await new Promise((resolve) => setTimeout(resolve, 4_000));
      return "right";
    },
  });
  await (await transport.connect({ ...base, jump: "bastion", connectTimeout: 3 })).close();
  await transport.close();
});

it("names the jump host that refuses", async () => {
  const transport = sshTransport({ resolveJump: () => ({ ...base, host: "bastion", knownHostsFiles: [] }) });
  const failed = transport.connect({ ...base, jump: "bastion" });
  await expect(failed).rejects.toMatchObject({
    code: "host-key-unknown",
    data: { place: { host: "box", at: expect.stringContaining("jump host bastion") } },
  });
  await transport.close();
});

it("knocks by the way of the login: true for a banner, false for silence, a closed port and a way that fails", async () => {
  const transport = sshTransport({ resolveJump: () => ({ ...base, host: "bastion" }) });
  const knock = (more: Partial<Target>, timeoutMs = 5_000): Promise<boolean> =>
    transport.knock({ ...base, ...more }, timeoutMs);
  const script = file("relay.sh", `exec ${process.execPath} ${file("relay.cjs", RELAY)} "$1" "$2"\n`);
  expect(await Promise.all([knock({}), knock({}), knock({ jump: "bastion" })])).toEqual([true, true, true]);
  expect(await knock({ proxyCommand: `sh ${script} %h %p` })).toBe(true);
  expect(await knock({ port: await silentPort() }, 200)).toBe(false);
  expect(await knock({ port: 1 })).toBe(false);
  expect(await knock({ jump: "bastion", port: 1 })).toBe(false);
  expect(await knock({ proxyCommand: "exit 1" })).toBe(false);
  await transport.close();
});

it("comes from the first port that is free of those asked for, where it goes by TCP alone", async () => {
  const transport = sshTransport({ resolveJump: () => ({ ...base, host: "bastion" }) });
  const blocker = createServer();
  const taken = await new Promise<number>((resolve) => {
    blocker.listen(0, "0.0.0.0", () => {
      const address = blocker.address();
      resolve(typeof address === "object" && address !== null ? address.port : 0);
    });
  });
  const free = await freePort();
  const from: (number | undefined)[] = [];
  server.on("connection", (_client, { ip: _ip, port }: { ip: string; port: number }) => from.push(port));
  const connection = await transport.connect(base, undefined, { ports: [taken, free] });
  expect(connection.endpoints).toEqual({
    address: "127.0.0.1",
    port: free,
    peer: { address: "127.0.0.1", port: base.port },
  });
  expect(await transport.knock(base, 5_000, { ports: [taken, free, await freePort()] })).toBe(true);
  expect(await transport.knock(base, 5_000, { ports: [taken] })).toBe(true);
  expect(from[0]).toBe(free);
  const through = await transport.connect({ ...base, jump: "bastion" }, undefined, { ports: [free] });
  expect(through.endpoints).toBeUndefined();
  await Promise.all([connection.close(), through.close()]);
  blocker.close();
  await transport.close();
});

it("says that the connection was lost when the host goes away under a command", async () => {
  const transport = sshTransport();
  const connection = await transport.connect(base);
  const process = await connection.exec("sleep 30");
  process.onStdout(() => undefined);
  process.onStderr(() => undefined);
  for (const client of clients) client.end();
  expect(await process.done).toEqual({ exit: null });
  await expect(connection.exec("true")).rejects.toMatchObject({ data: { code: "connection-lost" } });
  await connection.close();
});

it("gives up when interrupted", async () => {
  const abort = new AbortController();
  const target = { ...base, port: await silentPort() };
  const connecting = sshTransport().connect(target, abort.signal);
  abort.abort();
  await expect(connecting).rejects.toMatchObject({ data: { code: "interrupted" } });
});
