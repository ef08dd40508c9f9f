import { resolve } from "node:path";
import type { JournalHeader } from "./header.js";

/** The absolute path of the inventory that a run was on. */
export function inventoryOf({ cwd, inventory }: JournalHeader): string {
  return resolve(cwd, inventory.path);
}

/** The absolute path of the playbook that was run. */
export function playbookOf({ cwd, playbook }: JournalHeader): string {
  return resolve(cwd, playbook.path);
}
