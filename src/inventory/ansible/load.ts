import { dirname, resolve } from "node:path";
import { SurefootError } from "../../model/error.js";
import { openVault } from "../../secrets/vault-keys.js";
import { Complaints } from "../complaints.js";
import { readExtraVars } from "../extra-vars.js";
import type { Host, Inventory, Shared } from "../host.js";
import { MergedHost, mergeSources } from "../host.js";
import { lineages } from "../lineage.js";
import type { Located } from "../located.js";
import { targetOf } from "../target.js";
import type { HostEntry, VariableSource } from "../tree.js";
import { ansibleWay, CONNECTION_VARIABLES } from "./connection.js";
import { Draft, UNGROUPED } from "./draft.js";
import { Files, isFolder } from "./files.js";
import { splitPort } from "./host-pattern.js";
import type { Reconciled } from "./reconcile.js";
import { reconcile } from "./reconcile.js";
import { hostList, readSource } from "./sources.js";
import { VariableFolder } from "./variables.js";

const NONE: readonly string[] = [];

/**
 * Loads an inventory of Ansible: a file, a folder, a script, or a list of hosts.
 * @throws SurefootError `inventory-missing`, `inventory-script-failed`.
 * @throws SurefootErrors all that is wrong with its files, each with its place.
 * @throws SurefootError `secret-locked`, `secret-invalid` for a file that is encrypted as a whole.
 */
export async function loadAnsible(
  source: string,
  extraVars: readonly string[],
  cwd: string | undefined,
): Promise<Inventory> {
  const opened = new Map<string, string>();
  for (;;) {
    const complaints = new Complaints(cwd);
    const loaded = loadOpened(source, extraVars, complaints, opened);
    if (!("locked" in loaded)) return loaded;
    // What an encrypted file holds decides which variable wins, and which other files are read.
    for (const [file, text] of loaded.locked) {
      opened.set(file, await openVault(text, "the file", { file, line: 1, col: 1 }));
    }
  }
}

function loadOpened(
  source: string,
  extraVars: readonly string[],
  complaints: Complaints,
  opened: ReadonlyMap<string, string>,
): Inventory | { readonly locked: ReadonlyMap<string, string> } {
  const path = resolve(complaints.cwd, source);
  const dir = isFolder(path) ? path : dirname(path);
  const files = new Files(dir, complaints, opened);
  const draft = new Draft({ file: complaints.shown(path), line: 1, col: 1 }, complaints);
  const list = hostList(source);
  if (list === undefined) readSource(path, draft, files);
  else {
    for (const text of list) {
      const { pattern, port } = splitPort(text);
      draft.host(pattern, UNGROUPED, { file: "-i", line: 1, col: 1 }, port);
    }
  }
  draft.warnOfTwins();
  const extra = readExtraVars(extraVars, complaints);
  const tree = reconcile(draft);
  if (files.locked.size > 0) return { locked: files.locked };
  if (tree.hosts.size === 0 && complaints.count === 0) throw noHosts(source);
  if (complaints.count > 0) complaints.raise();
  const groupFiles = new VariableFolder(dir, "group", files);
  const hostFiles = new VariableFolder(dir, "host", files);
  const ofGroup = new Map([...tree.groups.keys()].map((name) => [name, groupFiles.of(name)]));
  const hosts = new HostBuilder(tree, ofGroup, hostFiles, extra, complaints).build();
  if (files.locked.size > 0) return { locked: files.locked };
  complaints.raise();
  const groups = new Map(
    [...tree.groups].map(([name, group]) => [
      name,
      { ...group, sources: [...group.sources, ...(ofGroup.get(name) ?? [])] },
    ]),
  );
  const { warnings } = complaints;
  return { dir: source, hosts, groups, hash: files.digest(), dialect: "ansible", warnings };
}

function noHosts(source: string): SurefootError {
  return new SurefootError({
    code: "inventory-invalid",
    message: `${source} holds no host`,
    place: { file: source, line: 1, col: 1 },
    hint: "Write at least one host; see docs/ansible-inventories.md.",
  });
}

class HostBuilder {
  readonly #tree: Reconciled;
  readonly #groupFiles: ReadonlyMap<string, readonly VariableSource[]>;
  readonly #hostFiles: VariableFolder;
  readonly #extra: readonly VariableSource[];
  readonly #complaints: Complaints;
  readonly #shared = new Map<readonly string[], Shared>();

  constructor(
    tree: Reconciled,
    groupFiles: ReadonlyMap<string, readonly VariableSource[]>,
    hostFiles: VariableFolder,
    extra: readonly VariableSource[],
    complaints: Complaints,
  ) {
    this.#tree = tree;
    this.#groupFiles = groupFiles;
    this.#hostFiles = hostFiles;
    this.#extra = extra;
    this.#complaints = complaints;
  }

  build(): ReadonlyMap<string, Host> {
    const lineage = lineages(this.#tree.groups);
    return new Map(
      [...this.#tree.hosts.values()].map((entry) => [
        entry.name,
        this.#host(entry, this.#sharedBy(lineage.of(entry.name))),
      ]),
    );
  }

  #host(entry: HostEntry, shared: Shared): Host {
    const own = [...entry.sources, ...this.#hostFiles.of(entry.name), ...this.#extra];
    const get = (name: string): Located | undefined =>
      own.findLast(({ vars }) => vars.has(name))?.vars.get(name) ?? shared.vars.get(name);
    const { way, local, problems } = ansibleWay(entry.name, get, {
      complaints: this.#complaints,
      hosts: this.#tree.hosts,
    });
    const target = targetOf(entry.name, way);
    return new MergedHost(entry, local ? { ...target, local } : target, shared, own, {
      reserved: NONE,
      wayNames: CONNECTION_VARIABLES,
      problems,
    });
  }

  /**
   * What hosts of the same groups share, weakest first: what inventories say of `all`, of the other groups, then the files of `all`,
   * of the others (docs.ansible.com: Using variables, Understanding variable precedence, 3 to 7).
   */
  #sharedBy(names: readonly string[]): Shared {
    const known = this.#shared.get(names);
    if (known !== undefined) return known;
    const inline = names.flatMap((name) => this.#tree.groups.get(name)?.sources ?? []);
    const files = names.flatMap((name) => this.#groupFiles.get(name) ?? []);
    const sources = [...inline, ...files];
    const shared = { groups: names, sources, vars: mergeSources(new Map(), sources, NONE) };
    this.#shared.set(names, shared);
    return shared;
  }
}
