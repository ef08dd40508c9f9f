import { accessSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parse } from "yaml";
import { Complaints } from "../complaints.js";
import { Draft } from "./draft.js";
import { isFolder, namesIn } from "./files.js";
import { readIni } from "./ini.js";
import { isScript } from "./script.js";
import { hostList, isSource } from "./sources.js";

/** Keys at the top of our own hosts.yml; an inventory of Ansible has groups there. */
const OURS = new Set(["hosts", "groups", "vars"]);
/** What a group of Ansible has. */
const SECTIONS = ["hosts", "vars", "children"];
/** More of a file than this need not be looked at to know what it is. */
const LOOKED_AT = 64 * 1024;

/**
 * Whether what `-i` names is an inventory of Ansible, by content: a file always is, unless it is a hosts.yml of our form; so is a
 * list `a,b`; a folder is where its hosts.yml has Ansible's form, or where it has no hosts.yml and something in it is a program, has a
 * section in brackets, lists hosts, or is YAML of Ansible's form.
 */
export function isAnsible(dir: string, complaints: Complaints): boolean {
  const path = resolve(complaints.cwd, dir);
  if (!isFolder(path)) return exists(path) ? !isOurFile(path) : hostList(dir) !== undefined;
  const names = namesIn(path, complaints);
  const own = names.find((name) => name === "hosts.yml" || name === "hosts.yaml");
  if (own !== undefined) return isFolder(join(path, own)) || isForeign(join(path, own));
  return names.filter(isSource).some((name) => {
    const inner = join(path, name);
    return isFolder(inner) ? isAnsible(inner, complaints) : isForeign(inner);
  });
}

/** Whether a file's content can only be Ansible's. */
function isForeign(path: string): boolean {
  try {
    if (isScript(path) !== "no") return true;
    const text = read(path);
    const what = judge(text);
    return what === "ansible" || (what === "neither" && !/\.(?:ya?ml|json)$/.test(path) && isHosts(text));
  } catch {
    // What can't be read is told by who reads it.
    return false;
  }
}

function isOurFile(path: string): boolean {
  try {
    return /\.ya?ml$/.test(path) && isScript(path) === "no" && judge(read(path)) === "ours";
  } catch {
    return false;
  }
}

function read(path: string): string {
  return readFileSync(path, "utf8");
}

/** Whether a text is a plain list of hosts, each with its variables. */
function isHosts(text: string): boolean {
  const trial = new Complaints();
  const draft = new Draft({ file: "", line: 1, col: 1 }, trial);
  readIni(text, "", draft);
  return trial.count === 0 && draft.hosts.size > 0;
}

function judge(text: string): "ours" | "ansible" | "neither" {
  const start = text.slice(0, LOOKED_AT);
  const keys = [
    ...start.matchAll(/^(?:"([^"\n]*)"|'([^'\n]*)'|([^\s#"'[{:-][^#:\n]*?))[ \t]*:(?=\s|$)/gm),
  ].map((match) => match[1] ?? match[2] ?? match[3] ?? "");
  if (keys.some((key) => OURS.has(key))) return "ours";
  if (/^\s*\[[^\]\s]+\][ \t]*(?:#.*)?$/m.test(start) && keys.length === 0) return "ansible";
  if (keys.includes("all") || keys.includes("plugin") || start.startsWith("$ANSIBLE_VAULT;"))
    return "ansible";
  return judgeTree(text);
}

/** By the form of the values, where the names at the top don't tell. */
function judgeTree(text: string): "ours" | "ansible" | "neither" {
  let root: unknown;
  try {
    root = parse(text, { logLevel: "silent", uniqueKeys: false });
  } catch {
    return "neither";
  }
  if (!isRecord(root)) return "neither";
  if (Object.keys(root).some((key) => OURS.has(key))) return "ours";
  const group = (value: unknown): boolean => isRecord(value) && SECTIONS.some((section) => section in value);
  return "all" in root || Object.values(root).some(group) ? "ansible" : "neither";
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function exists(path: string): boolean {
  try {
    accessSync(path);
    return true;
  } catch {
    return false;
  }
}
