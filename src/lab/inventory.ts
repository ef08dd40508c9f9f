import { chown, mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { ClientSpec } from "./client.js";
import { sudoUser } from "./keys.js";
import type { LabPaths } from "./names.js";
import { clientAddress } from "./names.js";

const HEAD = `# The lab's hosts. \`surefoot lab up --clients N\` rewrites this file when their number changes.
`;

const ALL = `# What all hosts of the lab share. Keys and the way in are in all/lab.yml, which \`surefoot lab up\` writes.
ssh:
  user: ops
become: true
`;

const CLIENTS = `# The values of the client guide.
interface: eth1
gateways:
  - { address: 192.168.1.1, weight: 1, egress: 203.0.113.221 }
  - { address: 192.168.1.10, weight: 1, egress: 203.0.113.99 }
# Answers with the source address that it saw: what \`surefoot verify\` looks at.
echo_url: http://203.0.113.10/
echo_connections: 400
`;

function hostLine({ name, number, variant }: ClientSpec): string {
  const address = clientAddress(number);
  const plain = `{ address: ${address} }`;
  if (variant === "root-only")
    return `      ${name}: { ssh: { address: ${address}, user: root }, become: false }`;
  return `      ${name}: { ssh: ${plain} }`;
}

function hostsFile(clients: readonly ClientSpec[]): string {
  return `${HEAD}groups:\n  clients:\n    hosts:\n${clients.map(hostLine).join("\n")}\n`;
}

function factsFile(paths: LabPaths): string {
  const enter = `nsenter --net=/run/netns/${paths.netns("bastion")} nc %h %p`;
  return `# Written by \`surefoot lab up\`; not kept in git.
ssh:
  identity_file: ${join(paths.ssh, "id_ed25519")}
  identities_only: true
  # The lab is the same whatever ssh_config says.
  config_file: false
  known_hosts_file: ${join(paths.ssh, "known_hosts")}
  # Only root may enter a network namespace.
  proxy_command: "${sudoUser() === null ? "" : "sudo -n "}${enter}"
`;
}

/**
 * Makes an inventory folder speak of this lab.
 * @returns the files that were written, those left as they were not among them.
 */
export async function writeInventory(
  paths: LabPaths,
  dir: string,
  clients: readonly ClientSpec[],
): Promise<readonly string[]> {
  const written: string[] = [];
  const put = async (name: string, text: string, always: boolean): Promise<void> => {
    const file = join(dir, name);
    const present = await readFile(file, "utf8").catch(() => null);
    if (present === text || (present !== null && !always)) return;
    await makeFolder(dirname(file));
    await writeFile(file, text);
    await own(file);
    written.push(file);
  };
  await put("hosts.yml", hostsFile(clients), true);
  await put("group_vars/all.yml", ALL, false);
  await put("group_vars/clients.yml", CLIENTS, false);
  await put("group_vars/all/lab.yml", factsFile(paths), true);
  return written;
}

async function makeFolder(dir: string): Promise<void> {
  const first = await mkdir(dir, { recursive: true });
  if (first === undefined) return;
  for (let made = dir; made.length >= first.length; made = dirname(made)) await own(made);
}

async function own(path: string): Promise<void> {
  const owner = sudoUser();
  if (owner !== null) await chown(path, owner.uid, owner.gid);
}
