import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { relative, resolve } from "node:path";
import { maskSecrets } from "../inventory/mask.js";
import type { JournalHeader } from "../journal/header.js";
import { headerOf } from "../journal/header.js";
import { thisProcess } from "../journal/who.js";
import { templatesRead } from "../resources/content/render.js";
import type { ChangeFlags } from "./options.js";
import type { Fleet } from "./prepare.js";
import { version } from "./version.js";

/** What a journal's header says of a run that is about to begin. */
export async function headerFor(
  fleet: Fleet,
  flags: ChangeFlags,
  facts: Pick<JournalHeader, "run" | "command"> & { readonly of?: string; readonly schedule?: string },
): Promise<JournalHeader> {
  const { limit, tags, extraVar, forks, timeout, stepTimeout, confirmTimeout, waves, budget } = flags;
  return headerOf({
    ...facts,
    surefoot: version(),
    who: thisProcess(),
    cwd: process.cwd(),
    playbook: { path: fleet.playbook, files: await hashes(filesOf(fleet, extraVar)) },
    inventory: { path: fleet.inventory, hash: fleet.environment.hash },
    flags: {
      ...(limit === undefined ? {} : { limit }),
      ...(tags === undefined ? {} : { tags: [...tags] }),
      extraVar: extraVar.map(maskedVariable),
      forks,
      timeout,
      stepTimeout,
      confirmTimeout,
      ...(waves === undefined ? {} : { waves }),
      ...(budget === undefined ? {} : { budget }),
    },
  });
}

/** A variable of the command line as it may be written down. */
export function maskedVariable(text: string): string {
  return text.startsWith("@") ? text : maskSecrets(text);
}

/** The playbook, what it imports, the templates that were read, and files of variables. */
export function filesOf(fleet: Fleet, extraVar: readonly string[]): readonly string[] {
  const variables = extraVar.filter((text) => text.startsWith("@")).map((text) => resolve(text.slice(1)));
  return [...new Set([...fleet.loaded.files, ...templatesRead(), ...variables])];
}

async function hashes(files: readonly string[]): Promise<Record<string, string>> {
  const entries = await Promise.all(
    files.map(async (file) => {
      const hash = createHash("sha256")
        .update(await readFile(file))
        .digest("hex");
      return [relative(process.cwd(), file), hash] as const;
    }),
  );
  return Object.fromEntries(entries);
}

/** What is not as it was when a run was recorded, in words; empty where all is. */
export function whatChanged(was: JournalHeader, is: JournalHeader): readonly string[] {
  const changed: string[] = [];
  const before = new Map(
    Object.entries(was.playbook.files).map(([file, hash]) => [
      relative(is.cwd, resolve(was.cwd, file)),
      hash,
    ]),
  );
  for (const [file, hash] of Object.entries(is.playbook.files)) {
    if (!before.has(file)) changed.push(`${file} is read now`);
    else if (before.get(file) !== hash) changed.push(`${file} has changed`);
    before.delete(file);
  }
  for (const file of before.keys()) changed.push(`${file} is no longer read`);
  if (was.inventory.hash !== is.inventory.hash)
    changed.push(`the inventory ${is.inventory.path} has changed`);
  return changed;
}
