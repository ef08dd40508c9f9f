import { cpSync, mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { ROOT } from "./cli.js";

/** A folder of files for a test: the flagship's playbook and template, and what is given on top. */
export function project(files: Readonly<Record<string, string>>): string {
  const dir = mkdtempSync(join(tmpdir(), "surefoot-project-"));
  for (const name of ["playbooks", "templates"])
    cpSync(join(ROOT, name), join(dir, name), { recursive: true });
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, name)), { recursive: true });
    writeFileSync(join(dir, name), text);
  }
  return dir;
}

/** An inventory that is right: one host that nothing answers for. */
export const INVENTORY: Readonly<Record<string, string>> = {
  "inv/hosts.yml": "groups:\n  clients:\n    hosts:\n      c1: { ssh: { address: 127.0.0.1, port: 1 } }\n",
  "inv/group_vars/clients.yml":
    "interface: eth1\ngateways:\n  - { address: 192.168.1.1 }\n  - { address: 192.168.1.10 }\n",
};
