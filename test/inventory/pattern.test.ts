import fc from "fast-check";
import { expect, it } from "vitest";
import type { Inventory } from "../../src/inventory/host.js";
import { loadInventory } from "../../src/inventory/load.js";
import { matchPattern, selectHosts } from "../../src/inventory/pattern.js";
import { folder } from "../support/folder.js";

const inventory: Inventory = await loadInventory(
  folder({
    "hosts.yml": `groups:
  web: { hosts: { "web[1:4]": } }
  db: { hosts: { "db[1:2].x": } }
  north: { hosts: { web1: , db1.x: } }
  site: { groups: [web, db] }
`,
  }),
);

const match = (pattern: string): string => [...matchPattern(inventory, pattern)].join(" ");

it.each([
  ["all", "web1 web2 web3 web4 db1.x db2.x"],
  ["web", "web1 web2 web3 web4"],
  ["site:&north", "web1 db1.x"],
  ["all:!web", "db1.x db2.x"],
  ["!web", "db1.x db2.x"],
  ["web:db:&north:!web1", "db1.x"],
  ["!web1:web", "web2 web3 web4"],
  ["web[2:3]", "web2 web3"],
  ["web2,db1.x", "web2 db1.x"],
  ["web*:!*4", "web1 web2 web3"],
  ["nor*", "web1 db1.x"],
  ["db?.x", "db1.x db2.x"],
])("matches %s", (pattern, hosts) => {
  expect(match(pattern)).toBe(hosts);
});

it.each([
  ["web9", "pattern-no-match", "Did you mean web1?"],
  ["weeb", "pattern-no-match", "Did you mean web?"],
  ["nothing-like-it", "pattern-no-match", "Groups: "],
  ["", "pattern-invalid", ""],
  ["web:", "pattern-invalid", ""],
  ["web:&", "pattern-invalid", ""],
  ["web[3:1]", "pattern-invalid", ""],
])("refuses %j", (pattern, code, hint) => {
  expect(() => match(pattern)).toThrow(expect.objectContaining({ data: expect.objectContaining({ code }) }));
  expect(() => match(pattern)).toThrow(
    expect.objectContaining({ data: expect.objectContaining({ hint: expect.stringContaining(hint) }) }),
  );
});

it("selects what playbook and limit have in common, in the inventory's order, and never nothing", () => {
  expect(selectHosts(inventory, "site", "db:web1").map((host) => host.name)).toEqual([
    "web1",
    "db1.x",
    "db2.x",
  ]);
  expect(() => selectHosts(inventory, "web", "db")).toThrow(/no host/);
});

it("obeys the algebra of sets", () => {
  const name = fc.constantFrom("web", "db", "north", "site", "web1", "db*", "all");
  fc.assert(
    fc.property(name, name, (a, b) => {
      const [x, y] = [matchPattern(inventory, a), matchPattern(inventory, b)];
      expect(matchPattern(inventory, `${a}:${b}`)).toEqual(new Set([...x, ...y]));
      expect(matchPattern(inventory, `${a}:&${b}`)).toEqual(new Set([...x].filter((host) => y.has(host))));
      expect(matchPattern(inventory, `${a}:!${b}`)).toEqual(new Set([...x].filter((host) => !y.has(host))));
    }),
  );
});
