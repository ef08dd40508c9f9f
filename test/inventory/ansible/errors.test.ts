import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { expandHostPattern } from "../../../src/inventory/ansible/host-pattern.js";
import { loadInventory } from "../../../src/inventory/load.js";
import { SurefootError, SurefootErrors } from "../../../src/model/error.js";
import { folder } from "../../support/folder.js";
import type { Files } from "../env.js";
import { brief, errorsOf } from "../env.js";

/** Loads `hosts`, or what is named, with places relative to its folder. */
const load = (files: Files, source = "hosts"): ReturnType<typeof loadInventory> =>
  loadInventory(source, { cwd: folder(files) });

interface Wrong {
  readonly files: Files;
  readonly source?: string;
  readonly errors: readonly string[];
}

const wrong: Readonly<Record<string, Wrong>> = {
  "all mistakes of a file at once": {
    files: {
      hosts:
        "[g]\na x=1 oops\nb x='open\nc[1:2\n[my group]\nd\n[g:things]\n[g:vars]\nnothing\n[x:children]\nno\n[y:vars]\n",
    },
    errors: [
      "inventory-invalid hosts:2:7",
      "inventory-syntax hosts:3:5",
      "inventory-range hosts:4:2",
      "inventory-invalid hosts:5:1",
      "inventory-invalid hosts:7:1",
      "inventory-invalid hosts:9:1",
      "inventory-unknown-group hosts:11:1",
      "inventory-unknown-group hosts:12:1",
    ],
  },
  "a colon without a port": { files: { hosts: "a:\nb\n" }, errors: ["inventory-range hosts:1:2"] },
  "a priority that is no number": {
    files: { hosts: "[g]\na\n[g:vars]\nansible_group_priority=high\n" },
    errors: ["inventory-invalid hosts:4:24"],
  },
  "a cycle": {
    files: { hosts: "[a:children]\nb\n[b:children]\na\n[b]\nh\n" },
    errors: ["inventory-cycle hosts:4:1"],
  },
  "a file that is not there": { files: {}, errors: ["inventory-missing"] },
  "a folder without hosts": {
    files: { "inv/readme": "Read me first.\n" },
    source: "inv",
    errors: ["inventory-missing"],
  },
  "hosts that are a list": {
    files: { "inv.yml": "all:\n  hosts: [a]\n" },
    source: "inv.yml",
    errors: ["inventory-invalid inv.yml:2:10"],
  },
  "YAML that does not parse": {
    files: { "inv.yml": "all:\n  hosts: {a: [}\n" },
    source: "inv.yml",
    errors: ["inventory-syntax inv.yml:2:15"],
  },
  "a number for a host": {
    files: { "inv.yml": "all:\n  hosts:\n    010:\n" },
    source: "inv.yml",
    errors: ["inventory-invalid inv.yml:3:5"],
  },
  "an inventory plugin": {
    files: { "aws_ec2.yml": "regions: []\nplugin: amazon.aws.aws_ec2\n" },
    source: "aws_ec2.yml",
    errors: ["ansible-unsupported aws_ec2.yml:2:1"],
  },
  TOML: {
    files: { "inv.toml": "[web]\n" },
    source: "inv.toml",
    errors: ["ansible-unsupported inv.toml:1:1"],
  },
  "a script that may not be executed": {
    files: { hosts: "#!/bin/sh\n" },
    errors: ["inventory-script-failed hosts:1:1"],
  },
  "a whole file that is encrypted": {
    files: { hosts: "a\n", "group_vars/all/vault.yml": "$ANSIBLE_VAULT;1.1;AES256\n6162\n" },
    errors: ["secret-locked group_vars/all/vault.yml:1:1"],
  },
  "variables that are a list": {
    files: { hosts: "a\n", "host_vars/a.yml": "- 1\n" },
    errors: ["inventory-invalid host_vars/a.yml:1:1"],
  },
  "a tag that is not known": {
    files: { hosts: "a\n", "host_vars/a.yml": "x: !new 1\ny: !other [1]\n" },
    errors: ["inventory-syntax host_vars/a.yml:1:9", "inventory-syntax host_vars/a.yml:2:11"],
  },
};

describe("mistakes have a code, a place and a hint", () => {
  it.each(Object.entries(wrong))("%s", async (_name, { files, source, errors }) => {
    const found = await errorsOf(() => load(files, source));
    expect(found.map(brief)).toEqual(errors);
    for (const { hint, frame, place, code } of found) {
      expect(hint).not.toBe("");
      if (place !== undefined && !/script|unreadable|unsupported|locked/.test(code))
        expect(frame).toContain("^");
    }
  });

  it("shows no password around one", async () => {
    const [error] = await errorsOf(() => load({ hosts: "a ansible_become_password=hunter2 oops\n" }));
    expect(error?.frame).toContain("(secret)");
    expect(JSON.stringify(error)).not.toContain("hunter2");
  });

  it("tells what a script printed when it failed", async () => {
    const dir = folder({ "inv.sh": "#!/bin/sh\necho no cloud today >&2\nexit 4\n" });
    chmodSync(join(dir, "inv.sh"), 0o755);
    const [error] = await errorsOf(() => loadInventory("inv.sh", { cwd: dir }));
    expect(error).toMatchObject({ message: expect.stringContaining("status 4"), detail: "no cloud today\n" });
  });

  it("never runs a text that may be executed but is no program", async () => {
    const dir = folder({ hosts: "web1\ntouch ran\n" });
    chmodSync(join(dir, "hosts"), 0o755);
    const errors = await errorsOf(() => loadInventory("hosts", { cwd: dir }));
    expect(errors.map(brief)).toEqual(["inventory-invalid hosts:2:7"]);
  });
});

const warned: Readonly<
  Record<string, readonly [files: Files, warnings: readonly string[], source?: string]>
> = {
  "a key that stands twice": [
    { hosts: "a\n", "group_vars/all.yml": "x: 1\nx: 2\n" },
    ["group_vars/all.yml:2:1"],
  ],
  "a host named like a group": [{ hosts: "[a]\na\n" }, ["hosts:2:1"]],
  "a range that is empty": [{ hosts: "a\nb[3:1]\n" }, ["hosts:2:1"]],
  "a file that is shadowed": [
    { hosts: "a\n", "host_vars/a.yml": "x: 1\n", "host_vars/a.json": "{}" },
    ["host_vars/a.json:1:1"],
  ],
  "what a folder passes over": [
    { "inv/hosts": "a\n", "inv/b.ini": "b\n", "inv/sub/hosts": "c\n", "inv/sub/group_vars/all.yml": "" },
    ["inv/b.ini:1:1", "inv/sub/group_vars:1:1"],
    "inv",
  ],
  "keys that Ansible passes over": [
    { "i.yml": "all:\n  hosts: { a: }\n  host: { b: }\nx: 1\n" },
    ["i.yml:3:3", "i.yml:4:1"],
    "i.yml",
  ],
};

it.each(Object.entries(warned))("lets pass with a warning: %s", async (_name, [files, places, source]) => {
  const { warnings } = await load(files, source);
  expect(warnings.map((one) => brief(one).replace(/^\S+ /, ""))).toEqual(places);
});

describe("garbage", () => {
  const noise = fc.string({
    unit: fc.constantFrom(
      ..."[]:=#;'\"\\{}() \t\n\r,.-_ab01é\0",
      "[g]\n",
      "[g:vars]\n",
      "[g:children]\n",
      "a[1:3]",
      "x=1",
    ),
    maxLength: 60,
  });

  it.each(["hosts", "inv.yml", "inv.json"])("in %s gives hosts or errors, and nothing else", async (name) => {
    const dir = folder({});
    await fc.assert(
      fc.asyncProperty(noise, async (text) => {
        writeFileSync(join(dir, name), text);
        try {
          const inventory = await loadInventory(name, { cwd: dir });
          expect(inventory.hosts.size).toBeGreaterThan(0);
        } catch (thrown) {
          if (!(thrown instanceof SurefootError || thrown instanceof SurefootErrors)) throw thrown;
          const errors = thrown instanceof SurefootErrors ? thrown.errors : [thrown.data];
          for (const { place, hint } of errors) expect(place !== undefined && hint !== "").toBe(true);
        }
      }),
      { numRuns: 150 },
    );
  });

  it("in a host pattern is told where", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(..."ab019[]::-.") }), (text) => {
        const pattern = expandHostPattern(text);
        if ("problem" in pattern) expect(pattern.at).toBeLessThanOrEqual(text.length);
        else expect(pattern.names.every((name) => !name.includes("["))).toBe(true);
      }),
    );
  });
});
