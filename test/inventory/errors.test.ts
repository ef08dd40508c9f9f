import { describe, expect, it } from "vitest";
import { folder } from "../support/folder.js";
import type { Files } from "./env.js";
import { brief, errorsOf, load } from "./env.js";

const two = "hosts:\n  a1: {}\n  b1: {}\n";
const all = (text: string): Files => ({ "hosts.yml": two, "group_vars/all.yml": text });

interface Case {
  readonly files: Files;
  readonly extraVars?: readonly string[];
  /** `code file:line:col`, all of them and in this order. */
  readonly errors: readonly string[];
  /** Words that messages and hints must hold. */
  readonly says?: readonly string[];
}

const cases: Readonly<Record<string, Case>> = {
  "no hosts.yml": { files: { "group_vars/all.yml": "a: 1" }, errors: ["inventory-missing"] },
  "a folder whose INI file Ansible would pass over": {
    files: { "hosts.ini": "[web]\nweb1\n" },
    errors: ["inventory-missing"],
    says: ["Name the file itself: -i ./hosts.ini"],
  },
  "an empty hosts.yml": {
    files: { "hosts.yml": "" },
    errors: ["inventory-invalid hosts.yml:1:1"],
    says: ["no host"],
  },
  "hosts.yml and hosts.yaml": {
    files: { "hosts.yml": two, "hosts.yaml": two },
    errors: ["inventory-invalid hosts.yml:1:1"],
  },
  "a misspelt folder": {
    files: { "hosts.yml": two, "groups_vars/all.yml": "a: 1" },
    errors: ["inventory-invalid groups_vars:1:1"],
    says: ["Did you mean group_vars?"],
  },
  "a variable file without .yml": {
    files: { "hosts.yml": two, "group_vars/all": "a: 1" },
    errors: ["inventory-invalid group_vars/all:1:1"],
  },

  "an open bracket": { files: all("a: [1\n"), errors: ["inventory-syntax group_vars/all.yml:2:1"] },
  "a tab": {
    files: all("a:\n\tb: 1\n"),
    errors: ["inventory-syntax group_vars/all.yml:2:1"],
    says: ["spaces"],
  },
  "a key twice": {
    files: all("a: 1\nb: 2\na: 3\n"),
    errors: ["inventory-syntax group_vars/all.yml:3:1"],
    says: ["first on line 1"],
  },
  "an unknown tag": { files: all("a: !other x\n"), errors: ["inventory-syntax group_vars/all.yml:1:4"] },
  "an unknown alias": {
    files: all("a: *nope\n"),
    errors: ["inventory-syntax group_vars/all.yml:1:4"],
    says: ["&nope"],
  },
  "an alias within itself": {
    files: all("a: &a [*a]\n"),
    errors: ["inventory-syntax group_vars/all.yml:1:8"],
  },
  "an alias bomb": {
    files: all(
      `a0: &a0 [x]\n${[1, 2, 3, 4, 5, 6, 7].map((n) => `a${n}: &a${n} [${Array(10).fill(`*a${n - 1}`)}]\n`).join("")}`,
    ),
    errors: ["inventory-syntax group_vars/all.yml:7:9"],
    says: ["too many aliases"],
  },
  "a merge of no mapping": {
    files: all("a: &a 1\nb: { <<: *a }\n"),
    errors: ["inventory-syntax group_vars/all.yml:2:10"],
  },
  "two documents": { files: all("a: 1\n---\nb: 1\n"), errors: ["inventory-syntax group_vars/all.yml:2:1"] },
  "another YAML": {
    files: all("%YAML 1.1\n---\na: yes\n"),
    errors: ["inventory-syntax group_vars/all.yml:1:1"],
  },
  "a control character": {
    files: all("a: \u001b[31m\n"),
    errors: ["inventory-syntax group_vars/all.yml:1:4"],
  },
  "a NUL in a value": { files: all('a: "x\\0y"\n'), errors: ["inventory-syntax group_vars/all.yml:1:4"] },
  "a key that is a mapping": {
    files: all("? { a: 1 }\n: b\n"),
    errors: ["inventory-syntax group_vars/all.yml:1:3"],
  },
  "a key __proto__": { files: all("__proto__: 1\n"), errors: ["inventory-syntax group_vars/all.yml:1:1"] },
  "an octal mode": {
    files: all("mode: 0644\nfile_mode: 0o600\n"),
    errors: ["inventory-invalid group_vars/all.yml:1:7", "inventory-invalid group_vars/all.yml:2:12"],
    says: ['Quote it: mode: "0644"', 'Quote it: file_mode: "0600"'],
  },
  "an octal mode of the command line": {
    files: { "hosts.yml": two },
    extraVars: ["mode=0644"],
    errors: ["inventory-invalid --extra-var:1:6"],
  },
  "a number that loses digits": {
    files: all("id: 12345678901234567890\nx: .inf\n"),
    errors: ["inventory-invalid group_vars/all.yml:1:5", "inventory-invalid group_vars/all.yml:2:4"],
  },
  "variables that are a list": { files: all("- a\n"), errors: ["inventory-invalid group_vars/all.yml:1:1"] },

  "unknown keys": {
    files: { "hosts.yml": "host: {}\nhosts: { a: {} }\ngroups: { g: { children: [] } }\n" },
    errors: ["inventory-invalid hosts.yml:1:1", "inventory-invalid hosts.yml:3:16"],
    says: ["Did you mean hosts?"],
  },
  "wrong types": {
    files: { "hosts.yml": "hosts: { a: 192.168.1.1 }\ngroups:\n  g: { hosts: 3, groups: 4, vars: [1] }\n" },
    errors: ["hosts.yml:1:13", "hosts.yml:3:15", "hosts.yml:3:26", "hosts.yml:3:35"].map(
      (at) => `inventory-invalid ${at}`,
    ),
  },
  "bad names": {
    files: { "hosts.yml": 'hosts: { "a b": {}, "-x": {} }\ngroups: { "g/1": {} }\n' },
    errors: ["hosts.yml:1:10", "hosts.yml:1:21", "hosts.yml:2:11"].map((at) => `inventory-invalid ${at}`),
  },
  "a host twice": {
    files: { "hosts.yml": "groups:\n  g:\n    hosts:\n      a: {}\n      b: {}\n      a: {}\n" },
    errors: ["inventory-duplicate-host hosts.yml:6:7"],
  },
  "a host by a range and by name": {
    files: { "hosts.yml": "groups:\n  g:\n    hosts:\n      web[1:5]: {}\n      web3: {}\n" },
    errors: ["inventory-duplicate-host hosts.yml:5:7"],
    says: ["line 4"],
  },
  "a host with two values": {
    files: {
      "hosts.yml": "groups:\n  g: { hosts: { a: { rack: 1 } } }\n  k: { hosts: { a: { rack: 2 } } }\n",
    },
    errors: ["inventory-duplicate-host hosts.yml:3:28"],
    says: ["hosts.yml:2:28"],
  },
  "two values for each host of two ranges, said once": {
    files: {
      "hosts.yml":
        'groups:\n  g: { hosts: { "a[1:9]": { rack: 1 } } }\n  k: { hosts: { "a[1:9]": { rack: 2 } } }\n',
    },
    errors: ["inventory-duplicate-host hosts.yml:3:35"],
  },
  "a host that is a group": {
    files: { "hosts.yml": "hosts: { web: {} }\ngroups: { web: {} }\n" },
    errors: ["inventory-invalid hosts.yml:1:10"],
  },
  "a group all": {
    files: { "hosts.yml": `${two}groups: { all: {} }\n` },
    errors: ["inventory-invalid hosts.yml:4:11"],
  },
  "all as a child": {
    files: { "hosts.yml": `${two}groups: { g: { groups: [all] } }\n` },
    errors: ["inventory-invalid hosts.yml:4:25"],
  },
  "an unknown child group": {
    files: { "hosts.yml": `${two}groups:\n  clients: {}\n  g: { groups: [client] }\n` },
    errors: ["inventory-unknown-group hosts.yml:6:17"],
    says: ["Did you mean clients?"],
  },
  "a cycle": {
    files: {
      "hosts.yml": `${two}groups:\n  x: { groups: [y] }\n  y: { groups: [z] }\n  z: { groups: [y] }\n`,
    },
    errors: ["inventory-cycle hosts.yml:6:3"],
    says: ["y -> z -> y"],
  },
  "variables of an unknown group": {
    files: { "hosts.yml": `${two}groups: { clients: {} }\n`, "group_vars/client.yml": "a: 1\n" },
    errors: ["inventory-unknown-group group_vars/client.yml:1:1"],
    says: ["Did you mean clients?"],
  },
  "variables of an unknown host": {
    files: { "hosts.yml": two, "host_vars/a2/x.yml": "a: 1\n" },
    errors: ["inventory-unknown-group host_vars/a2/x.yml:1:1"],
    says: ["Did you mean a1?"],
  },

  "a range backwards": {
    files: { "hosts.yml": "hosts:\n  web[5:1]: {}\n  a: {}\n" },
    errors: ["inventory-range hosts.yml:2:6"],
    says: ["Write [1:5]."],
  },
  "a range in quotes": {
    files: { "hosts.yml": 'hosts: { "w[1:]": {}, a: {} }\n' },
    errors: ["inventory-range hosts.yml:1:12"],
  },

  "a misspelt key of ssh": {
    files: all("ssh:\n  adress: x\n"),
    errors: ["inventory-invalid group_vars/all.yml:2:3"],
    says: ["Did you mean address?"],
  },
  "wrong values of ssh": {
    files: all("ssh:\n  port: 0\n  user: -x\n  identity_file: ~bob/key\n  connect_timeout: -1\n"),
    errors: ["2:9", "3:9", "4:18", "5:20"].map((at) => `inventory-invalid group_vars/all.yml:${at}`),
  },
  "become: yes": {
    files: all("become: yes\n"),
    errors: ["inventory-invalid group_vars/all.yml:1:9"],
    says: ["become: true"],
  },
  "ssh: x": { files: all("ssh: x\n"), errors: ["inventory-invalid group_vars/all.yml:1:6"] },
  "an unknown jump host": {
    files: all("ssh: { jump: a2 }\n"),
    errors: ["host-unknown group_vars/all.yml:1:14"],
    says: ["Did you mean a1?"],
  },
  "a host that jumps through itself": {
    files: all("ssh: { jump: a1 }\n"),
    errors: ["inventory-invalid group_vars/all.yml:1:14"],
    says: ["a1 -> a1", "jump: null"],
  },
  "jumps in a circle": {
    files: {
      "hosts.yml":
        "hosts:\n  a: { ssh: { jump: b } }\n  b: { ssh: { jump: a } }\n  c: { ssh: { jump: a } }\n",
    },
    errors: ["inventory-invalid hosts.yml:2:21", "inventory-invalid hosts.yml:3:21"],
    says: ["a -> b -> a", "b -> a -> b"],
  },
  "a jump and a proxy": {
    files: all("ssh: { jump: a1, proxy_command: nc x }\n"),
    errors: ["inventory-invalid group_vars/all.yml:1:14"],
  },

  "-e without a value": {
    files: { "hosts.yml": two },
    extraVars: ["a=1", "b"],
    errors: ["flag-invalid --extra-var:2:1"],
  },
  "-e that is not YAML": {
    files: { "hosts.yml": two },
    extraVars: ["a=1", "b=[1"],
    errors: ["flag-invalid --extra-var:2:5"],
  },
  "-e with a missing file": {
    files: { "hosts.yml": two },
    extraVars: ["@nope.yml"],
    errors: ["flag-invalid"],
  },
  "-e with a wrong value": {
    files: { "hosts.yml": two },
    extraVars: ["x=1", "ssh={port: x}"],
    errors: ["inventory-invalid --extra-var:2:12"],
  },

  "mistakes in all files at once, in their order": {
    files: {
      "hosts.yml": "groups: 3\nhosts: { a1: {} }\n",
      "group_vars/all.yml": "a: [\n",
      "host_vars/a1.yml": "ssh: { port: x }\n",
    },
    errors: [
      "inventory-invalid hosts.yml:1:9",
      "inventory-syntax group_vars/all.yml:2:1",
      "inventory-invalid host_vars/a1.yml:1:14",
    ],
  },
  "no names are called unknown where hosts.yml is not understood": {
    files: { "hosts.yml": "hosts: [\n", "group_vars/web.yml": "a: 1\n", "host_vars/x.yml": "b: [\n" },
    errors: ["inventory-syntax hosts.yml:2:1", "inventory-syntax host_vars/x.yml:2:1"],
  },
};

describe("mistakes have a code and a place", () => {
  it.each(Object.entries(cases))("%s", async (_name, { files, extraVars = [], errors, says = [] }) => {
    const found = await errorsOf(() => load(files, { extraVars }));
    expect(found.map(brief)).toEqual(errors);
    const text = found.map(({ message, hint }) => `${message} ${hint}`).join("\n");
    for (const words of says) expect(text).toContain(words);
    for (const { hint } of found) expect(hint).not.toBe("");
  });
});

describe("mistakes are shown", () => {
  it("with the lines around them", async () => {
    const [error] = await errorsOf(() => load(all("a: 1\nssh: { port: x }\nb: 2\n")));
    expect(error?.frame).toBe("  1 | a: 1\n> 2 | ssh: { port: x }\n    |              ^\n  3 | b: 2");
  });

  it("once, however many hosts they concern", async () => {
    const files = {
      "hosts.yml": 'hosts: { "h[1:500]": {} }\n',
      "group_vars/all.yml": "ssh: { port: x, jump: y }\n",
    };
    expect((await errorsOf(() => load(files))).map(brief)).toEqual([
      "inventory-invalid group_vars/all.yml:1:14",
    ]);
  });

  it("up to a hundred, then counted", async () => {
    const lines = Array.from({ length: 250 }, (_, i) => `k${i}: !x 1\n`).join("");
    const found = await errorsOf(() => load(all(lines)));
    expect(found).toHaveLength(101);
    expect(found.at(-1)?.message).toContain("150 more errors");
  });

  it.each([
    ["misspelt", "become:\n  passwrod: hunter2\n"],
    ["unknown", "become: { user: root, pw: hunter2 }\n"],
    ["beside a mistake", "become:\n  usr: root\n  password: hunter2\n"],
    ["as a block", "become:\n  password: |\n    hunter2\n  usr: root\n"],
    ["not YAML at all", "db_password: hunter2: x\n"],
    ["of a variable beside", "db_password: hunter2\na: [\n"],
  ])("without the password: %s", async (_name, text) => {
    const found = await errorsOf(() => load(all(text)));
    expect(found.length).toBeGreaterThan(0);
    expect(JSON.stringify(found)).not.toContain("hunter2");
  });

  it("without the password of the command line", async () => {
    const found = await errorsOf(() =>
      load({ "hosts.yml": two }, { extraVars: ["become={password: [hunter2]}", "hunter2"] }),
    );
    expect(found).toHaveLength(2);
    expect(JSON.stringify(found)).not.toContain("hunter2");
  });
});

describe("a folder that is missing", () => {
  const missing = async (dir: string, files: Files): Promise<string> => {
    const { loadInventory } = await import("../../src/inventory/load.js");
    const [error] = await errorsOf(() => loadInventory(dir, { cwd: folder(files) }));
    return `${error?.code}: ${error?.hint}`;
  };
  it.each([
    ["inventories/lab", "inventory-missing: Run `surefoot lab up`: it makes the lab and its inventory."],
    ["inventories/prodction", "inventory-missing: Did you mean inventories/production?"],
    ["inventories/elsewhere", "inventory-missing: There are: inventories/production"],
    [
      "nowhere/at/all",
      "inventory-missing: Name a folder that holds hosts.yml, for example -i inventories/staging.",
    ],
    [
      "inventories/production/hosts.yml",
      "inventory-missing: Name the folder that holds hosts.yml: -i inventories/production",
    ],
  ])("%s", async (dir, said) => {
    expect(await missing(dir, { "inventories/production/hosts.yml": two })).toBe(said);
  });
});
