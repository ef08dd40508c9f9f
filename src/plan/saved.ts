import { readFile, writeFile } from "node:fs/promises";
import { z } from "zod";
import { SurefootError } from "../model/error.js";
import type { HostPlan } from "../model/plan.js";

/** One host of a saved plan: what would be done, for people, and the fingerprint by which it is recognised. */
export interface SavedHost {
  readonly fingerprint: string;
  /** With secrets masked. */
  readonly plan: HostPlan;
}

/** A plan kept in a file between `plan --out` and `run --plan`. */
export interface SavedPlan {
  readonly playbook: string;
  readonly inventory: string;
  readonly hosts: ReadonlyMap<string, SavedHost>;
}

const FORMAT = "surefoot-plan";
const VERSION = 1;

const schema = z.object({
  format: z.literal(FORMAT),
  version: z.literal(VERSION),
  playbook: z.string(),
  inventory: z.string(),
  hosts: z.record(z.string(), z.object({ fingerprint: z.string() })),
});

/** Writes a plan so that it can be looked at, kept, and carried out later: JSON, readable by its owner only. */
export async function savePlan(file: string, plan: SavedPlan): Promise<void> {
  const data = { format: FORMAT, version: VERSION, created: new Date().toISOString(), ...plan };
  const text = JSON.stringify({ ...data, hosts: Object.fromEntries(plan.hosts) }, null, 2);
  await writeFile(file, `${text}\n`, { mode: 0o600 });
}

/**
 * Reads the fingerprints that a saved plan approved, by host.
 * @throws SurefootError `plan-file-invalid` for a file that is missing or no plan.
 */
export async function readApproved(file: string): Promise<ReadonlyMap<string, string>> {
  const invalid = (message: string, cause: unknown): SurefootError =>
    new SurefootError(
      { code: "plan-file-invalid", message, hint: "Make one with `surefoot plan ... --out FILE`." },
      { cause },
    );
  let data: unknown;
  try {
    data = JSON.parse(await readFile(file, "utf8"));
  } catch (cause) {
    throw invalid(`${file} can't be read as a plan`, cause);
  }
  const result = schema.safeParse(data);
  if (!result.success) throw invalid(`${file} is not a plan of this version of Surefoot`, result.error);
  return new Map(Object.entries(result.data.hosts).map(([host, saved]) => [host, saved.fingerprint]));
}
