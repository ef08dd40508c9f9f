import { existsSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { Cases, ContractCase, Needs, Sandbox } from "./harness.js";

const here = dirname(fileURLToPath(import.meta.url));
const source = join(here, "../../src/resources");

/** A kind of resource: its file in src/resources/, and its cases where it has any. */
export interface Kind {
  /** Name of its file, without ending. */
  readonly name: string;
  /** Kinds that the file's exported factories make. */
  readonly kinds: readonly string[];
  /** Undefined where test/resources/<name>.cases.ts is missing. */
  readonly cases: Cases | undefined;
}

function isCases(value: unknown): value is Cases {
  return typeof value === "function";
}

function kindOf(exported: unknown): readonly string[] {
  if (typeof exported !== "function" || !("resource" in exported)) return [];
  const { resource } = exported;
  const has = typeof resource === "object" && resource !== null && "kind" in resource;
  return has && typeof resource.kind === "string" ? [resource.kind] : [];
}

async function load(file: string): Promise<ReadonlyMap<string, unknown>> {
  const module: unknown = await import(pathToFileURL(file).href);
  return new Map(typeof module === "object" && module !== null ? Object.entries(module) : []);
}

async function readKind(name: string): Promise<Kind> {
  const exported = await load(join(source, `${name}.ts`));
  const file = join(here, `${name}.cases.ts`);
  const cases = existsSync(file) ? (await load(file)).get("cases") : undefined;
  return {
    name,
    kinds: [...exported.values()].flatMap(kindOf),
    cases: isCases(cases) ? cases : undefined,
  };
}

/** Every kind that src/resources/ holds. */
export async function findKinds(): Promise<readonly Kind[]> {
  const names = readdirSync(source)
    .filter((name) => name.endsWith(".ts") && name !== "index.ts")
    .map((name) => name.slice(0, -3))
    .sort();
  return Promise.all(names.map(readKind));
}

const ANYWHERE: Sandbox = { dir: "/nonexistent" };

/** The names of a kind's cases that need what is named. */
export function caseNames(kind: Kind, needs: Needs): readonly string[] {
  return (kind.cases?.(ANYWHERE) ?? []).filter((one) => one.needs === needs).map((one) => one.name);
}

/** One case of a kind, made for a sandbox. */
export function caseFor(kind: Kind, name: string, sandbox: Sandbox): ContractCase {
  const found = kind.cases?.(sandbox).find((one) => one.name === name);
  if (found === undefined) throw new Error(`${kind.name} has no case "${name}" in every sandbox`);
  return found;
}

/** All of a kind's cases, for looking at; not to be run. */
export function allCases(kind: Kind): readonly ContractCase[] {
  return kind.cases?.(ANYWHERE) ?? [];
}
