import { statSync } from "node:fs";
import { extname, join } from "node:path";
import { Complaints } from "../complaints.js";
import { isMap } from "../located.js";
import type { Draft } from "./draft.js";
import type { Files } from "./files.js";
import { isFolder, namesIn, parseAnsibleYaml } from "./files.js";
import { readGroups } from "./groups.js";
import { readIni } from "./ini.js";
import { isScript, readScript } from "./script.js";

/** Endings that Ansible passes over in a folder (its setting INVENTORY_IGNORE_EXTS). */
const IGNORED = /(?:\.(?:pyc|pyo|swp|bak|rpm|md|txt|rst|orig|ini|cfg|retry)|~)$/;
/** Folders within folders; deeper ones are taken for a circle of links. */
const MAX_DEPTH = 20;

/** Whether Ansible takes an entry of an inventory's folder for an inventory. */
export function isSource(name: string): boolean {
  return (
    !name.startsWith(".") && !/^(?:host_vars|group_vars|vars_plugins)$/.test(name) && !IGNORED.test(name)
  );
}

/** Reads a file, or all files of a folder by name and those of the folders within it, into a draft. */
export function readSource(path: string, draft: Draft, files: Files, depth = 0): void {
  if (!isFolder(path)) {
    readFile(path, draft, files);
    return;
  }
  const { complaints } = draft;
  for (const name of namesIn(path, complaints)) {
    const inner = join(path, name);
    const place = { file: complaints.shown(inner), line: 1, col: 1 };
    if (isSource(name) && depth < MAX_DEPTH) readSource(inner, draft, files, depth + 1);
    else if (/\.(?:ini|cfg)$/.test(name)) {
      const hint = `Give it by itself, -i ${place.file}, or take the ending off its name.`;
      complaints.warn("ansible-unsupported", `${name} is not read in a folder, as with Ansible`, place, hint);
    } else if (depth > 0 && /^(?:host|group)_vars$/.test(name)) {
      const hint = "Move it beside the inventory that is given by -i.";
      complaints.warn("ansible-unsupported", `${name} this deep is not read, as with Ansible`, place, hint);
    }
  }
}

/** Reads one file: a script where it is a program; YAML where its name allows that and its content is a mapping; else INI. */
function readFile(path: string, draft: Draft, files: Files): void {
  const { complaints } = draft;
  const place = { file: complaints.shown(path), line: 1, col: 1 };
  if (statSync(path).isFile()) {
    const script = isScript(path);
    if (script === "yes") {
      readScript(path, draft, files);
      return;
    }
    if (script === "locked") {
      const message = `${place.file} begins with #! but may not be executed`;
      complaints.add("inventory-script-failed", message, place, `Allow it: chmod +x ${place.file}`);
      return;
    }
  }
  const ending = extname(path);
  if (ending === ".toml") {
    const hint = `Write it as YAML: ansible-inventory -i ${place.file} --list --yaml --export`;
    complaints.add("ansible-unsupported", "inventories in TOML are not read", place, hint);
    return;
  }
  const read = files.text(path);
  if (read === undefined) return;
  const { file, text } = read;
  const named = /^\.(?:ya?ml|json)$/.test(ending);
  if (named || (ending === "" && mayBeYaml(text))) {
    const trial = new Complaints(complaints.cwd);
    trial.learn(file, text);
    const root = parseAnsibleYaml(text, file, trial);
    if (root !== undefined && root !== null && isMap(root.value)) {
      complaints.adopt(trial);
      const plugin = root.value.get("plugin");
      if (plugin === undefined || !plugin.value) readGroups(root.value, draft);
      else {
        const hint = `Write down what it gives: ansible-inventory -i ${file} --list --yaml --export > hosts.yml`;
        const message = `${file} configures an inventory plugin, and plugins are not run`;
        complaints.add("ansible-unsupported", message, plugin.key ?? plugin.place, hint);
      }
      return;
    }
    // A file named as YAML may still be INI, as with Ansible; where it is neither, its name says what it was meant to be.
    if (named && (root === undefined ? !looksLikeIni(text) : root !== null)) {
      complaints.adopt(trial);
      if (root !== undefined && root !== null) {
        const hint = "Write groups: `all: { hosts: { web1: } }`.";
        complaints.add("inventory-invalid", "an inventory must be a mapping of groups", root.place, hint);
      }
      return;
    }
  }
  readIni(text, file, draft);
}

/** Whether a text may be a mapping in YAML, by its first line that says anything. */
function mayBeYaml(text: string): boolean {
  const first = /^[ \t]*([^\s#].*)$/m.exec(text)?.[1] ?? "";
  return /^(?:---|%|[{?&!"'])/.test(first) || /:(?:\s|$)/.test(first);
}

/** Whether a text has a section, which no YAML that is an inventory has. */
function looksLikeIni(text: string): boolean {
  return /^\s*\[[^\]\n:]+(?::\w+)?\]\s*(?:#.*)?$/m.test(text);
}

/**
 * A list of hosts on the command line, `web1,web2,`: Ansible takes a source that is no path but holds a comma for one.
 * @returns undefined where the text is none.
 */
export function hostList(source: string): readonly string[] | undefined {
  if (!source.includes(",")) return undefined;
  return source
    .split(",")
    .map((host) => host.trim())
    .filter((host) => host !== "");
}
