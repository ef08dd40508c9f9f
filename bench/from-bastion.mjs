// How the bench's lab is used from within its bastion's network, as from a real bastion: hosts are reached by TCP alone.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Runs a command in the network of the bastion of the lab "bench". */
export const inBastion = ["nsenter", "--net=/run/netns/sf-bench-bastion", "--"];

const ssh = join(process.env.SUREFOOT_LAB_DIR ?? "/var/lib/surefoot", "labs/bench/ssh");

/** The lab's key and its hosts' keys. */
export const key = join(ssh, "id_ed25519");
export const known = join(ssh, "known_hosts");

/** Writes the inventory that `lab up` wrote once more, for use in the bastion's network: no proxy command is needed there. */
export function writeDirect(labInventory, inventory) {
  mkdirSync(join(inventory, "group_vars"), { recursive: true });
  for (const file of ["hosts.yml", "group_vars/clients.yml"]) {
    writeFileSync(join(inventory, file), readFileSync(join(labInventory, file)));
  }
  writeFileSync(
    join(inventory, "group_vars/all.yml"),
    `ssh: { user: ops, identity_file: ${key}, identities_only: true, known_hosts_file: ${known} }\nbecome: true\n`,
  );
}
