import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Inventory } from "../inventory/host.js";
import { importInventory } from "../inventory/import.js";
import { SurefootError, SurefootErrors } from "../model/error.js";
import { warn } from "./failure.js";

/**
 * Writes an inventory of Ansible in our own form into a new or empty folder, and gives what to say of it.
 * @throws SurefootError `flag-invalid` where the folder holds something or the inventory is none of Ansible's.
 * @throws SurefootErrors what our form can't express; nothing is written then.
 */
export async function importTo(dir: string, inventory: Inventory): Promise<string> {
  if (inventory.dialect !== "ansible") {
    const message = `${inventory.dir} is in Surefoot's own form already`;
    throw new SurefootError({ code: "flag-invalid", message, hint: "Use it as it is." });
  }
  if (entries(dir) > 0) {
    const message = `${dir} is not empty`;
    throw new SurefootError({ code: "flag-invalid", message, hint: "Name a folder that is not there yet." });
  }
  const { files, leftOut, errors } = importInventory(inventory);
  if (errors.length > 0) throw new SurefootErrors(errors);
  for (const [name, text] of files) {
    mkdirSync(dirname(join(dir, name)), { recursive: true });
    // It may hold passwords of the inventory.
    writeFileSync(join(dir, name), text, { mode: 0o600 });
  }
  await warn(leftOut.map((error) => ({ ...error, message: `left out: ${error.message}` })));
  const left = leftOut.length === 0 ? "" : `${leftOut.length} left out, see the warnings\n`;
  return `${inventory.hosts.size} hosts in ${files.size} files in ${dir}\n${left}`;
}

function entries(dir: string): number {
  try {
    return readdirSync(dir).length;
  } catch (thrown) {
    if (thrown instanceof Error && "code" in thrown && thrown.code === "ENOENT") return 0;
    const hint = "Name a folder that is not there yet.";
    throw new SurefootError(
      { code: "flag-invalid", message: `${dir} can't be used as a folder`, hint },
      { cause: thrown },
    );
  }
}
