import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import type { Host } from "../../src/inventory/host.js";
import { loadInventory } from "../../src/inventory/load.js";
import { toPlain } from "../../src/inventory/located.js";
import { selectHosts } from "../../src/inventory/pattern.js";
import { load as loadFiles } from "./env.js";

const root = resolve(import.meta.dirname, "../..");
const load = (name: string): ReturnType<typeof loadInventory> =>
  loadInventory(join("inventories", name), { cwd: root });
const value = (host: Host, name: string): unknown => {
  const node = host.vars.get(name);
  return node === undefined ? undefined : toPlain(node);
};

describe.each(["staging", "production"])("inventories/%s", (name) => {
  it("gives every client an interface and at least two gateways, and a way in by a bastion that is reached directly", async () => {
    const inventory = await load(name);
    for (const host of selectHosts(inventory, "clients")) {
      expect(value(host, "interface")).toMatch(/^\S{1,15}$/);
      expect(value(host, "gateways")).toMatchObject([
        { address: expect.any(String) },
        { address: expect.any(String) },
      ]);
      const bastion = inventory.hosts.get(host.target.jump ?? "");
      expect(bastion?.groups).toContain("bastions");
      expect(bastion?.target).not.toHaveProperty("jump");
      expect(host.target.become?.user).toBe("root");
      expect(host.target.knownHostsFiles).toEqual([join(root, "inventories", name, "known_hosts")]);
    }
  });

  it("puts every host into one of clients, gateways and bastions", async () => {
    const inventory = await load(name);
    const all = selectHosts(inventory, "all").length;
    const parts = ["clients", "gateways", "bastions"].map((group) => selectHosts(inventory, group).length);
    expect(parts.reduce((sum, count) => sum + count, 0)).toBe(all);
  });
});

describe("inventories/production", () => {
  it.each([
    ["clients", 268],
    ["clients:&fra", 132],
    ["clients:&ams", 88],
    ["clients:&lon", 48],
    ["canary", 4],
    ["cache*", 8],
  ])("%s are %i hosts", async (pattern, count) => {
    expect(selectHosts(await load("production"), pattern)).toHaveLength(count);
  });

  it("has gateways of each site's own", async () => {
    const inventory = await load("production");
    const gateways = ["app001.fra.example.net", "app001.ams.example.net", "app-a01.lon.example.net"].map(
      (name) => inventory.hosts.get(name)?.vars.get("gateways"),
    );
    expect(new Set(gateways).size).toBe(3);
    expect(gateways).not.toContain(undefined);
  });
});

describe("docs/inventory.md", () => {
  const text = readFileSync(join(root, "docs/inventory.md"), "utf8");
  const [hosts = "", ssh = ""] = [...text.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, yaml = ""]) => yaml);

  it("has an example of hosts.yml that loads as it says", async () => {
    const inventory = await loadFiles({ "hosts.yml": hosts });
    expect(inventory.hosts.size).toBe(1 + 1 + 50);
    expect(inventory.hosts.get("client1")?.groups).toEqual(["all", "site", "clients"]);
    expect(inventory.hosts.get("client1")?.target.address).toBe("192.168.1.21");
    expect(inventory.hosts.has("web01")).toBe(true);
  });

  it.each(["jump", "proxy_command"])("has examples of ssh and become that are valid, by %s", async (way) => {
    // Of the two ways in, and of the two forms of become, one at a time.
    const other = way === "jump" ? "proxy_command" : "jump";
    const lines = ssh.split("\n").filter((line) => !line.startsWith(`  ${other}:`));
    for (const form of ["become: true", "become: {"]) {
      const chosen = lines.filter((line) => !line.startsWith("become:") || line.startsWith(form)).join("\n");
      const files = {
        "hosts.yml": "hosts: { h: {}, bastion.example.net: { ssh: { jump: null } } }\n",
        "group_vars/all.yml": chosen,
      };
      const target = (await loadFiles(files)).hosts.get("h")?.target;
      expect(target).toMatchObject({ user: "ops", connectTimeout: 30, become: { user: "root" } });
      expect(target?.jump).toBe(way === "jump" ? "bastion.example.net" : undefined);
    }
  });
});
