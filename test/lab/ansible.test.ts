import { cpSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import type { Ran } from "../support/cli.js";
import { eventsOf, surefoot } from "../support/cli.js";
import { encryptVault } from "../support/vault.js";
import { ENV, INVENTORY, inBox, outcomes } from "./fleet.js";

const CLIENTS = ["client1", "client4", "client6"];

/** The way into the lab, as the lab's own inventory says it. */
const lab = z
  .object({
    ssh: z.object({ identity_file: z.string(), known_hosts_file: z.string(), proxy_command: z.string() }),
  })
  .parse(parse(readFileSync(join(INVENTORY, "group_vars/all/lab.yml"), "utf8"))).ssh;

/** Some clients of the lab as people have them for Ansible: a plain one, one whose sudo asks for a password, one without sudo. */
function inventory(): string {
  const dir = mkdtempSync(join(tmpdir(), "surefoot-ansible-"));
  const args = `-o IdentitiesOnly=yes -o UserKnownHostsFile=${lab.known_hosts_file} -o ProxyCommand="${lab.proxy_command}"`;
  writeFileSync(
    join(dir, "hosts"),
    `[clients]
client1 ansible_host=192.168.1.21
client4 ansible_host=192.168.1.24
client6 ansible_host=192.168.1.26 ansible_user=root ansible_become=false

[clients:vars]
ansible_user=ops
ansible_become=true
ansible_ssh_private_key_file=${lab.identity_file}
ansible_ssh_common_args='${args}'
`,
  );
  for (const folder of ["group_vars", "host_vars"]) mkdirSync(join(dir, folder));
  cpSync(join(INVENTORY, "group_vars/clients.yml"), join(dir, "group_vars/clients.yml"));
  const vault = encryptVault("lab-password", "key of the vault").trimEnd().replaceAll("\n", "\n  ");
  writeFileSync(join(dir, "host_vars/client4.yml"), `ansible_become_password: !vault |\n  ${vault}\n`);
  return dir;
}

const dir = inventory();

/** A file with a password of ansible-vault. */
function key(password: string): string {
  const file = join(mkdtempSync(join(tmpdir(), "surefoot-vault-")), "key");
  writeFileSync(file, `${password}\n`, { mode: 0o600 });
  return file;
}

async function plan(from: string, ...more: readonly string[]): Promise<Ran> {
  const args = ["plan", "playbooks/ecmp.ts", "-i", from, "--limit", CLIENTS.join(), "--json", ...more];
  return surefoot(args, { env: { ...ENV, OPS: "lab-password" } });
}

/** What a plan says of each host's tasks. */
const plans = (ran: Ran): ReadonlyMap<string, unknown> =>
  new Map(
    eventsOf(ran).flatMap((event) => (event.type === "host-planned" ? [[event.host, event.plan]] : [])),
  );

it("plans the same by Ansible's inventory as by our own, passwords from its vault", async () => {
  const own = mkdtempSync(join(tmpdir(), "surefoot-own-"));
  cpSync(INVENTORY, own, { recursive: true });
  mkdirSync(join(own, "host_vars"));
  writeFileSync(join(own, "host_vars/client4.yml"), "become: { password: { env: OPS } }\n");
  const ours = await plan(own);
  const theirs = await plan(dir, "--vault-password-file", key("key of the vault"));
  expect(theirs.stderr).toBe("");
  expect([...plans(theirs).keys()].sort()).toEqual(CLIENTS);
  for (const client of CLIENTS) expect(plans(theirs).get(client)).toEqual(plans(ours).get(client));
  expect(outcomes(theirs)).toEqual(outcomes(ours));
  expect(theirs.exit).toBe(ours.exit);
  expect(theirs.stdout).not.toContain("lab-password");
});

it("says that a vault stays closed", async () => {
  const ran = await plan(dir, "--vault-password-file", key("another key"));
  expect(ran.stdout).toContain("secret-locked");
  expect(ran.exit).not.toBe(0);
});

it("gives a task root's rights as the inventory says, where only the task asks for them", async () => {
  const playbook = join(mkdtempSync(join(tmpdir(), "surefoot-asks-")), "who.ts");
  writeFileSync(
    playbook,
    `import { command, playbook, z } from "surefoot";
export default playbook({ name: "who", hosts: "clients", vars: z.object({}), tasks: () => [
  command({ run: "id -un > /tmp/who-asks", always: true }, { become: true }),
] });
`,
  );
  const args = [
    "run",
    playbook,
    "-i",
    dir,
    "--limit",
    "client4",
    "--yes",
    "--json",
    "-e",
    "ansible_become=false",
  ];
  const vault = ["--vault-password-file", key("key of the vault")];
  const ran = await surefoot([...args, ...vault], { env: ENV });
  expect(`${ran.stderr}${ran.stdout}`).toContain("host-finished");
  expect(outcomes(ran)).toEqual({ client4: "changed" });
  expect(await inBox("client4", "cat /tmp/who-asks; rm /tmp/who-asks")).toBe("root");
});
