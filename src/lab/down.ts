import { existsSync, readdirSync } from "node:fs";
import { rm, rmdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { removeClient } from "./client.js";
import type { LabPaths } from "./names.js";
import { boxNamespaces, removeNamespace } from "./network.js";

/** Removes everything that belongs to a lab, whatever state it is in. Base images stay. */
export async function tearDown(paths: LabPaths): Promise<void> {
  const clients = existsSync(join(paths.dir, "clients")) ? readdirSync(join(paths.dir, "clients")) : [];
  for (const name of clients) await removeClient(paths, name);
  const names = [...clients.map(paths.netns), ...boxNamespaces(paths)];
  for (const name of names) await removeNamespace(name);
  await rm(paths.dir, { recursive: true, force: true });
  // Folders above that this left empty; others may be in use.
  for (const dir of [dirname(paths.dir), dirname(paths.bases)]) await rmdir(dir).catch(() => undefined);
}

/** Removes the base images of all versions; the next `lab up` makes one anew. */
export async function purgeBases(paths: LabPaths): Promise<void> {
  await rm(paths.bases, { recursive: true, force: true });
  await rmdir(dirname(paths.bases)).catch(() => undefined);
}
