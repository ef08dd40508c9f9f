import type { FilePlace } from "../../model/place.js";
import type { Located, LocatedMap } from "../located.js";
import type { Draft } from "./draft.js";
import { UNGROUPED } from "./draft.js";
import { expandHostPattern } from "./host-pattern.js";
import { pythonValue } from "./python-literal.js";
import type { Word } from "./words.js";
import { splitWords } from "./words.js";

const SECTION = /^\[([^:\]\s]+)(?::(\w+))?\]\s*(?:#.*)?$/;
const GROUP_NAME = /^([^:\]\s]+)\s*(?:#.*)?$/;

/**
 * Reads an INI inventory into a draft, as Ansible does: hosts before the first section are in no group; `[group]` holds hosts,
 * `[group:children]` groups, `[group:vars]` variables. Complains about what it can't read and goes on with the next line.
 */
export function readIni(text: string, file: string, draft: Draft): void {
  new IniReader(file, draft).read(text);
}

class IniReader {
  readonly #file: string;
  readonly #draft: Draft;
  readonly #declared: Set<string>;
  readonly #wanted: (readonly [group: string, place: FilePlace, message: string])[] = [];
  #group = UNGROUPED;
  #state: "hosts" | "children" | "vars" | "skip" = "hosts";

  constructor(file: string, draft: Draft) {
    this.#file = file;
    this.#draft = draft;
    this.#declared = new Set(draft.groups.keys());
  }

  read(text: string): void {
    for (const [i, line] of text.split(/\r\n|[\n\r]/).entries()) this.#line(line, i + 1);
    for (const [group, place, message] of this.#wanted) {
      if (this.#declared.has(group)) continue;
      const hint = `Add a section [${group}], or correct the name.`;
      this.#draft.complaints.add("inventory-unknown-group", message, place, hint);
    }
  }

  #line(line: string, number: number): void {
    const indent = line.search(/\S/);
    if (indent < 0 || /[;#]/.test(line.charAt(indent))) return;
    const at = (offset: number): FilePlace => ({ file: this.#file, line: number, col: offset + 1 });
    const trimmed = line.trim();
    if (SECTION.test(trimmed)) this.#section(trimmed, at(indent));
    else if (trimmed.startsWith("[") && trimmed.endsWith("]")) {
      const hint = "Write [group], [group:children] or [group:vars], without spaces.";
      this.#wrong(`${trimmed} is no section`, at(indent), hint);
      this.#state = "skip";
    } else if (this.#state === "hosts") this.#hosts(line, indent, at);
    else if (this.#state === "children") this.#child(trimmed, at(indent));
    else if (this.#state === "vars") this.#variable(line, at);
  }

  #section(text: string, place: FilePlace): void {
    const [, group = "", kind = "hosts"] = SECTION.exec(text) ?? [];
    this.#group = group;
    if (kind !== "hosts" && kind !== "children" && kind !== "vars") {
      const hint = "Write [group], [group:children] or [group:vars].";
      this.#wrong(`the section [${group}:${kind}] has an unknown kind`, place, hint);
      this.#state = "skip";
      return;
    }
    this.#state = kind;
    this.#draft.group(group, place);
    if (kind !== "vars") this.#declared.add(group);
    else this.#wanted.push([group, place, `[${group}:vars] is for the unknown group ${group}`]);
  }

  #child(text: string, place: FilePlace): void {
    const [, child] = GROUP_NAME.exec(text) ?? [];
    if (child === undefined) {
      this.#wrong(`${text} is no name of a group`, place, "Write one group's name on each line.");
      return;
    }
    this.#wanted.push([child, place, `[${this.#group}:children] names the unknown group ${child}`]);
    this.#draft.child(this.#group, child, place);
  }

  #variable(line: string, at: (offset: number) => FilePlace): void {
    const equals = line.indexOf("=");
    if (equals < 0) {
      this.#wrong(`${line.trim()} is no variable`, at(line.search(/\S/)), "Write key=value.");
      return;
    }
    const key = line.slice(0, equals).trim();
    const value = line.slice(equals + 1);
    const blank = value.search(/\S/);
    const place = at(equals + 1 + Math.max(0, blank));
    const located: Located = { ...pythonValue(value.trim(), place), key: at(line.search(/\S/)) };
    this.#draft.groupVars(this.#group, new Map([[key, located]]));
  }

  #hosts(line: string, indent: number, at: (offset: number) => FilePlace): void {
    const split = splitWords(line, indent);
    if ("problem" in split) {
      this.#wrong(split.problem, at(split.at), split.hint, "inventory-syntax");
      return;
    }
    const [first, ...rest] = split.words;
    if (first === undefined) return;
    const place = at(first.offsets[0] ?? indent);
    const pattern = expandHostPattern(first.text);
    if ("problem" in pattern) {
      const where = at(first.offsets[pattern.at] ?? indent);
      this.#wrong(pattern.problem, where, pattern.hint, "inventory-range");
      return;
    }
    if (pattern.names.length === 0) {
      const hint = "Its end is smaller than its start: turn it round.";
      this.#draft.complaints.warn("inventory-range", `${first.text} stands for no host`, place, hint);
    }
    const vars = this.#assignments(rest, at);
    for (const name of pattern.names) {
      this.#draft.host(name, this.#group, place, pattern.port);
      for (const part of vars) this.#draft.hostVars(name, part);
    }
  }

  /** The variables of a host's line; a second value of the same one in a mapping of its own. */
  #assignments(words: readonly Word[], at: (offset: number) => FilePlace): readonly LocatedMap[] {
    const maps: Map<string, Located>[] = [];
    let last = new Map<string, Located>();
    for (const { text, offsets } of words) {
      const equals = text.indexOf("=");
      const key = at(offsets[0] ?? 0);
      if (equals < 0) {
        const hint = "Write key=value; quote a value that holds spaces: key='a b'.";
        this.#wrong(`${text} is no variable`, key, hint);
        continue;
      }
      const name = text.slice(0, equals);
      if (last.has(name) || maps.length === 0) {
        last = new Map();
        maps.push(last);
      }
      const place = at((offsets[equals] ?? 0) + 1);
      last.set(name, { ...pythonValue(text.slice(equals + 1), place), key });
    }
    return maps;
  }

  #wrong(
    message: string,
    place: FilePlace,
    hint: string,
    code: "inventory-invalid" | "inventory-syntax" | "inventory-range" = "inventory-invalid",
  ): void {
    this.#draft.complaints.add(code, message, place, hint);
  }
}
