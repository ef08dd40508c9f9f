import { suggest } from "../model/did-you-mean.js";
import type { ErrorCode } from "../model/error.js";
import { isAnsible } from "./ansible/kind.js";
import { loadAnsible } from "./ansible/load.js";
import { Complaints } from "./complaints.js";
import { findConflicts } from "./conflicts.js";
import { readExtraVars, variablesOf } from "./extra-vars.js";
import { readFolder } from "./folder.js";
import type { Host, Inventory, Shared } from "./host.js";
import { MergedHost, mergeSources } from "./host.js";
import { checkJumps } from "./jumps.js";
import { lineages } from "./lineage.js";
import type { HostsFile } from "./read.js";
import { readHosts } from "./read.js";
import type { Way } from "./target.js";
import { NO_WAY, overlay, targetOf, wayReader } from "./target.js";
import type { Group, VariableSource } from "./tree.js";
import type { OpenFile } from "./unlock.js";
import { unlockFiles } from "./unlock.js";
import { parseYaml } from "./yaml-file.js";

/** What may be given besides the folder. */
export interface LoadOptions {
  /** `key=value` with the value in YAML, or `@FILE`: they win over everything. */
  readonly extraVars?: readonly string[];
  /** Working directory, absolute; the process's own where it is not given. */
  readonly cwd?: string;
}

/**
 * Loads an environment from its folder, or an inventory of Ansible.
 * @throws SurefootError `inventory-missing`.
 * @throws SurefootErrors all that is wrong with its files, each with its place.
 */
export async function loadInventory(dir: string, options: LoadOptions = {}): Promise<Inventory> {
  const complaints = new Complaints(options.cwd);
  if (isAnsible(dir, complaints)) return loadAnsible(dir, options.extraVars ?? [], options.cwd);
  const folder = readFolder(dir, complaints);
  const root = parseYaml(folder.hostsText, folder.hostsFile, complaints, { duplicateKey });
  const tree = readHosts(root ?? null, folder.hostsFile, complaints);
  // What is not understood makes every name look unknown.
  const known = root === undefined ? undefined : tree;
  if (known?.hosts.size === 0 && complaints.count === 0) {
    const hint = "Write for example `hosts: { client1: { ssh: { address: 192.168.1.21 } } }`.";
    complaints.add(
      "inventory-invalid",
      "it holds no host",
      { file: folder.hostsFile, line: 1, col: 1 },
      hint,
    );
  }
  const [groupVars, hostVars] = await Promise.all([
    unlockFiles(folder.groupVars, complaints),
    unlockFiles(folder.hostVars, complaints),
  ]);
  const groupFiles = filesByOwner(groupVars, "group", known?.groups, complaints);
  const hostFiles = filesByOwner(hostVars, "host", known?.hosts, complaints);
  const extra = readExtraVars(options.extraVars ?? [], complaints);
  findConflicts(tree.hosts.values(), complaints);
  const groups = withFiles(tree, groupFiles);
  const way = wayReader(complaints);
  for (const { vars } of [...groups.values()].flatMap((group) => group.sources)) way(vars);
  for (const { vars } of [...groupFiles.values(), ...hostFiles.values(), extra].flat()) way(vars);
  for (const { sources } of tree.hosts.values()) for (const { vars } of sources) way(vars);
  complaints.raise();
  const hosts = buildHosts(tree, groups, hostFiles, extra, way);
  checkJumps(hosts, complaints);
  complaints.raise();
  return { dir, hosts, groups, hash: folder.hash, dialect: "surefoot", warnings: complaints.warnings };
}

/** A host that stands twice in one group is said to be that, not a mistake of YAML. */
function duplicateKey([first, , third, ...deeper]: readonly string[]): ErrorCode {
  const hosts = third === undefined ? first === "hosts" : first === "groups" && third === "hosts";
  return hosts && deeper.length === 0 ? "inventory-duplicate-host" : "inventory-syntax";
}

type Files = ReadonlyMap<string, readonly VariableSource[]>;

function withFiles(tree: HostsFile, files: Files): ReadonlyMap<string, Group> {
  const add = (group: Group): Group => ({
    ...group,
    sources: [...group.sources, ...(files.get(group.name) ?? [])],
  });
  return new Map([...tree.groups].map(([name, group]) => [name, add(group)]));
}

/** What hosts of the same groups share is made once. */
function buildHosts(
  tree: HostsFile,
  groups: ReadonlyMap<string, Group>,
  hostFiles: Files,
  extra: readonly VariableSource[],
  way: (vars: VariableSource["vars"]) => Partial<Way>,
): ReadonlyMap<string, Host> {
  const lineage = lineages(groups);
  const put = (weaker: Way, sources: readonly VariableSource[]): Way =>
    sources.reduce((known, { vars }) => overlay(known, way(vars)), weaker);
  const made = new Map<readonly string[], Shared & { readonly way: Way }>();
  const sharedBy = (names: readonly string[]): Shared & { readonly way: Way } => {
    const known = made.get(names);
    if (known !== undefined) return known;
    const sources = names.flatMap((name) => groups.get(name)?.sources ?? []);
    const shared = {
      groups: names,
      sources,
      vars: mergeSources(new Map(), sources),
      way: put(NO_WAY, sources),
    };
    made.set(names, shared);
    return shared;
  };
  return new Map(
    [...tree.hosts.values()].map((entry) => {
      const shared = sharedBy(lineage.of(entry.name));
      const own = [...entry.sources, ...(hostFiles.get(entry.name) ?? []), ...extra];
      return [entry.name, new MergedHost(entry, targetOf(entry.name, put(shared.way, own)), shared, own)];
    }),
  );
}

/** Variables of files by the group or host that they are for. An owner that is not known is mostly a slip. */
function filesByOwner(
  files: readonly OpenFile[],
  level: "group" | "host",
  known: ReadonlyMap<string, unknown> | undefined,
  complaints: Complaints,
): Files {
  const byOwner = new Map<string, VariableSource[]>();
  for (const { owner, file, text, secret } of files) {
    if (known !== undefined && !known.has(owner)) {
      const hint = suggest(owner, known.keys(), `Add the ${level} to hosts.yml, or remove the file.`);
      complaints.add(
        "inventory-unknown-group",
        `${file} is for the unknown ${level} ${owner}`,
        { file, line: 1, col: 1 },
        hint,
      );
    }
    const vars = variablesOf(parseYaml(text, file, complaints, { secret }), complaints);
    const group = level === "group" ? { group: owner } : {};
    const source: VariableSource = { from: `${level} ${owner}`, level, inline: false, vars, ...group };
    const list = byOwner.get(owner);
    if (list === undefined) byOwner.set(owner, [source]);
    else list.push(source);
  }
  return byOwner;
}
