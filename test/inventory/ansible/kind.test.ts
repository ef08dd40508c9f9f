import { chmodSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { isAnsible } from "../../../src/inventory/ansible/kind.js";
import { Complaints } from "../../../src/inventory/complaints.js";
import { folder } from "../../support/folder.js";
import type { Files } from "../env.js";

const ours: Readonly<Record<string, readonly [files: Files, source?: string]>> = {
  "our hosts.yml": [{ "hosts.yml": "groups: { web: { hosts: { a: } } }\n" }],
  "our hosts.yml with hosts only": [{ "hosts.yml": "hosts:\n  a:\n" }],
  "an empty hosts.yml": [{ "hosts.yml": "" }],
  "a hosts.yml that does not parse": [{ "hosts.yml": "a: [\n" }],
  "a misspelt section": [{ "hosts.yml": "group:\n  g: {}\n" }],
  "our form in braces": [{ "hosts.yml": "{ groups: { web: { hosts: { a: } } } }\n" }],
  "a group that is called all_hosts": [{ "hosts.yml": "vars: { x: 1 }\nall_hosts:\n  hosts: { a: }\n" }],
  "other files beside ours": [{ "hosts.yml": "hosts: { a: }\n", inventory: "[web]\na\n" }],
  "a folder with nothing of it": [{ "README.md": "x", LICENSE: "MIT License: do as you like.\n" }],
  "an empty folder": [{}],
  "a path that is not there": [{}, "nowhere"],
};

const ansible: Readonly<Record<string, readonly [files: Files, source?: string]>> = {
  "hosts.yml with all": [{ "hosts.yml": "all:\n  hosts:\n    a:\n" }],
  "hosts.yml with groups at the top": [{ "hosts.yml": "web:\n  hosts:\n    a:\n" }],
  "the same in braces": [{ "hosts.yml": '{"web": {"hosts": {"a": {}}}}' }],
  "hosts.yml after comments": [{ "hosts.yml": "---\n# ours\nall:\n  vars: { x: !vault x }\n" }],
  "an INI file named hosts.yml": [{ "hosts.yml": "[web]\na\n" }],
  "a plugin's configuration": [{ "hosts.yml": "plugin: aws\n" }],
  "a folder with an INI file": [{ hosts: "[web]\na\n" }],
  "a folder with a plain list": [{ hosts: "a\nb x=1\n" }],
  "a folder within": [{ "prod/hosts.yml": "all: { hosts: { a: } }\n" }],
  "a file": [{ "x.ini": "a\n" }, "x.ini"],
  "a list of hosts": [{}, "a,b"],
};

const judge = ([files, source = "."]: readonly [Files, string?]): boolean =>
  isAnsible(source, new Complaints(folder(files)));

it.each(Object.entries(ours))("is ours: %s", (_name, one) => expect(judge(one)).toBe(false));
it.each(Object.entries(ansible))("is Ansible's: %s", (_name, one) => expect(judge(one)).toBe(true));

it("takes a program for a script of Ansible", () => {
  const dir = folder({ "inventory.sh": "#!/bin/sh\n" });
  chmodSync(join(dir, "inventory.sh"), 0o755);
  expect(isAnsible(".", new Complaints(dir))).toBe(true);
});

it("knows our hosts.yml also when it is named itself", () => {
  expect(isAnsible("hosts.yml", new Complaints(folder({ "hosts.yml": "hosts: { a: }\n" })))).toBe(false);
});
