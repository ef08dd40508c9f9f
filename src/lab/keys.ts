import { existsSync } from "node:fs";
import { chmod, chown, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { LabPaths } from "./names.js";
import { clientAddress } from "./names.js";
import { must } from "./system.js";

/** Who shall own what the lab's user needs: the person behind sudo, else nobody in particular. */
export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/** The person who called sudo (sudo(8), SUDO_UID), or null. */
export function sudoUser(env: NodeJS.ProcessEnv = process.env): Owner | null {
  const { SUDO_UID: uid, SUDO_GID: gid } = env;
  return uid === undefined || gid === undefined ? null : { uid: Number(uid), gid: Number(gid) };
}

async function keyPair(file: string, comment: string): Promise<void> {
  if (existsSync(file)) return;
  await must("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", comment, "-f", file]);
}

/** Makes the user's key and the clients' host keys as far as they are missing, and writes known_hosts. */
export async function ensureKeys(
  paths: LabPaths,
  names: readonly { name: string; number: number }[],
): Promise<void> {
  await mkdir(paths.ssh, { recursive: true });
  const user = join(paths.ssh, "id_ed25519");
  await keyPair(user, `surefoot-${paths.lab}`);
  const known: string[] = [];
  for (const { name, number } of names) {
    const dir = join(paths.ssh, "hosts", name);
    await mkdir(dir, { recursive: true });
    await keyPair(join(dir, "ssh_host_ed25519_key"), name);
    const [type = "", key = ""] = (await readFile(join(dir, "ssh_host_ed25519_key.pub"), "utf8")).split(" ");
    known.push(`${clientAddress(number)},${name} ${type} ${key}`);
  }
  await writeFile(join(paths.ssh, "known_hosts"), `${known.join("\n")}\n`);
  await chmod(join(paths.ssh, "known_hosts"), 0o644);
  const owner = sudoUser();
  if (owner !== null) await chown(user, owner.uid, owner.gid);
}
