import { createHash } from "node:crypto";
import { mkdir, open, readFile, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { SurefootError } from "../model/error.js";
import type { HostMemory, Memory, Told } from "./memory.js";
import { NOTHING, newMemory, parseMemory } from "./memory.js";

/** A fleet as it is watched: a playbook on an inventory, by absolute paths. */
export interface Watched {
  readonly playbook: string;
  readonly inventory: string;
}

/** The file that keeps what is remembered of a fleet between looks. */
export function memoryFile(state: string, { playbook, inventory }: Watched): string {
  const name = createHash("sha256").update(`${playbook}\0${inventory}`).digest("hex").slice(0, 16);
  return join(state, "drift", `${name}.json`);
}

/**
 * What is remembered of a fleet; nothing where it was never looked at.
 * @throws SurefootError `drift-state-invalid`.
 */
export async function loadMemory(state: string, watched: Watched): Promise<Memory> {
  const file = memoryFile(state, watched);
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "ENOENT")
      return newMemory(watched.playbook, watched.inventory);
    throw invalid(file, String(cause), cause);
  }
  const memory = parseMemory(text);
  if (typeof memory === "string") throw invalid(file, memory);
  return memory;
}

/**
 * Brings what is remembered of some hosts up to date. It is read again for that, so that a look at other hosts that ended meanwhile is not
 * forgotten; the file is replaced at once as a whole.
 * @throws SurefootError `drift-state-invalid`, or `drift-state-unwritten`.
 */
export async function rememberHosts(
  state: string,
  watched: Watched,
  hosts: ReadonlyMap<string, HostMemory>,
): Promise<void> {
  await change(state, watched, () => hosts);
}

/**
 * Keeps what was told of hosts.
 * @throws SurefootError `drift-state-invalid`, or `drift-state-unwritten`.
 */
export async function rememberTold(
  state: string,
  watched: Watched,
  told: ReadonlyMap<string, Told>,
): Promise<void> {
  await change(
    state,
    watched,
    ({ hosts }) =>
      new Map([...told].map(([host, what]) => [host, { ...(hosts[host] ?? NOTHING), told: what }])),
  );
}

async function change(
  state: string,
  watched: Watched,
  hosts: (memory: Memory) => ReadonlyMap<string, HostMemory>,
): Promise<void> {
  const file = memoryFile(state, watched);
  const memory = await loadMemory(state, watched);
  const merged: Memory = { ...memory, hosts: { ...memory.hosts, ...Object.fromEntries(hosts(memory)) } };
  const fresh = `${file}.${process.pid}`;
  try {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    const handle = await open(fresh, "w", 0o600);
    try {
      await handle.writeFile(`${JSON.stringify(merged)}\n`);
      await handle.datasync();
    } finally {
      await handle.close();
    }
    await rename(fresh, file);
  } catch (cause) {
    await rm(fresh, { force: true }).catch(() => undefined);
    const message = `what is remembered of drift can't be written to ${file}: ${String(cause)}`;
    const hint = "Mend that, or give another folder by --state DIR.";
    throw new SurefootError({ code: "drift-state-unwritten", message, hint }, { cause });
  }
}

function invalid(file: string, why: string, cause?: unknown): SurefootError {
  return new SurefootError(
    {
      code: "drift-state-invalid",
      message: "what is remembered of drift can't be read",
      place: { file, line: 1, col: 1 },
      hint: "Remove the file: all that is lost is since when things differ, and how often hosts were corrected.",
      detail: why,
    },
    { cause },
  );
}
