import { writeFileSync } from "node:fs";
import { homedir, userInfo } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { inventoryHash } from "../../src/inventory/folder.js";
import type { Host, Inventory } from "../../src/inventory/host.js";
import { loadInventory } from "../../src/inventory/load.js";
import { placeAt, toPlain } from "../../src/inventory/located.js";
import { formatPlace } from "../../src/model/place.js";
import type { Target } from "../../src/model/target.js";
import { BECOME_ROOT } from "../../src/model/target.js";
import { folder } from "../support/folder.js";
import type { Files } from "./env.js";
import { load } from "./env.js";

const host = (inventory: Inventory, name: string): Host => {
  const found = inventory.hosts.get(name);
  if (found === undefined) throw new Error(`no ${name}`);
  return found;
};
const plain = ({ vars }: Host): object =>
  Object.fromEntries([...vars].map(([name, node]) => [name, toPlain(node)]));

/** One variable `x` of host `h`, which is in groups b (below a) and z, said in all places that may say it. */
const places: readonly (readonly [file: string, text: string])[] = [
  ["group_vars/all.yml", "x: group_vars/all.yml\n"],
  ["group_vars/all/1.yml", "x: group_vars/all/1.yml\n"],
  ["group_vars/all/2.yaml", "x: group_vars/all/2.yaml\n"],
  ["group_vars/a.yml", "x: group_vars/a.yml\n"],
  ["group_vars/z.yml", "x: group_vars/z.yml\n"],
  ["group_vars/b.yml", "x: group_vars/b.yml\n"],
  ["host_vars/h.yml", "x: host_vars/h.yml\n"],
  ["host_vars/h/1.yml", "x: host_vars/h/1.yml\n"],
];
const hostsYml = "groups:\n  a: { groups: [b] }\n  b: { hosts: { h: {} } }\n  z: { hosts: { h: {} } }\n";

describe("precedence", () => {
  it.each(places.map(([file], i) => [file, i] as const))("%s wins over all before it", async (file, i) => {
    const inventory = await load({ "hosts.yml": hostsYml, ...Object.fromEntries(places.slice(0, i + 1)) });
    expect(plain(host(inventory, "h"))).toEqual({ x: file });
    expect(host(inventory, "h").groups).toEqual(["all", "a", "z", "b"]);
  });

  it("puts group_vars over vars, hosts over groups, host_vars over hosts.yml", async () => {
    const inventory = await load({
      "hosts.yml":
        "vars: { a: 1, b: 1 }\ngroups:\n  g:\n    vars: { b: 2, c: 2, d: 2 }\n    hosts: { h: { d: 4, e: 4 } }\n",
      "group_vars/all.yml": "a: 0\n",
      "group_vars/g.yml": "c: 3\n",
      "host_vars/h.yml": "e: 5\n",
    });
    expect(plain(host(inventory, "h"))).toEqual({ a: 0, b: 2, c: 3, d: 4, e: 5 });
  });

  it("takes the longest way down for a group's depth", async () => {
    const inventory = await load({
      "hosts.yml":
        "groups:\n  p: { groups: [q, z] }\n  q: { groups: [z] }\n  y: { hosts: { h: {} } }\n  z: { hosts: { h: {} } }\n",
    });
    expect(host(inventory, "h").groups).toEqual(["all", "p", "y", "q", "z"]);
  });

  it("replaces values as a whole", async () => {
    const files = {
      "hosts.yml": "hosts: { h: { m: { b: 2 }, l: [3] } }\nvars: { m: { a: 1 }, l: [1, 2] }\n",
    };
    expect(plain(host(await load(files), "h"))).toEqual({ m: { b: 2 }, l: [3] });
  });

  it("lets the command line win, the last one over those before", async () => {
    const cwd = folder({
      "hosts.yml": "hosts: { h: { x: 1, ssh: { user: a, port: 1 } } }\n",
      "more.yml": "x: 2\ny: 2\n",
    });
    const extraVars = ["@more.yml", "y=[3, four]", "ssh={port: 5}", "t=a=b", "n="];
    const h = host(await loadInventory(".", { cwd, extraVars }), "h");
    expect(plain(h)).toEqual({ x: 2, y: [3, "four"], ssh: { user: "a", port: 5 }, t: "a=b", n: null });
    expect(h.target).toMatchObject({ user: "a", port: 5 });
  });
});

describe("places", () => {
  const files: Files = {
    "hosts.yml": "hosts:\n  h: { rack: 4 }\n",
    "group_vars/all.yml": "d: &d\n  a: 1\ngateways:\n  - { address: 10.0.0.1 }\ne:\n  <<: *d\n  b: 2\n",
  };
  const cases: readonly (readonly [name: string, path: readonly (string | number)[], place: string])[] = [
    ["rack", [], "hosts.yml:2:14"],
    ["gateways", [], "group_vars/all.yml:4:3"],
    ["gateways", [0, "address"], "group_vars/all.yml:4:16"],
    ["gateways", [0, "weight"], "group_vars/all.yml:4:5"],
    ["gateways", [7], "group_vars/all.yml:4:3"],
    ["e", ["a"], "group_vars/all.yml:2:6"],
    ["e", ["b"], "group_vars/all.yml:7:6"],
    ["x", [], "--extra-var:2:3"],
    ["x", ["k"], "--extra-var:2:7"],
  ];
  it.each(cases)("%s %j stands at %s", async (name, path, place) => {
    const h = host(await load(files, { extraVars: ["first=1", "x={k: 1}"] }), "h");
    const node = h.vars.get(name);
    expect(node === undefined ? undefined : formatPlace(placeAt(node, path))).toBe(place);
  });

  it("are relative to the working directory below it, absolute elsewhere", async () => {
    const dir = folder({ "env/hosts.yml": "hosts: { h: { a: 1 } }\n" });
    const from = async (cwd: string): Promise<string | undefined> =>
      host(await loadInventory(join(dir, "env"), { cwd }), "h").place.file;
    expect(await from(dir)).toBe("env/hosts.yml");
    expect(await from(join(dir, "other"))).toBe(join(dir, "env/hosts.yml"));
  });
});

describe("YAML", () => {
  const cases: readonly (readonly [what: string, text: string, vars: object])[] = [
    ["is 1.2", "a: yes\nb: 0o17\nc: 1_000\nd: 12:30\n", { a: "yes", b: 15, c: "1_000", d: "12:30" }],
    ["has keys that are words", "1: a\ntrue: b\n01: c\n", { "1": "a", true: "b", "01": "c" }],
    [
      "merges, a mapping's own keys first",
      "a: &a { x: 1, y: 1 }\nb: { y: 2, <<: *a }\n",
      { a: { x: 1, y: 1 }, b: { x: 1, y: 2 } },
    ],
    [
      "merges several, the first of them first",
      "a: &a { x: 1 }\nb: &b { x: 2, y: 2 }\nc: { <<: [*a, *b] }\n",
      { a: { x: 1 }, b: { x: 2, y: 2 }, c: { x: 1, y: 2 } },
    ],
    [
      "keeps modes in quotes, and the mode 0",
      'mode: "0644"\nfile_mode: 0\nmodest: 0644\n',
      { mode: "0644", file_mode: 0, modest: 644 },
    ],
    ["may be empty", "# nothing\n", {}],
    ["may begin with a byte order mark", "\u{FEFF}a: 1\n", { a: 1 }],
    ["may have CRLF", "a: 1\r\nb: x\r\n", { a: 1, b: "x" }],
    [
      "takes an alias for the nearest anchor above",
      "a: &x 1\nb: *x\nc: &x 2\nd: *x\n",
      { a: 1, b: 1, c: 2, d: 2 },
    ],
  ];
  it.each(cases)("%s", async (_what, text, vars) => {
    expect(
      plain(host(await load({ "hosts.yml": "hosts: { h: {} }\n", "group_vars/all.yml": text }), "h")),
    ).toEqual(vars);
  });

  it("may name one anchor for each of a thousand hosts", async () => {
    const lines = Array.from({ length: 1000 }, (_, i) => `  h${i}: { <<: *d }\n`).join("");
    const inventory = await load({ "hosts.yml": `vars: { d: &d { rack: 1 } }\nhosts:\n${lines}` });
    expect(plain(host(inventory, "h999"))).toEqual({ d: { rack: 1 }, rack: 1 });
  });
});

describe("targets", () => {
  const home = homedir();
  const base: Target = {
    host: "h",
    address: "h",
    port: 22,
    user: userInfo().username,
    identityFiles: [],
    identitiesOnly: false,
    knownHostsFiles: [join(home, ".ssh/known_hosts"), "/etc/ssh/ssh_known_hosts"],
    connectTimeout: 30,
    become: null,
  };
  const DIR = "DIR";
  const cases: readonly (readonly [group: string, own: string, target: Partial<Target>])[] = [
    ["", "", {}],
    ["ssh: { address: 10.0.0.1, port: 1 }", "ssh: { port: 2 }", { address: "10.0.0.1", port: 2 }],
    ["ssh: { port: 1 }", "ssh: { port: null }", {}],
    [
      "ssh: { identity_file: k, known_hosts_file: [~/k, /k] }",
      "",
      { identityFiles: [`${DIR}/group_vars/k`], knownHostsFiles: [`${home}/k`, "/k"] },
    ],
    [
      "ssh: { identity_file: k }",
      "ssh: { identity_file: ../k, identities_only: true }",
      { identityFiles: [`${DIR}/k`], identitiesOnly: true },
    ],
    ["ssh: { jump: b, host_key_alias: x }", "", { jump: "b", hostKeyAlias: "x" }],
    [
      "ssh: { jump: b }",
      "ssh: { jump: null, proxy_command: 'nc %h %p', connect_timeout: 5 }",
      { proxyCommand: "nc %h %p", connectTimeout: 5 },
    ],
    ["become: true", "", { become: BECOME_ROOT }],
    ["become: true", "become: false", { become: null }],
    [
      "become: { user: web }",
      "become: { password: { env: P } }",
      { become: { ...BECOME_ROOT, user: "web", password: { env: "P" } } },
    ],
    [
      "become: { method: su, timeout: 5 }",
      "become: { user: web }",
      { become: { method: "su", user: "web", timeout: 5 } },
    ],
    ["become: { password: { env: P } }", "become: true", { become: BECOME_ROOT }],
    ["become: { password: x }", "become: { password: null }", { become: BECOME_ROOT }],
    [
      "become: { password: { file: p } }",
      "",
      { become: { ...BECOME_ROOT, password: { file: `${DIR}/group_vars/p` } } },
    ],
    [
      "become: { password: { command: pass it } }",
      "",
      { become: { ...BECOME_ROOT, password: { command: "pass it" } } },
    ],
  ];
  it.each(cases)("%s | %s", async (group, own, target) => {
    const cwd = folder({
      "hosts.yml": "hosts: { h: {}, b: { ssh: { jump: null, proxy_command: null } } }\n",
      "group_vars/all.yml": group,
      "host_vars/h.yml": own,
    });
    const { given: _given, ...found } = host(await loadInventory(".", { cwd }), "h").target;
    expect(JSON.parse(JSON.stringify(found).replaceAll(cwd, DIR))).toEqual({ ...base, ...target });
  });
});

describe("hosts.yml", () => {
  it("keeps the order in which hosts first stand in it", async () => {
    const inventory = await load({
      "hosts.yml":
        "hosts: { z: {} }\ngroups:\n  b: { hosts: { y: {}, x: {} } }\n  a: { hosts: { w: {}, y: {} } }\n",
    });
    expect([...inventory.hosts.keys()]).toEqual(["z", "y", "x", "w"]);
  });

  it("gives a host of several groups what each says, where they agree", async () => {
    const files = {
      "hosts.yml":
        "groups:\n  a: { hosts: { h: { r: 1, ssh: { port: 5 } } } }\n  b: { hosts: { h: { r: 1, s: 2, ssh: { user: u } } } }\n",
    };
    const h = host(await load(files), "h");
    expect(plain(h)).toEqual({ r: 1, s: 2, ssh: { port: 5, user: "u" } });
    expect(h.target).toMatchObject({ port: 5, user: "u" });
  });

  it("holds ten thousand hosts, which share what they have in common", async () => {
    const count = 10_000;
    const lines = Array.from(
      { length: count },
      (_, i) => `      c${i}: { ssh: { address: 10.0.${i >> 8}.${i & 255} } }\n`,
    );
    const inventory = await load({
      "hosts.yml": `groups:\n  clients:\n    hosts:\n${lines.join("")}`,
      "group_vars/clients.yml": "interface: eth1\ngateways: [{ address: 10.0.0.1 }]\n",
      "group_vars/all.yml": "ssh: { user: ops }\n",
    });
    expect(inventory.hosts.size).toBe(count);
    for (const i of [0, 255, 256, 9_999]) {
      expect(host(inventory, `c${i}`).target).toMatchObject({
        address: `10.0.${i >> 8}.${i & 255}`,
        user: "ops",
      });
    }
    const gateways = [...inventory.hosts.values()].map(({ vars }) => vars.get("gateways"));
    expect(new Set(gateways).size).toBe(1);
  });
});

describe("the hash of an inventory", () => {
  const files = { "hosts.yml": "hosts: { h: {} }\n", "group_vars/all.yml": "a: 1\n" };
  it("is the same wherever the folder lies, and that of the loaded inventory", async () => {
    const [one, other] = [folder(files), folder(files)];
    expect(inventoryHash(one)).toMatch(/^[0-9a-f]{64}$/);
    expect(inventoryHash(other)).toBe(inventoryHash(one));
    expect(inventoryHash(".", one)).toBe(inventoryHash(one));
    expect((await loadInventory(one)).hash).toBe(inventoryHash(one));
  });

  it("is there also where the files are wrong", () => {
    expect(inventoryHash(folder({ "hosts.yml": "[" }))).toMatch(/^[0-9a-f]{64}$/);
  });

  it.each<readonly [string, Files]>([
    ["a value changes", { ...files, "group_vars/all.yml": "a: 2\n" }],
    ["a file is added", { ...files, "host_vars/h.yml": "" }],
    ["a file is another owner's", { "hosts.yml": files["hosts.yml"], "group_vars/h.yml": "a: 1\n" }],
    ["a file is for a host, not a group", { "hosts.yml": files["hosts.yml"], "host_vars/all.yml": "a: 1\n" }],
  ])("changes where %s", (_what, changed) => {
    expect(inventoryHash(folder(changed))).not.toBe(inventoryHash(folder(files)));
  });

  it("does not change by what is not read", () => {
    const dir = folder(files);
    const before = inventoryHash(dir);
    for (const name of [
      "known_hosts",
      "group_vars/.all.yml.swp",
      "group_vars/all.yml~",
      "group_vars/README.md",
    ]) {
      writeFileSync(join(dir, name), "x");
    }
    expect(inventoryHash(dir)).toBe(before);
  });
});
