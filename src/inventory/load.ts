import { readFile } from "node:fs/promises";
import { suggest } from "../model/did-you-mean.js";
import { SurefootError } from "../model/error.js";
import { Complaints, shownPath } from "./complaints.js";
import type { InventoryFolder, VariableFile } from "./folder.js";
import { readFolder } from "./folder.js";
import type { Host, Inventory } from "./host.js";
import { mergeSources } from "./host.js";
import type { Located, LocatedMap } from "./located.js";
import { isMap } from "./located.js";
import type { HostsFile } from "./read.js";
import { readHosts } from "./read.js";
import { targetOf } from "./target.js";
import type { Group, VariableSource } from "./tree.js";
import { ALL } from "./tree.js";
import { parseYaml } from "./yaml-file.js";

/** What may be given besides the folder. */
export interface LoadOptions {
  /** `key=value` with the value in YAML, or `@FILE`: they win over everything. */
  readonly extraVars?: readonly string[];
}

/** The file name that stands for variables of the command line. */
export const EXTRA_VARS = "--extra-var";

/**
 * Loads an environment from its folder.
 * @throws SurefootError `inventory-missing`.
 * @throws SurefootErrors all that is wrong with its files, each with its place.
 */
export async function loadInventory(dir: string, options: LoadOptions = {}): Promise<Inventory> {
  const folder = await readFolder(dir);
  const complaints = new Complaints();
  const tree = readHosts(
    parseYaml(folder.hostsText, folder.hostsFile, complaints),
    folder.hostsFile,
    complaints,
  );
  // What does not parse makes everything after it look wrong.
  complaints.raise();
  const extra = await extraVars(options.extraVars ?? [], complaints);
  const groups = withFiles(tree, folder, complaints);
  const hostFiles = filesByOwner(folder.hostVars, "host", [...tree.hosts.keys()], complaints);
  const lineage = lineages(groups);
  const hosts = new Map<string, Host>();
  for (const entry of tree.hosts.values()) {
    const names = lineage(entry.name);
    const sources = [
      ...names.flatMap((name) => groups.get(name)?.sources ?? []),
      ...entry.sources,
      ...(hostFiles.get(entry.name) ?? []),
      ...extra,
    ];
    const vars = mergeSources(sources);
    const target = targetOf(entry.name, vars, complaints);
    hosts.set(entry.name, { name: entry.name, place: entry.place, groups: names, sources, vars, target });
  }
  complaints.raise();
  return { dir, hosts, groups, hash: folder.hash };
}

function withFiles(
  tree: HostsFile,
  folder: InventoryFolder,
  complaints: Complaints,
): ReadonlyMap<string, Group> {
  const files = filesByOwner(folder.groupVars, "group", [...tree.groups.keys()], complaints);
  return new Map(
    [...tree.groups].map(([name, group]) => [
      name,
      { ...group, sources: [...group.sources, ...(files.get(name) ?? [])] },
    ]),
  );
}

function filesByOwner(
  files: readonly VariableFile[],
  what: "group" | "host",
  known: readonly string[],
  complaints: Complaints,
): ReadonlyMap<string, readonly VariableSource[]> {
  const names = new Set(known);
  const byOwner = new Map<string, VariableSource[]>();
  for (const { owner, file, text } of files) {
    const start = { file, line: 1, col: 1 };
    complaints.learn(file, text);
    if (!names.has(owner)) {
      const hint = suggest(owner, known, `Add the ${what} to hosts.yml, or remove the file.`);
      complaints.add("inventory-unknown-group", `${file} is for the unknown ${what} ${owner}`, start, hint);
    }
    const root = parseYaml(text, file, complaints);
    if (root === null) continue;
    if (!isMap(root.value)) {
      complaints.add(
        "inventory-invalid",
        "a file of variables must be a mapping",
        root.place,
        "Write `key: value` lines.",
      );
      continue;
    }
    byOwner.set(owner, [...(byOwner.get(owner) ?? []), { from: `${what} ${owner}`, vars: root.value }]);
  }
  return byOwner;
}

/**
 * Gives the groups of a host, weakest first: by depth below `all`, then by name, as Ansible does without priorities. A
 * group is as deep as its longest way from the top.
 */
function lineages(groups: ReadonlyMap<string, Group>): (host: string) => readonly string[] {
  const parents = new Map<string, string[]>();
  const direct = new Map<string, string[]>();
  const push = (map: Map<string, string[]>, key: string, value: string): void => {
    const list = map.get(key);
    if (list === undefined) map.set(key, [value]);
    else list.push(value);
  };
  for (const group of groups.values()) {
    for (const child of group.children) push(parents, child, group.name);
    for (const host of group.hosts) push(direct, host, group.name);
  }
  const depths = new Map<string, number>([[ALL, 0]]);
  const depth = (name: string): number => {
    const known = depths.get(name);
    if (known !== undefined) return known;
    const value = 1 + Math.max(0, ...(parents.get(name) ?? []).map(depth));
    depths.set(name, value);
    return value;
  };
  const shared = new Map<string, readonly string[]>();
  return (host) => {
    const start = direct.get(host) ?? [];
    const key = start.join("\0");
    const known = shared.get(key);
    if (known !== undefined) return known;
    const found = new Set<string>([ALL]);
    const climb = (name: string): void => {
      if (found.has(name)) return;
      found.add(name);
      for (const parent of parents.get(name) ?? []) climb(parent);
    };
    for (const name of start) climb(name);
    const sorted = [...found].sort((a, b) => depth(a) - depth(b) || (a < b ? -1 : a > b ? 1 : 0));
    shared.set(key, sorted);
    return sorted;
  };
}

async function extraVars(
  texts: readonly string[],
  complaints: Complaints,
): Promise<readonly VariableSource[]> {
  const sources: VariableSource[] = [];
  for (const text of texts) {
    if (text.startsWith("@")) {
      const file = text.slice(1);
      sources.push({
        from: EXTRA_VARS,
        vars: mapping(parseYaml(await readExtra(file), shownPath(file), complaints), text),
      });
      continue;
    }
    const [, key, value = ""] = /^([A-Za-z_][A-Za-z0-9_]*)=(.*)$/s.exec(text) ?? [];
    if (key === undefined) throw badExtra(text);
    // Padding makes columns count from the start of what the user typed.
    const parsed = parseYaml(`${" ".repeat(key.length + 1)}${value}`, EXTRA_VARS, new Complaints());
    const place = { file: EXTRA_VARS, line: 1, col: key.length + 2 };
    if (parsed === null && value.trim() !== "") throw badExtra(text);
    sources.push({ from: EXTRA_VARS, vars: new Map([[key, parsed ?? { place, value: null }]]) });
  }
  return sources;
}

async function readExtra(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (cause) {
    const hint = "Write --extra-var @FILE with a YAML file of variables.";
    throw new SurefootError({ code: "flag-invalid", message: `${file} can't be read`, hint }, { cause });
  }
}

function mapping(root: Located | null, text: string): LocatedMap {
  if (root === null) return new Map();
  if (isMap(root.value)) return root.value;
  throw badExtra(text);
}

function badExtra(text: string): SurefootError {
  return new SurefootError({
    code: "flag-invalid",
    message: `--extra-var ${text} sets no variable`,
    hint: "Write --extra-var key=value, the value as in YAML, or --extra-var @FILE.",
  });
}
