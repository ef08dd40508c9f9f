import { readFile, writeFile } from "node:fs/promises";
import { relative, resolve } from "node:path";
import { z } from "zod";
import { SurefootError } from "../model/error.js";
import type { HostPlan } from "../model/plan.js";
import { isHostPlan } from "../model/plan-shape.js";
import type { Approved } from "./approve.js";

/** A plan kept in a file between `plan --out` and `run --plan`. */
export interface SavedPlan {
  readonly playbook: string;
  readonly inventory: string;
  readonly hosts: Approved;
}

const FORMAT = "surefoot-plan";
const VERSION = 1;

const schema = z.object({
  format: z.literal(FORMAT),
  version: z.literal(VERSION),
  playbook: z.string(),
  inventory: z.string(),
  hosts: z.record(z.string(), z.object({ fingerprint: z.string(), plan: z.custom<HostPlan>(isHostPlan) })),
});

/** Writes a plan so that it can be looked at, kept, and carried out later: JSON, readable by its owner only. */
export async function savePlan(file: string, plan: SavedPlan): Promise<void> {
  const data = {
    format: FORMAT,
    version: VERSION,
    created: new Date().toISOString(),
    playbook: resolve(plan.playbook),
    inventory: resolve(plan.inventory),
    hosts: Object.fromEntries(plan.hosts),
  };
  await writeFile(file, `${JSON.stringify(data, null, 2)}\n`, { mode: 0o600 });
}

/** For what a saved plan is to be carried out. */
export interface Purpose {
  readonly playbook: string;
  readonly inventory: string;
  /** Whether the inventory has a host of this name. */
  isHost(name: string): boolean;
}

/**
 * Reads what a saved plan approved, by host.
 * @throws SurefootError `plan-file-invalid` for a file that is missing or no plan; `plan-other` where it was made for another playbook
 *   or inventory; `host-unknown` where the inventory no longer has one of its hosts.
 */
export async function readApproved(file: string, purpose: Purpose): Promise<Approved> {
  const data = await read(file);
  for (const what of ["playbook", "inventory"] as const) {
    if (data[what] === resolve(purpose[what])) continue;
    throw new SurefootError({
      code: "plan-other",
      message: `${file} is a plan for the ${what} ${relative(process.cwd(), data[what])}, not for ${purpose[what]}`,
      hint: `Name the ${what} that it was made for, or make a new plan.`,
    });
  }
  const unknown = Object.keys(data.hosts).filter((host) => !purpose.isHost(host));
  if (unknown.length > 0) {
    throw new SurefootError({
      code: "host-unknown",
      message: `${file} holds ${unknown.length === 1 ? "a host" : `${unknown.length} hosts`} that ${purpose.inventory} does not have: ${unknown.slice(0, 5).join(", ")}`,
      hint: "The inventory has changed since; make a new plan.",
    });
  }
  return new Map(Object.entries(data.hosts));
}

async function read(file: string): Promise<z.output<typeof schema>> {
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
  return result.data;
}
