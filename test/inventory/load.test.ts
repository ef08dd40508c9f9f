import { relative } from "node:path";
import { expect, it } from "vitest";
import { candidates } from "../../src/inventory/host.js";
import { loadInventory } from "../../src/inventory/load.js";
import { toPlain } from "../../src/inventory/located.js";
import type { ErrorData } from "../../src/model/error.js";
import { SurefootError, SurefootErrors } from "../../src/model/error.js";
import { formatPlace } from "../../src/model/place.js";
import { folder } from "../support/folder.js";

async function errorsOf(files: Readonly<Record<string, string>>): Promise<readonly ErrorData[]> {
  try {
    await loadInventory(folder(files));
    return [];
  } catch (thrown) {
    if (thrown instanceof SurefootErrors) return thrown.errors;
    if (thrown instanceof SurefootError) return [thrown.data];
    throw thrown;
  }
}

const GROUP = (text: string): Readonly<Record<string, string>> => ({
  "hosts.yml": `groups:\n  g:\n    hosts: { a: }\n${text}`,
});

const wrong: readonly (readonly [
  name: string,
  files: Readonly<Record<string, string>>,
  code: string,
  at: string,
])[] = [
  ["no hosts.yml", { "x.yml": "" }, "inventory-missing", ""],
  [
    "YAML that does not parse",
    { "hosts.yml": "groups:\n  a: [1\nb: 2\n" },
    "inventory-syntax",
    "hosts.yml:3:1",
  ],
  ["a key twice", GROUP("    hosts: { b: }\n"), "inventory-syntax", "hosts.yml:4:5"],
  ["an unknown tag", { "hosts.yml": "vars: { a: !other x }\n" }, "inventory-syntax", "hosts.yml:1:12"],
  ["tabs", { "hosts.yml": "vars:\n  a: 1\n\tb: 2\n" }, "inventory-syntax", "hosts.yml:3:1"],
  ["a misspelt section", { "hosts.yml": "group:\n  g: {}\n" }, "inventory-invalid", "hosts.yml:1:1"],
  ["a list for a mapping", { "hosts.yml": "groups: [a]\n" }, "inventory-invalid", "hosts.yml:1:9"],
  [
    "a host twice",
    { "hosts.yml": "groups:\n  g:\n    hosts:\n      a1:\n      a[1:3]:\n" },
    "inventory-duplicate-host",
    "hosts.yml:5:7",
  ],
  ["a broken range", { "hosts.yml": "hosts:\n  web[3:1]:\n" }, "inventory-range", "hosts.yml:2:6"],
  ["an unknown child", GROUP("    groups: [h]\n"), "inventory-unknown-group", "hosts.yml:4:14"],
  [
    "a cycle",
    { "hosts.yml": "groups:\n  a: { groups: [b] }\n  b: { groups: [c] }\n  c: { groups: [a] }\n" },
    "inventory-cycle",
    "hosts.yml:2:3",
  ],
  [
    "a host named like a group",
    { "hosts.yml": "groups:\n  g:\n    hosts: { g: }\n" },
    "inventory-invalid",
    "hosts.yml:3:14",
  ],
  ["a name that is none", { "hosts.yml": "hosts:\n  'a b':\n" }, "inventory-invalid", "hosts.yml:2:3"],
  [
    "two groups that give a host the same",
    { "hosts.yml": "groups:\n  g: { hosts: { a: { x: 1 } } }\n  h: { hosts: { a: { x: 2 } } }\n" },
    "inventory-duplicate-host",
    "hosts.yml:3:25",
  ],
  [
    "variables of an unknown group",
    { ...GROUP(""), "group_vars/gg.yml": "x: 1\n" },
    "inventory-unknown-group",
    "group_vars/gg.yml:1:1",
  ],
  [
    "variables of an unknown host",
    { ...GROUP(""), "host_vars/b/x.yml": "x: 1\n" },
    "inventory-unknown-group",
    "host_vars/b/x.yml:1:1",
  ],
  [
    "variables that are a list",
    { ...GROUP(""), "group_vars/g.yml": "- 1\n" },
    "inventory-invalid",
    "group_vars/g.yml:1:1",
  ],
  [
    "an unquoted mode",
    { ...GROUP(""), "group_vars/g.yml": "mode: 0644\n" },
    "inventory-invalid",
    "group_vars/g.yml:1:7",
  ],
  [
    "a misspelt way in",
    { ...GROUP(""), "group_vars/g.yml": "ssh:\n  adress: x\n" },
    "inventory-invalid",
    "group_vars/g.yml:2:3",
  ],
  [
    "a port that is none",
    { ...GROUP(""), "group_vars/g.yml": "ssh: { port: 99999 }\n" },
    "inventory-invalid",
    "group_vars/g.yml:1:14",
  ],
];

it.each(wrong)("says where it is: %s", async (_name, files, code, at) => {
  const errors = await errorsOf(files);
  expect(errors.map((error) => error.code)).toEqual([code]);
  const place = errors[0]?.place;
  expect(place === undefined ? "" : formatPlace(place)).toMatch(new RegExp(`${at.replaceAll(".", "\\.")}$`));
  expect(errors[0]?.hint).not.toBe("");
  if (at !== "") expect(errors[0]?.frame).toContain("^");
});

it("finds all mistakes of all files at once", async () => {
  const errors = await errorsOf({
    "hosts.yml": "groups:\n  g: { hosts: { a: } }\n",
    "group_vars/g.yml": "mode: 0600\n",
    "group_vars/x.yml": "y: 1\n",
    "host_vars/a.yml": "ssh: { prt: 1 }\n",
  });
  expect(errors).toHaveLength(3);
});

const TREE: Readonly<Record<string, string>> = {
  "hosts.yml": `vars: { v: all, a: 1 }
hosts: { lone: }
groups:
  parent: { groups: [child, other], vars: { v: parent, b: 1 } }
  child: { hosts: { "h[1:2]": { c: 1 } }, vars: { v: child } }
  other: { hosts: { h1: }, vars: { v: other } }
`,
  "group_vars/all.yml": "v: all file\nssh: { user: ops, port: 2222 }\n",
  "group_vars/parent/1.yml": "v: parent 1\n",
  "group_vars/parent/2.yml": "v: parent 2\nbecome: { password: { file: secret } }\n",
  "host_vars/h2.yml": "v: host file\nssh: { address: 10.0.0.2, identity_file: ../keys/k }\n",
};

it("lets the nearest win: all, parents, children by name, the host, its file, the command line", async () => {
  const dir = folder(TREE);
  const inventory = await loadInventory(dir);
  const value = (host: string, name: string): unknown => {
    const located = inventory.hosts.get(host)?.vars.get(name);
    return located === undefined ? undefined : toPlain(located);
  };
  expect(value("lone", "v")).toBe("all file");
  expect(value("h1", "v")).toBe("other");
  expect(value("h2", "v")).toBe("host file");
  expect(["a", "b", "c"].map((name) => value("h1", name))).toEqual([1, 1, 1]);
  expect(inventory.hosts.get("h1")?.groups).toEqual(["all", "parent", "child", "other"]);
  const extra = await loadInventory(dir, { extraVars: ["v=[1, x]"] });
  expect(
    toPlain(extra.hosts.get("h2")?.vars.get("v") ?? { place: { file: "", line: 0, col: 0 }, value: null }),
  ).toEqual([1, "x"]);
});

it("merges how a host is reached key by key, with paths relative to their files", async () => {
  const dir = folder(TREE);
  const target = (await loadInventory(dir)).hosts.get("h2")?.target;
  expect(target).toMatchObject({ address: "10.0.0.2", port: 2222, user: "ops", become: { user: "root" } });
  expect(target?.identityFiles.map((file) => relative(dir, file))).toEqual(["keys/k"]);
  expect(target?.become?.password).toEqual({ file: `${dir}/group_vars/parent/secret` });
});

it("knows all that lost, nearest first", async () => {
  const host = (await loadInventory(folder(TREE))).hosts.get("h2");
  const from = host === undefined ? [] : candidates(host, "v").map((one) => [one.from, toPlain(one.value)]);
  expect(from).toEqual([
    ["host h2", "host file"],
    ["group child", "child"],
    ["group parent", "parent 2"],
    ["group parent", "parent 1"],
    ["group parent", "parent"],
    ["group all", "all file"],
    ["group all", "all"],
  ]);
});

it("reads anchors and merge keys, and stops an alias bomb", async () => {
  const inventory = await loadInventory(
    folder({ "hosts.yml": "vars:\n  a: &a { x: 1, y: 1 }\n  b: { <<: *a, y: 2 }\nhosts: { h: }\n" }),
  );
  expect(
    toPlain(inventory.hosts.get("h")?.vars.get("b") ?? { place: { file: "", line: 0, col: 0 }, value: null }),
  ).toEqual({ x: 1, y: 2 });
  const level = (n: number): string =>
    `  l${n}: &l${n} [${Array.from({ length: 9 }, () => `*l${n - 1}`).join(", ")}]\n`;
  const bomb = `vars:\n  l0: &l0 [x]\n${[1, 2, 3, 4, 5, 6, 7, 8].map(level).join("")}`;
  const errors = await errorsOf({ "hosts.yml": bomb });
  expect(errors.map((error) => error.message)).toContain("too many aliases");
});

it("loads ten thousand hosts", async () => {
  const inventory = await loadInventory(
    folder({ ...TREE, "hosts.yml": "groups:\n  parent: { hosts: { 'h[1:10000]': } }\n" }),
  );
  expect(inventory.hosts.size).toBe(10_000);
  expect(inventory.hosts.get("h9999")?.vars.get("v")?.value).toBe("parent 2");
});

it("has the same hash for the same files, another for others", async () => {
  const hash = async (files: Readonly<Record<string, string>>): Promise<string> =>
    (await loadInventory(folder(files))).hash;
  expect(await hash(TREE)).toBe(await hash(TREE));
  expect(await hash(TREE)).not.toBe(await hash({ ...TREE, "host_vars/h1.yml": "x: 1\n" }));
});

it.each(["staging", "production"])("reads the example %s", async (name) => {
  const inventory = await loadInventory(new URL(`../../inventories/${name}`, import.meta.url).pathname);
  expect(inventory.hosts.size).toBeGreaterThan(5);
});
