import { execFileSync, spawn } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { ErrorData } from "../../src/model/error.js";
import type { Ran } from "../support/cli.js";
import { CLI, eventsOf, ROOT, surefoot } from "../support/cli.js";
import { ENV, INVENTORY, inBox, LAB, outcomes, until } from "./fleet.js";

const DIR = join(process.env.SUREFOOT_LAB_DIR ?? "/var/lib/surefoot", "labs", LAB, "ssh");
const dir = mkdtempSync(join(tmpdir(), "surefoot-connections-"));
const at = (name: string): string => join(dir, name);
const PASSWORD = "lab-password";
const PLAYBOOK = at("playbook.ts");
const agent = at("agent");
let stopAgent: () => void = () => undefined;

/** Ports on client2 and what their sshd is told besides Debian's configuration. */
const DOORS: Readonly<Record<number, string>> = {
  2201: "-o AuthenticationMethods=publickey -o AuthorizedKeysFile=/etc/ssh/test/%u",
  2202: "-o PubkeyAuthentication=no -o PasswordAuthentication=yes -o KbdInteractiveAuthentication=no",
  2203: "-o PubkeyAuthentication=no -o PasswordAuthentication=no -o KbdInteractiveAuthentication=yes",
  2204: "-o AuthenticationMethods=publickey,keyboard-interactive -o KbdInteractiveAuthentication=yes -o AuthorizedKeysFile=/etc/ssh/test/%u",
  2205: "-o TrustedUserCAKeys=/etc/ssh/test/ca.pub -o AuthorizedKeysFile=none",
  2206: "-o HostCertificate=/etc/ssh/test/host-cert.pub",
};

function keygen(...args: readonly string[]): void {
  execFileSync("ssh-keygen", ["-q", ...args], { cwd: dir, stdio: "ignore" });
}

/** Puts a file of this machine into a client. */
async function put(client: string, path: string, text: string): Promise<void> {
  await inBox(
    client,
    `mkdir -p "$(dirname ${path})"; echo ${Buffer.from(text).toString("base64")} | base64 -d > ${path}`,
  );
}

beforeAll(async () => {
  const keys = ["ed25519", "ecdsa", "rsa"];
  for (const type of keys) keygen("-t", type, "-N", "", "-C", type, "-f", type);
  keygen("-t", "ed25519", "-N", "a passphrase", "-f", "encrypted");
  keygen("-t", "ed25519", "-N", "", "-f", "inagent");
  keygen("-t", "ed25519", "-N", "", "-f", "ca");
  for (const [name, validity] of [
    ["certified", "+1d"],
    ["expired", "20200101:20200102"],
  ] as const) {
    keygen("-t", "ed25519", "-N", "", "-f", name);
    keygen("-s", "ca", "-I", name, "-n", "ops", "-V", validity, `${name}.pub`);
  }
  const publicKeys = [...keys, "encrypted", "inagent"].map((name) => readFileSync(at(`${name}.pub`), "utf8"));
  await put("client2", "/etc/ssh/test/ops", publicKeys.join(""));
  await put("client2", "/etc/ssh/test/ca.pub", readFileSync(at("ca.pub"), "utf8"));
  copyFileSync(join(DIR, "hosts/client2/ssh_host_ed25519_key.pub"), at("host.pub"));
  keygen("-s", "ca", "-I", "client2", "-h", "-n", "client2.lab", "host.pub");
  await put("client2", "/etc/ssh/test/host-cert.pub", readFileSync(at("host-cert.pub"), "utf8"));
  const doors = Object.entries(DOORS).map(([port, options]) => `/usr/sbin/sshd -p ${port} ${options}`);
  await inBox("client2", `echo ops:${PASSWORD} | chpasswd; ${doors.join("; ")}`);
  await inBox("client1", "/usr/sbin/sshd -p 2222 -o MaxStartups=10:30:60");
  await inBox("client3", "/usr/sbin/sshd -p 2222 -o MaxStartups=10:30:60");
  const running = spawn("ssh-agent", ["-a", agent, "-D"], { stdio: "ignore" });
  stopAgent = () => running.kill();
  await until("the agent to listen", () => Promise.resolve(existsSync(agent)));
  execFileSync("ssh-add", [at("inagent")], {
    env: { ...process.env, SSH_AUTH_SOCK: agent },
    stdio: "ignore",
  });
  execFileSync("sh", [
    "-c",
    `mv ${at("inagent")} ${at("elsewhere")}; cp ${at("inagent.pub")} ${at("inagent")}`,
  ]);
  writeFileSync(
    PLAYBOOK,
    `import { command, playbook, sysctl, z } from "surefoot";
export default playbook({ name: "test", hosts: "clients", vars: z.object({ wait: z.number().default(0) }),
  tasks: ({ vars }) => vars.wait > 0 ? [command({ run: "sleep " + vars.wait, always: true })]
    : [sysctl({ key: "net.ipv4.ip_forward", value: 0, file: false })] });
`,
  );
}, 300_000);

afterAll(() => {
  stopAgent();
});

/** An inventory of clients that are reached as told, from this machine by way of the bastion's namespace. */
function inventory(
  hosts: Readonly<Record<string, string>>,
  files: Readonly<Record<string, string>> = {},
): string {
  const folder = mkdtempSync(join(dir, "inventory-"));
  mkdirSync(join(folder, "group_vars/all"), { recursive: true });
  const lines = Object.entries(hosts).map(([name, ssh]) => `      ${name}: { ssh: ${ssh} }\n`);
  writeFileSync(join(folder, "hosts.yml"), `groups:\n  clients:\n    hosts:\n${lines.join("")}`);
  writeFileSync(join(folder, "group_vars/all/all.yml"), "ssh: { user: ops }\nbecome: true\n");
  copyFileSync(join(INVENTORY, "group_vars/all/lab.yml"), join(folder, "group_vars/all/lab.yml"));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

function onAll(folder: string, env: NodeJS.ProcessEnv = {}, ...more: readonly string[]): Promise<Ran> {
  const args = ["plan", PLAYBOOK, "-i", folder, "--json", ...more];
  return surefoot(args, {
    env: { ...ENV, TEST_PASSWORD: PASSWORD, TEST_PASSPHRASE: "a passphrase", ...env },
  });
}

const knownAs = (port: number): string => {
  const key = readFileSync(join(DIR, "hosts/client2/ssh_host_ed25519_key.pub"), "utf8");
  return `[192.168.1.22]:${port} ${key}`;
};

function errorOf(ran: Ran, host: string): ErrorData | undefined {
  const end = eventsOf(ran).find((event) => event.type === "host-finished" && event.host === host);
  return end?.type === "host-finished" ? end.error : undefined;
}

it("logs in by each type of key, a certificate, an encrypted key, an agent, a password, and answers to questions", async () => {
  const door = (port: number, more: string): string => `{ address: 192.168.1.22, port: ${port}, ${more} }`;
  const key = (name: string): string => door(2201, `identity_file: ${at(name)}`);
  const password = "password: { env: TEST_PASSWORD }";
  const folder = inventory({
    ed25519: key("ed25519"),
    ecdsa: key("ecdsa"),
    rsa: key("rsa"),
    encrypted: door(2201, `identity_file: ${at("encrypted")}, passphrase: { env: TEST_PASSPHRASE }`),
    agent: door(2201, `identity_file: null, identities_only: false, identity_agent: ${agent}`),
    "named-in-agent": door(2201, `identity_file: ${at("inagent")}, identity_agent: ${agent}`),
    "key-by-system": door(2201, `identity_file: ${at("rsa")}, transport: system`),
    password: door(2202, password),
    questions: door(2203, password),
    "key-and-questions": door(2204, `identity_file: ${at("ed25519")}, ${password}`),
    certificate: door(2205, `identity_file: ${at("certified")}`),
    "host-certificate": door(2206, `known_hosts_file: ${at("authority")}, host_key_alias: client2.lab`),
  });
  writeFileSync(at("authority"), `@cert-authority *.lab ${readFileSync(at("ca.pub"), "utf8")}`);
  const ran = await onAll(folder);
  expect(outcomes(ran)).toEqual(Object.fromEntries(Object.keys(outcomes(ran)).map((name) => [name, "ok"])));
  expect(Object.keys(outcomes(ran))).toHaveLength(12);
  expect(ran.stdout + ran.stderr).not.toMatch(/lab-password|a passphrase/);
});

it("refuses, each time with its own code and a hint, what is not right", async () => {
  const door = (port: number, more: string): string => `{ address: 192.168.1.22, port: ${port}, ${more} }`;
  writeFileSync(at("empty"), "");
  writeFileSync(at("other"), `[192.168.1.22]:2201 ${readFileSync(at("ed25519.pub"), "utf8")}`);
  writeFileSync(at("revoked"), `@revoked ${knownAs(2201)}`);
  writeFileSync(at("wrong-authority"), `@cert-authority *.lab ${readFileSync(at("ed25519.pub"), "utf8")}`);
  const file = (name: string, more = ""): string => door(2201, `known_hosts_file: ${at(name)}${more}`);
  const behind = "proxy_command: null, jump: jump";
  const expected: Readonly<Record<string, readonly [way: string, code: string]>> = {
    jump: ["{ address: 192.168.1.21 }", "ok"],
    "wrong-password": [door(2202, "password: nonsense"), "auth-failed"],
    "wrong-answer": [door(2203, "password: nonsense"), "auth-failed"],
    "no-answer": [door(2203, "identity_file: null"), "auth-prompt-unanswered"],
    "no-password": [door(2202, "password: { env: TEST_NOTHING }"), "auth-password-missing"],
    "wrong-key": [door(2201, `identity_file: ${at("certified")}, transport: ssh2`), "auth-failed"],
    "wrong-key-by-system": [
      door(2201, `identity_file: ${at("certified")}, transport: system`),
      "auth-failed",
    ],
    "wrong-passphrase": [
      door(2201, `identity_file: ${at("encrypted")}, passphrase: nonsense`),
      "auth-passphrase-wrong",
    ],
    expired: [door(2205, `identity_file: ${at("expired")}`), "auth-certificate-expired"],
    unknown: [file("empty"), "host-key-unknown"],
    "unknown-by-system": [file("empty", ", transport: system"), "host-key-unknown"],
    changed: [file("other"), "host-key-changed"],
    "changed-by-system": [file("other", ", transport: system"), "host-key-changed"],
    revoked: [file("revoked"), "host-key-revoked"],
    "revoked-by-system": [file("revoked", ", transport: system"), "host-key-revoked"],
    "wrong-authority": [
      door(2206, `known_hosts_file: ${at("wrong-authority")}, host_key_alias: client2.lab`),
      "host-key-unknown",
    ],
    closed: [`{ address: 192.168.1.22, port: 1, ${behind} }`, "connect-refused"],
    // OpenSSH tells the client of its master no more than that.
    "closed-by-system": [`{ address: 192.168.1.22, port: 1, ${behind}, transport: system }`, "proxy-failed"],
    nameless: [`{ address: nowhere.invalid, ${behind} }`, "dns-failed"],
    proxy: ['{ proxy_command: "echo no way >&2; exit 1" }', "proxy-failed"],
  };
  const folder = inventory(Object.fromEntries(Object.entries(expected).map(([name, [way]]) => [name, way])));
  const ran = await onAll(folder);
  expect(outcomes(ran)).toEqual(
    Object.fromEntries(Object.entries(expected).map(([name, [, code]]) => [name, code])),
  );
  for (const name of Object.keys(expected)) {
    if (name !== "jump") expect(errorOf(ran, name)?.hint).toMatch(/\w/);
  }
  expect(ran.exit).toBe(4);
  expect(ran.stdout).not.toContain("nonsense");
});

it("goes through two jump hosts, by names, by addresses and by the system's ssh", async () => {
  const ways = {
    first: "{ address: 192.168.1.21 }",
    second: "{ address: 192.168.1.22, proxy_command: null, jump: first }",
    "by-names": "{ address: 192.168.1.23, proxy_command: null, jump: second }",
    "by-chain": '{ address: 192.168.1.23, proxy_command: null, jump: "first,ops@192.168.1.22:22" }',
    "by-system": "{ address: 192.168.1.23, proxy_command: null, jump: second, transport: system }",
    "behind-an-unknown-one": `{ address: 192.168.1.23, proxy_command: null, jump: "first,ops@192.168.1.24:22", known_hosts_file: ${at("first")} }`,
  };
  const first = readFileSync(join(DIR, "known_hosts"), "utf8")
    .split("\n")
    .find((line) => line.includes("client1"));
  writeFileSync(at("first"), `${first}\n`);
  const ran = await onAll(inventory(ways));
  expect(outcomes(ran)).toEqual({
    first: "ok",
    second: "ok",
    "by-names": "ok",
    "by-chain": "ok",
    "by-system": "ok",
    "behind-an-unknown-one": "host-key-unknown",
  });
  expect(errorOf(ran, "behind-an-unknown-one")?.place).toMatchObject({
    at: expect.stringContaining("192.168.1.24"),
  });
});

it("reaches fifty names through one jump host with MaxStartups 10:30:60, on one login there", async () => {
  const known = at("ports");
  const lines = readFileSync(join(DIR, "known_hosts"), "utf8");
  writeFileSync(known, lines);
  const names = Array.from({ length: 50 }, (_, i) => `target${i + 1}`);
  const hosts = Object.fromEntries(
    names.map((name, i) => [
      name,
      `{ address: 192.168.1.${i % 2 === 0 ? 22 : 23}, port: ${i % 2 === 0 ? 22 : 2222}, proxy_command: null, jump: jump }`,
    ]),
  );
  const logins = (): Promise<string> =>
    inBox("client1", "journalctl -q --no-pager | grep -c 'Accepted publickey'");
  const before = Number(await logins());
  const ran = await onAll(
    inventory({ jump: "{ address: 192.168.1.21, port: 2222 }", ...hosts }),
    {},
    "--limit",
    "target*",
  );
  expect(outcomes(ran)).toEqual(Object.fromEntries(names.map((name) => [name, "ok"])));
  expect(Number(await logins()) - before).toBe(1);
});

it("follows ssh_config where the inventory says nothing, and names what it does not follow", async () => {
  const config = `Host hop
  HostName 192.168.1.21
  ProxyCommand nsenter --net=/run/netns/sf-${LAB}-bastion nc %h %p
Host door?
  HostName 192.168.1.22
  Port 2201
  ProxyJump hop
  IdentityFile ${at("rsa")}
  Ciphers aes128-ctr
Host *
  User ops
  IdentityFile ${join(DIR, "id_ed25519")}
  IdentitiesOnly yes
  UserKnownHostsFile ${join(DIR, "known_hosts")}
  StrictHostKeyChecking no
`;
  const nothing =
    "{ config_file: ../../config, proxy_command: null, identity_file: null, identities_only: null, known_hosts_file: null, user: null }";
  const folder = inventory({ door1: "{}", door2: "{}", door3: "{ port: 2299 }" });
  writeFileSync(join(folder, "config"), config);
  writeFileSync(join(folder, "group_vars/all/all.yml"), "become: true\n");
  writeFileSync(join(folder, "group_vars/all/lab.yml"), `ssh: ${nothing.replace(/, [a-z_]+: null/g, "")}\n`);
  const ran = await onAll(folder);
  expect(outcomes(ran)).toEqual({ door1: "ok", door2: "ok", door3: "connect-refused" });
  const warnings = eventsOf(ran).flatMap((event) => (event.type === "warning" ? [event.message] : []));
  expect(warnings).toHaveLength(2);
  expect(warnings.join("\n")).toMatch(/ciphers aes128-ctr/);
  expect(warnings.join("\n")).toMatch(/stricthostkeychecking false|stricthostkeychecking no/);
});

it("gathers host keys through jump hosts, writes them when told to, and never over another key", async () => {
  const pinned = at("pinned");
  const folder = inventory(
    {
      first: "{ address: 192.168.1.21 }",
      second: "{ address: 192.168.1.22, proxy_command: null, jump: first }",
      alias: "{ address: 192.168.1.22, proxy_command: null, jump: first }",
      third: "{ address: 192.168.1.23, proxy_command: null, jump: second }",
    },
    { "group_vars/all/zz.yml": `ssh: { known_hosts_file: ${pinned} }\n` },
  );
  const scan = (...more: readonly string[]): Promise<Ran> =>
    surefoot(["hosts", "scan", "-i", folder, ...more], { env: ENV });
  const asked = await scan();
  expect(asked.exit).toBe(2);
  expect(asked.stdout).toContain("new: first\n  SHA256:");
  expect(existsSync(pinned)).toBe(false);
  const written = await scan("--yes");
  expect(written.exit).toBe(0);
  expect(written.stdout).toContain("second, alias");
  expect(outcomes(await onAll(folder))).toEqual({ first: "ok", second: "ok", alias: "ok", third: "ok" });
  const before = readFileSync(pinned, "utf8").replace(
    /^192.168.1.23 .*$/m,
    `192.168.1.23 ${readFileSync(at("ed25519.pub"), "utf8").trim()}`,
  );
  writeFileSync(pinned, before);
  const contradicted = await scan("--yes");
  expect(contradicted.exit).toBe(4);
  expect(contradicted.stderr).toContain("host-key-changed");
  expect(readFileSync(pinned, "utf8")).toBe(before);
});

it("leaves no login of the system's ssh behind when it is killed", async () => {
  const folder = inventory({ slow: "{ address: 192.168.1.22, transport: system }" });
  const args = [CLI, "run", PLAYBOOK, "-i", folder, "--yes", "--json", "-e", "wait=4711"];
  const child = spawn(process.execPath, args, {
    cwd: ROOT,
    env: { ...process.env, ...ENV, TMPDIR: dir },
    stdio: "ignore",
  });
  await until("the step to run", async () => (await inBox("client2", "pgrep -f 'sleep 4711$'")) !== "");
  const masters = (): string => {
    try {
      return execFileSync("pgrep", ["-f", `ControlPath "?${dir}`], { encoding: "utf8" });
    } catch {
      return "";
    }
  };
  expect(masters()).not.toBe("");
  child.kill("SIGKILL");
  await until("the masters to end", () => Promise.resolve(masters() === ""));
  await inBox("client2", "pkill -f 'sleep 4711$'");
});
