import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { LabPaths } from "./names.js";
import { clientNumber } from "./names.js";

/** Names of the clients that have a folder, running or not. */
export function presentClients(paths: LabPaths): readonly string[] {
  const dir = join(paths.dir, "clients");
  if (!existsSync(dir)) return [];
  return readdirSync(dir)
    .filter((name) => clientNumber(name) !== null)
    .sort((a, b) => (clientNumber(a) ?? 0) - (clientNumber(b) ?? 0));
}
