import { existsSync, readdirSync } from "node:fs";
import { rm, rmdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { removeClient } from "./client.js";
import type { LabPaths } from "./names.js";
import { clientNumber } from "./names.js";
import { boxNamespaces, removeNamespace } from "./network.js";

/** Removes everything that belongs to a lab, whatever state it is in. Base images stay. */
export async function tearDown(paths: LabPaths): Promise<void> {
  // A client that was removed before an interruption has no folder any more, but perhaps a namespace still.
  const clients = new Set([...listed(join(paths.dir, "clients")), ...clientsOf(paths, listed(NAMESPACES))]);
  for (const name of clients) await removeClient(paths, name);
  const names = [...[...clients].map(paths.netns), ...boxNamespaces(paths)];
  for (const name of names) await removeNamespace(name);
  await rm(paths.dir, { recursive: true, force: true });
  // Folders above that this left empty; others may be in use.
  for (const dir of [dirname(paths.dir), dirname(paths.bases)]) await rmdir(dir).catch(() => undefined);
}

/** Where ip-netns(8) keeps the names of namespaces. */
const NAMESPACES = "/run/netns";

function listed(dir: string): readonly string[] {
  return existsSync(dir) ? readdirSync(dir) : [];
}

/** The clients of a lab among the names of namespaces; those of other labs are left alone. */
export function clientsOf(paths: Pick<LabPaths, "netns">, namespaces: readonly string[]): readonly string[] {
  const prefix = paths.netns("");
  return namespaces
    .filter((name) => name.startsWith(prefix))
    .map((name) => name.slice(prefix.length))
    .filter((name) => clientNumber(name) !== null);
}

/** Removes the base images of all versions; the next `lab up` makes one anew. */
export async function purgeBases(paths: LabPaths): Promise<void> {
  await rm(paths.bases, { recursive: true, force: true });
  await rmdir(dirname(paths.bases)).catch(() => undefined);
}
