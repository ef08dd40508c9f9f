import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { explainVariable } from "../../src/inventory/explain.js";
import type { Inventory } from "../../src/inventory/host.js";
import { toPlain } from "../../src/inventory/located.js";
import { explanationJson, showExplanation, showHost, showHostJson } from "../../src/inventory/show.js";
import { formatPlace } from "../../src/model/place.js";
import { brief, errorsOf, load } from "./env.js";

/** `h` is in b, which is below a, and in k, which is as deep as a; `o` only in k and m. */
const fleet = (extraVars: readonly string[] = []): Promise<Inventory> =>
  load(
    {
      "hosts.yml": `vars: { x: all }
groups:
  a: { groups: [b], vars: { x: a } }
  b: { hosts: { h: { x: inline, y: 1 } }, vars: { x: b } }
  k: { hosts: { h: {}, o: {} } }
  m: { hosts: { o: {} } }
`,
      "group_vars/all.yml": "ssh:\n  user: ops\n  port: 9\ndeep: { list: [] }\napi_password: hunter2\n",
      "group_vars/b.yml":
        "x: bfile\ndeep:\n  list: [{ k: 1 }]\nssh: { port: 5 }\nbecome: { password: hunter2 }\n",
      "group_vars/b/2.yml": "x: bfile2\n",
      "group_vars/k.yml": "x: k\n",
      "group_vars/m.yml": "x: m\n",
      "host_vars/h.yml": "x: hostfile\n",
    },
    { extraVars },
  );

const HOST = "host h is nearer to the host";
const EXTRA = "the command line wins over every file";

interface Case {
  readonly host: string;
  readonly path: string;
  readonly extraVars?: readonly string[];
  /** Winner first: from, value, place, why. */
  readonly all: readonly (readonly [from: string, value: unknown, place: string, why: string])[];
}
const cases: readonly Case[] = [
  {
    host: "h",
    path: "x",
    all: [
      ["host h", "hostfile", "host_vars/h.yml:1:4", "it is nearest to the host"],
      ["host h", "inline", "hosts.yml:4:25", "host_vars win over hosts.yml"],
      ["group b", "bfile2", "group_vars/b/2.yml:1:4", HOST],
      ["group b", "bfile", "group_vars/b.yml:1:4", HOST],
      ["group b", "b", "hosts.yml:4:54", HOST],
      ["group k", "k", "group_vars/k.yml:1:4", HOST],
      ["group a", "a", "hosts.yml:3:32", HOST],
      ["group all", "all", "hosts.yml:1:12", HOST],
    ],
  },
  {
    host: "o",
    path: "x",
    all: [
      ["group m", "m", "group_vars/m.yml:1:4", "it is nearest to the host"],
      [
        "group k",
        "k",
        "group_vars/k.yml:1:4",
        "m and k are equally deep, and the later in the alphabet wins",
      ],
      ["group all", "all", "hosts.yml:1:12", "every group wins over all"],
    ],
  },
  {
    host: "o",
    path: "x",
    extraVars: ["x=1", "x=2"],
    all: [
      ["--extra-var", 2, "--extra-var:2:3", EXTRA],
      ["--extra-var", 1, "--extra-var:1:3", "of several --extra-var the last wins"],
      ["group m", "m", "group_vars/m.yml:1:4", EXTRA],
      ["group k", "k", "group_vars/k.yml:1:4", EXTRA],
      ["group all", "all", "hosts.yml:1:12", EXTRA],
    ],
  },
  { host: "h", path: "y", all: [["host h", 1, "hosts.yml:4:36", "nothing else gives it"]] },
  {
    host: "h",
    path: "deep.list[0].k",
    all: [["group b", 1, "group_vars/b.yml:3:15", "nothing else gives it"]],
  },
  {
    host: "h",
    path: "deep.list",
    all: [
      ["group b", [{ k: 1 }], "group_vars/b.yml:3:9", "it is nearest to the host"],
      ["group all", [], "group_vars/all.yml:4:15", "every group wins over all"],
    ],
  },
  {
    host: "h",
    path: "ssh",
    all: [
      ["group b", { user: "ops", port: 5 }, "group_vars/b.yml:4:6", "it gives port"],
      ["group all", { user: "ops", port: 9 }, "group_vars/all.yml:2:3", "it gives user"],
    ],
  },
  {
    host: "h",
    path: "ssh.user",
    all: [["group all", "ops", "group_vars/all.yml:2:9", "nothing else gives it"]],
  },
  {
    host: "h",
    path: "ssh.port",
    all: [
      ["group b", 5, "group_vars/b.yml:4:14", "it is nearest to the host"],
      ["group all", 9, "group_vars/all.yml:3:9", "every group wins over all"],
    ],
  },
];

describe("explainVariable", () => {
  it.each(cases)("$host $path $extraVars", async ({ host, path, extraVars = [], all }) => {
    const { winner, losers } = explainVariable(await fleet(extraVars), host, path);
    const found = [winner, ...losers].map(({ from, value, place, why }) => [
      from,
      toPlain(value),
      formatPlace(place),
      why,
    ]);
    expect(found).toEqual(all);
  });

  it("compares the depth of groups", async () => {
    const inventory = await load({
      "hosts.yml":
        "groups:\n  z: { vars: { x: z }, groups: [c] }\n  c: { vars: { x: c }, hosts: { h: {} } }\n",
    });
    const { losers } = explainVariable(inventory, "h", "x");
    expect(losers.map(({ group, why }) => [group, why])).toEqual([
      ["z", "c is deeper in the groups than z (2 against 1)"],
    ]);
  });

  const wrong: readonly (readonly [host: string, path: string, error: string, says: string])[] = [
    ["i", "x", "host-unknown", "Did you mean h?"],
    ["h", "deap", "variable-unknown hosts.yml:4:17", "Did you mean deep?"],
    ["h", "zzzzzz", "variable-unknown hosts.yml:4:17", "It has "],
    ["h", "deep.lists", "variable-unknown group_vars/b.yml:2:1", "inventory explain h deep"],
    ["h", "deep.list[1]", "variable-unknown group_vars/b.yml:2:1", "inventory explain h deep"],
    ["h", "y.z", "variable-unknown hosts.yml:4:33", "inventory explain h y"],
    ["h", "", "flag-invalid VAR:1:1", "gateways[0].address"],
    ["h", ".x", "flag-invalid VAR:1:1", "gateways[0].address"],
    ["h", "deep..list", "flag-invalid VAR:1:5", "gateways[0].address"],
    ["h", "deep[x]", "flag-invalid VAR:1:5", "gateways[0].address"],
  ];
  it.each(wrong)("%s %j: %s", async (host, path, error, says) => {
    const inventory = await fleet();
    const found = await errorsOf(async () => explainVariable(inventory, host, path));
    expect(found.map(brief)).toEqual([error]);
    expect(found[0]?.hint).toContain(says);
  });

  it("finds a key that holds dots", async () => {
    const inventory = await load({ "hosts.yml": 'hosts: { h: { s: { "net.ipv4": 1 } } }\n' });
    expect(toPlain(explainVariable(inventory, "h", 's["net.ipv4"]').winner.value)).toBe(1);
  });
});

describe("what is shown", () => {
  it("is YAML, each variable below its place, each key of ssh below its own", async () => {
    const h = (await fleet()).hosts.get("h");
    const text = h === undefined ? "" : showHost(h);
    expect(parse(text)).toMatchObject({
      host: "h",
      groups: ["all", "a", "k", "b"],
      "reached by": { user: "ops", port: 5, become: { user: "root", password: "(secret)" } },
      variables: { x: "hostfile", y: 1, deep: { list: [{ k: 1 }] }, ssh: { user: "ops", port: 5 } },
    });
    expect(text).toContain("  # host_vars/h.yml:1:1\n  x: hostfile\n");
    expect(text).toContain(
      "    # group_vars/all.yml:2:3\n    user: ops\n    # group_vars/b.yml:4:8\n    port: 5\n",
    );
  });

  it("is an explanation in words", async () => {
    expect(showExplanation(explainVariable(await fleet(), "o", "x"))).toBe(
      [
        "x: m",
        "from group m, group_vars/m.yml:1:4",
        '  over "k" from group k, group_vars/k.yml:1:4: m and k are equally deep, and the later in the alphabet wins',
        '  over "all" from group all, hosts.yml:1:12: every group wins over all',
        "",
      ].join("\n"),
    );
  });

  it("holds no password", async () => {
    const inventory = await fleet();
    const h = inventory.hosts.get("h");
    const shown = ["become", "become.password", "api_password"].flatMap((path) => {
      const explanation = explainVariable(inventory, "h", path);
      return [showExplanation(explanation), JSON.stringify(explanationJson(explanation))];
    });
    if (h !== undefined) shown.push(showHost(h), JSON.stringify(showHostJson(h)));
    expect(shown).toHaveLength(8);
    for (const text of shown) {
      expect(text).toContain("(secret)");
      expect(text).not.toContain("hunter2");
    }
  });

  it("holds nothing of a password, however deep the path goes into it", async () => {
    const inventory = await load({
      "hosts.yml": "hosts: { h: { become: { password: { command: echo hunter2 } } } }\n",
    });
    const explanation = explainVariable(inventory, "h", "become.password.command");
    for (const text of [showExplanation(explanation), JSON.stringify(explanationJson(explanation))]) {
      expect(text).toContain("(secret)");
      expect(text).not.toContain("hunter2");
    }
  });

  it("holds no control character that a terminal would obey", async () => {
    const inventory = await load({ "hosts.yml": 'hosts: { h: { x: "\\e[31m\\x9b" } }\n' });
    const h = inventory.hosts.get("h");
    const shown = [showExplanation(explainVariable(inventory, "h", "x")), h === undefined ? "" : showHost(h)];
    for (const text of shown) expect(text).toMatch(/^[^\p{Cc}]*(\n[^\p{Cc}]*)*$/u);
  });
});
