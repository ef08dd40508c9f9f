import type { FilePlace } from "../../model/place.js";
import type { Located, LocatedMap } from "../located.js";
import { isMap } from "../located.js";
import type { Draft } from "./draft.js";
import { expandHostPattern } from "./host-pattern.js";
import { plainYaml } from "./yaml-dialect.js";

const SECTIONS = ["hosts", "vars", "children"];
const NO_VARS: LocatedMap = new Map();

/**
 * Reads the groups of a YAML or JSON inventory into a draft, as Ansible does: each key of the file is a group with `hosts`, `vars`
 * and `children`. What Ansible passes over is a warning.
 */
export function readGroups(root: LocatedMap, draft: Draft): void {
  for (const [name, group] of root) readGroup(name, group, draft);
}

function readGroup(name: string, group: Located, draft: Draft): void {
  const { complaints } = draft;
  const place = group.key ?? group.place;
  if (group.value !== null && !isMap(group.value)) {
    const hint = "Write hosts, vars or children below it; Ansible passes it over.";
    complaints.warn("inventory-invalid", `${name} is no group`, place, hint);
    return;
  }
  if (!isName(name, "group", place, draft)) return;
  draft.group(name, place);
  if (group.value === null) return;
  for (const [section, content] of group.value) {
    const at = content.key ?? content.place;
    if (!SECTIONS.includes(section)) {
      const hint = `A group can have hosts, vars and children; Ansible passes over anything else.`;
      complaints.warn("inventory-invalid", `group ${name} can't have "${section}"`, at, hint);
      continue;
    }
    const entries = mappingOf(content);
    if (entries === undefined) {
      const message = `${section} of group ${name} must be a mapping`;
      complaints.add("inventory-invalid", message, content.place, "Write a line `name:` for each.");
    } else if (section === "vars") draft.groupVars(name, entries);
    else if (section === "hosts") readHosts(name, entries, draft);
    else readChildren(name, entries, draft);
  }
}

function readChildren(parent: string, children: LocatedMap, draft: Draft): void {
  for (const [name, group] of children) {
    readGroup(name, group, draft);
    const place = group.key ?? group.place;
    if (draft.groups.has(name)) draft.child(parent, name, place);
    else {
      const message = `group ${parent} names the unknown group ${name}`;
      draft.complaints.add("inventory-unknown-group", message, place, "Give it hosts, vars or children.");
    }
  }
}

function readHosts(group: string, hosts: LocatedMap, draft: Draft): void {
  for (const [text, given] of hosts) {
    const place = given.key ?? given.place;
    if (!isName(text, "host", place, draft)) continue;
    const pattern = expandHostPattern(text);
    if ("problem" in pattern) {
      draft.complaints.add("inventory-range", pattern.problem, within(place, pattern.at), pattern.hint);
      continue;
    }
    if (pattern.names.length === 0) {
      const hint = "Its end is smaller than its start: turn it round.";
      draft.complaints.warn("inventory-range", `${text} stands for no host`, place, hint);
    }
    const vars = isMap(given.value) ? given.value : isNothing(given.value) ? NO_VARS : undefined;
    if (vars === undefined) {
      const message = `host ${text} must be a mapping of variables, or nothing`;
      draft.complaints.add("inventory-invalid", message, given.place, "Write `key: value` lines below it.");
      continue;
    }
    for (const name of pattern.names) {
      draft.host(name, group, place, pattern.port);
      draft.hostVars(name, vars);
    }
  }
}

/** A name without quotes may stand for a number, a truth value or nothing; Ansible refuses such, and so do we. */
function isName(name: string, what: "host" | "group", place: FilePlace, { complaints }: Draft): boolean {
  const typed = typeof plainYaml(name).value !== "string" && !/["']/.test(complaints.charAt(place));
  if (name !== "" && !typed) return true;
  const message = name === "" ? `a ${what} without a name` : `the name of the ${what} ${name} is no text`;
  complaints.add("inventory-invalid", message, place, "Write the name in quotes.");
  return false;
}

/** A mapping's entries; a lone name stands for a mapping with that key, nothing for an empty one. */
function mappingOf({ value, place }: Located): LocatedMap | undefined {
  if (value === null) return NO_VARS;
  if (typeof value === "string") return new Map([[value, { place, key: place, value: null }]]);
  return isMap(value) ? value : undefined;
}

/** What Python takes for false. */
function isNothing(value: Located["value"]): boolean {
  return !value || (Array.isArray(value) && value.length === 0);
}

function within(place: FilePlace, offset: number): FilePlace {
  return { ...place, col: place.col + offset };
}
