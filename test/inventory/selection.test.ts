import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Inventory } from "../../src/inventory/host.js";
import { matchPattern, selectHosts } from "../../src/inventory/pattern.js";
import { errorsOf, load } from "./env.js";

const fleet = {
  "hosts.yml": `
hosts:
  lone: {}
groups:
  clients: { hosts: { "client[1:4]": {} } }
  web: { hosts: { "web[01:03]": {}, client4: {} } }
  prod: { groups: [web, db] }
  db: { hosts: { db1.example.org: {} } }
  broken: {}
`,
};
const names = async (pattern: string, limit?: string): Promise<readonly string[]> =>
  selectHosts(await load(fleet), pattern, limit).map(({ name }) => name);

const everything = [
  "lone",
  "client1",
  "client2",
  "client3",
  "client4",
  "web01",
  "web02",
  "web03",
  "db1.example.org",
];

const cases: readonly (readonly [pattern: string, hosts: readonly string[]])[] = [
  ["all", everything],
  ["*", everything],
  ["lone", ["lone"]],
  ["clients", ["client1", "client2", "client3", "client4"]],
  ["prod", ["client4", "web01", "web02", "web03", "db1.example.org"]],
  ["web01:lone", ["lone", "web01"]],
  ["web01,lone", ["lone", "web01"]],
  [" web01 , lone ", ["lone", "web01"]],
  ["clients:&web", ["client4"]],
  ["clients:!client2:!client3", ["client1", "client4"]],
  ["!client2:clients:!client3", ["client1", "client4"]],
  ["!clients", ["lone", "web01", "web02", "web03", "db1.example.org"]],
  ["&web", ["client4", "web01", "web02", "web03"]],
  ["clients:!broken", ["client1", "client2", "client3", "client4"]],
  ["client[2:3]", ["client2", "client3"]],
  ["client[1:9]", ["client1", "client2", "client3", "client4"]],
  ["web[01:02]:lone", ["lone", "web01", "web02"]],
  ["web0?", ["web01", "web02", "web03"]],
  ["*.example.org", ["db1.example.org"]],
  ["cl*4", ["client4"]],
  // A glob matches groups too, but never every host by way of `all`.
  ["prod*", ["client4", "web01", "web02", "web03", "db1.example.org"]],
  ["l*", ["lone"]],
];

describe("patterns", () => {
  it.each(cases)("%s", async (pattern, hosts) => expect(await names(pattern)).toEqual(hosts));

  it("never takes a glob for the group all", async () => {
    const inventory = await load({ "hosts.yml": "hosts: { a1: {}, b1: {} }\n" });
    expect(selectHosts(inventory, "a*").map(({ name }) => name)).toEqual(["a1"]);
    expect(selectHosts(inventory, "*:!a*").map(({ name }) => name)).toEqual(["b1"]);
  });

  it("takes of a playbook's hosts those within the limit", async () => {
    expect(await names("clients", "web:client1")).toEqual(["client1", "client4"]);
  });

  const wrong: readonly (readonly [pattern: string, code: string, caret: number | null])[] = [
    ["", "pattern-invalid", 0],
    ["web::db", "pattern-invalid", 4],
    ["web:", "pattern-invalid", 4],
    ["web:&", "pattern-invalid", 5],
    ["web:d b", "pattern-invalid", 5],
    ["web:db$", "pattern-invalid", 6],
    ["web:client[3:1]", "pattern-invalid", 10],
    ["web:client[1:3", "pattern-invalid", 10],
    ["web:client[1:3]*", "pattern-invalid", 15],
    ["web:dbs", "pattern-no-match", 4],
    ["web:&dbs", "pattern-no-match", 5],
    ["web:!x*", "pattern-no-match", 5],
    ["client[5:9]", "pattern-no-match", 0],
    ["web:!web", "pattern-no-match", null],
    ["broken", "pattern-no-match", null],
  ];
  it.each(wrong)("%j is refused: %s at %s", async (pattern, code, caret) => {
    const [error, ...more] = await errorsOf(() => names(pattern));
    expect(more).toEqual([]);
    expect(error?.code).toBe(code);
    if (caret !== null) expect(error?.frame).toBe(`  ${pattern}\n  ${" ".repeat(caret)}^`);
  });

  it("says what was meant and what there is", async () => {
    const [error] = await errorsOf(() => names("client"));
    expect(error?.hint).toContain("Did you mean clients?");
    expect(error?.hint).toContain("Groups: all, clients, web, prod, db, broken.");
    expect(error?.hint).toContain("Hosts: lone, client1");
  });

  it("refuses a limit that leaves nothing", async () => {
    expect((await errorsOf(() => names("clients", "lone"))).map(({ code }) => code)).toEqual([
      "pattern-no-match",
    ]);
  });
});

describe("the algebra of patterns", () => {
  const term = fc.constantFrom(
    "all",
    "clients",
    "web",
    "prod",
    "db",
    "broken",
    "lone",
    "client[1:2]",
    "*4",
    "web0?",
  );
  const set = (inventory: Inventory, pattern: string): readonly string[] =>
    [...matchPattern(inventory, pattern)].sort();

  it("holds", async () => {
    const inventory = await load(fleet);
    fc.assert(
      fc.property(term, term, term, (a, b, c) => {
        const of = (pattern: string): readonly string[] => set(inventory, pattern);
        const [x, y] = [of(a), of(b)];
        expect(of(`${a}:${b}`)).toEqual([...new Set([...x, ...y])].sort());
        expect(of(`${a}:&${b}`)).toEqual(x.filter((host) => y.includes(host)));
        expect(of(`${a}:!${b}`)).toEqual(x.filter((host) => !y.includes(host)));
        expect(of(`${a}:${b}`)).toEqual(of(`${b}:${a}`));
        expect(of(`${a}:&${b}`)).toEqual(of(`${b}:&${a}`));
        expect(of(`${a}:${a}`)).toEqual(x);
        expect(of(`${a}:!${a}`)).toEqual([]);
        // De Morgan: without b or c is without b and without c.
        expect(of(`${a}:!${b}:!${c}`)).toEqual(
          of(`${a}:!${b}`).filter((host) => of(`${a}:!${c}`).includes(host)),
        );
      }),
    );
  });

  it("never fails but by a typed error", async () => {
    const inventory = await load(fleet);
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: fc.constantFrom(..."ab*?[]:,!& 13") }), async (pattern) => {
        const found = await errorsOf(async () => matchPattern(inventory, pattern));
        expect(found.every(({ code }) => code.startsWith("pattern-"))).toBe(true);
      }),
    );
  });
});
