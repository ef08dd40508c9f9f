import { expect, it } from "vitest";
import { surefoot } from "../support/cli.js";
import { folder } from "../support/folder.js";

const cwd = folder({
  "inv/hosts.yml":
    "vars: { rack: 1 }\ngroups:\n  web: { hosts: { web1: { ssh: { address: 10.0.0.1 }, rack: 7 } } }\n",
  "inv/group_vars/web.yml": "rack: 4\nbecome: { password: hunter2 }\n",
});
const run = async (...args: readonly string[]): Promise<string> => {
  const ran = await surefoot(["inventory", ...args, "-i", "inv"], { cwd });
  return ran.exit === 0 ? ran.stdout : `${ran.exit}: ${ran.stderr}`;
};

it("lists hosts with addresses and groups", async () => {
  expect(await run("list")).toBe("web1  10.0.0.1  web\n");
  expect(JSON.parse(await run("list", "--json"))).toEqual([
    { host: "web1", address: "10.0.0.1", groups: ["all", "web"] },
  ]);
});

it("shows a host with the place of every variable, and no password", async () => {
  const text = await run("show", "web1");
  expect(text).toContain("# inv/hosts.yml:3:");
  expect(text).toContain("rack: 7");
  expect(text + (await run("show", "web1", "--json"))).not.toContain("hunter2");
});

it("explains where a value comes from and what lost to it", async () => {
  expect(await run("explain", "web1", "rack")).toBe(`rack: 7
from host web1, inv/hosts.yml:3:61
  over 4 from group web, inv/group_vars/web.yml:1:7: host web1 is nearer to the host
  over 1 from group all, inv/hosts.yml:1:15: host web1 is nearer to the host
`);
  expect(await run("explain", "web1", "become")).not.toContain("hunter2");
  expect(await run("explain", "web1", "rack", "-e", "rack=9")).toContain("rack: 9\nfrom --extra-var");
});

it("helps with names that do not exist", async () => {
  expect(await run("show", "web2")).toMatch(/^3: .*host-unknown[\s\S]*Did you mean web1/);
  expect(await run("list", "-i", "other")).toMatch(/^3: .*given twice/s);
  expect(await run("explain", "web1", "rak")).toMatch(/^3: .*variable-unknown[\s\S]*Did you mean rack/);
  const bare = await surefoot(["inventory", "explain", "a", "rack", "-i", "a,"], { cwd });
  expect(bare.stderr).toContain("hint: It has none.");
});
