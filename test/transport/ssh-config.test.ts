import { execFileSync } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import type { Target } from "../../src/model/target.js";
import { configReader } from "../../src/transport/ssh-config/resolve.js";
import { localTarget } from "../support/target.js";

const dir = mkdtempSync(join(tmpdir(), "surefoot-config-"));
const home = userInfo().homedir;

function config(text: string): string {
  const file = join(mkdtempSync(join(dir, "c-")), "config");
  writeFileSync(file, text);
  return file;
}

function target(address: string, configFile: string | false, more: Partial<Target> = {}): Target {
  return localTarget(address, { address, configFile, given: [], user: userInfo().username, ...more });
}

interface Reader {
  readonly read: (target: Target) => Promise<Target>;
  /** Hosts that ssh was asked about, the question for the defaults left out. */
  readonly asked: string[];
  readonly warnings: string[];
}

/** A reader over the system's ssh that counts. */
function reader(): Reader {
  const asked: string[] = [];
  const warnings: string[] = [];
  const read = configReader({
    warn: (message) => warnings.push(message),
    ask: (args) => {
      if (!args.includes("none")) asked.push(args.at(-1) ?? "");
      return Promise.resolve(
        execFileSync("ssh", [...args], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }),
      );
    },
  });
  return { read, asked, warnings };
}

const EVERYTHING = `Host web*
  HostName %h.example.net
  User deploy
  Port 2222
  IdentityFile ~/.ssh/web_%r
  CertificateFile /keys/web-cert.pub
  IdentitiesOnly yes
  IdentityAgent /run/agent
  ProxyJump ops@first:2200,second
  UserKnownHostsFile /known/a /known/b
  HostKeyAlias web
  ConnectTimeout 7
  ServerAliveInterval 11
  ServerAliveCountMax 2
  SetEnv A=1 "B=two words"
`;

it("fills in what the inventory does not say", async () => {
  expect(await reader().read(target("web1", config(EVERYTHING)))).toMatchObject({
    host: "web1",
    configName: "web1",
    address: "web1.example.net",
    user: "deploy",
    port: 2222,
    identityFiles: [join(home, ".ssh/web_deploy")],
    certificateFiles: ["/keys/web-cert.pub"],
    identitiesOnly: true,
    identityAgent: "/run/agent",
    jump: "ssh://ops@first:2200,ssh://second",
    knownHostsFiles: ["/known/a", "/known/b", "/etc/ssh/ssh_known_hosts", "/etc/ssh/ssh_known_hosts2"],
    hostKeyAlias: "web",
    connectTimeout: 7,
    keepalive: { interval: 11, count: 2 },
    env: { A: "1", B: "two words" },
  });
});

it("lets the inventory win, also where it says that there is none", async () => {
  const given = ["user", "port", "jump", "identityFiles", "connectTimeout", "knownHostsFiles"] as const;
  const said = { user: "me", port: 22, identityFiles: ["/k"], connectTimeout: 5, knownHostsFiles: ["/kh"] };
  const merged = await reader().read(target("web1", config(EVERYTHING), { ...said, given }));
  expect(merged).toMatchObject({ ...said, hostKeyAlias: "web" });
  expect(merged.jump).toBeUndefined();
  const proxied = await reader().read(
    target("web1", config(EVERYTHING), { proxyCommand: "nc %h %p", given: ["proxyCommand"] }),
  );
  expect([proxied.jump, proxied.proxyCommand]).toEqual([undefined, "nc %h %p"]);
});

it("keeps addresses in digits", async () => {
  const merged = await reader().read(target("10.0.0.1", config("Host *\n  HostName %h.example.net\n")));
  expect(merged.address).toBe("10.0.0.1");
});

it.each<readonly [name: string, text: string, hosts: number, asked: number]>([
  ["nothing that matters", "Host *\n  SendEnv LANG\n  HashKnownHosts yes\n  ForwardX11 yes\n", 50, 0],
  ["nothing for these hosts", "Host db*\n  User x\n", 50, 0],
  ["one class", "Host web*\n  User x\nHost *\n  Port 22\n", 50, 1],
  ["two classes", "Host web1 web2\n  User x\nHost *\n  Port 2222\n", 50, 2],
  ["tokens that ssh leaves to us", "Host *\n  ProxyCommand nc %h %p\n", 50, 1],
  ["a token in the name", "Host *\n  HostName %h.example.net\n", 5, 5],
  ["a Match", "Match host web*\n  User x\n", 5, 5],
  ["a Match of all", "Match all\n  User x\n", 50, 1],
])("asks ssh as seldom as it can: %s", async (_name, text, hosts, asked) => {
  const counted = reader();
  const file = config(text);
  const names = Array.from({ length: hosts }, (_, i) => `web${i + 1}`);
  const merged = await Promise.all(names.map((name) => counted.read(target(name, file))));
  expect(counted.asked).toHaveLength(asked);
  if (!text.includes("%h.")) expect(merged.map(({ address }) => address)).toEqual(names);
});

it("gives the hosts of one class what ssh gives each", async () => {
  const counted = reader();
  const file = config("Include more\nHost * !web3\n  User x\n  IdentityFile /keys/%h\n");
  writeFileSync(join(dir, "more"), "");
  const [one, two, three] = await Promise.all(
    ["web1", "web2", "web3"].map((name) => counted.read(target(name, file))),
  );
  expect(one?.identityFiles).toEqual(["/keys/web1"]);
  expect(two?.identityFiles).toEqual(["/keys/web2"]);
  expect(three?.identityFiles).toEqual([]);
  expect(counted.asked).toHaveLength(1);
});

it("names once what it does not follow, and leaves it to the system's ssh where only that can", async () => {
  const counted = reader();
  const file = config("Host *\n  Ciphers aes128-ctr\n  StrictHostKeyChecking accept-new\n  ForwardX11 yes\n");
  for (const name of ["a", "b"]) await counted.read(target(name, file));
  expect(counted.warnings.map((text) => text.split(" (")[0])).toEqual([
    "ssh_config says stricthostkeychecking accept-new",
    "ssh_config says ciphers aes128-ctr",
  ]);
  const system = await reader().read(target("a", config("Host *\n  PKCS11Provider /lib/p.so\n")));
  expect(system.transport).toBe("system");
  const ours = target("a", config("Host *\n  PKCS11Provider /lib/p.so\n"), { transport: "ssh2" });
  expect((await reader().read(ours)).transport).toBe("ssh2");
});

it("reads nothing where told so, and says what is wrong with a file", async () => {
  const plain = target("a", false);
  expect(await reader().read(plain)).toBe(plain);
  const { given: _given, ...fixed } = plain;
  expect(await reader().read(fixed)).toBe(fixed);
  await expect(reader().read(target("a", join(dir, "nowhere")))).rejects.toMatchObject({
    code: "ssh-config-invalid",
  });
  const real = configReader({ warn: () => undefined });
  await expect(real(target("a", config("Host *\n  Port many\n")))).rejects.toMatchObject({
    code: "ssh-config-invalid",
  });
});
