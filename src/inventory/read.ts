import { suggest } from "../model/did-you-mean.js";
import type { FilePlace } from "../model/place.js";
import type { Complaints } from "./complaints.js";
import type { Located, LocatedMap } from "./located.js";
import { isMap } from "./located.js";
import { expandRange } from "./range.js";
import type { Group, HostEntry, VariableSource } from "./tree.js";
import { ALL } from "./tree.js";

/** What hosts.yml says, before variable files are read. */
export interface HostsFile {
  readonly hosts: ReadonlyMap<string, HostEntry>;
  readonly groups: ReadonlyMap<string, Group>;
}

/** Names of hosts and groups. */
export const NAME = /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/;
const NAME_HINT = "Use letters, digits, dots, dashes and underscores.";

/** A host while it is read, with what each group says of it. */
interface HostDraft {
  readonly name: string;
  readonly place: FilePlace;
  readonly sources: VariableSource[];
}

interface Draft {
  readonly hosts: Map<string, HostDraft>;
  readonly groups: Map<string, Group>;
}

/** Reads the tree of hosts.yml: groups, hosts with their ranges expanded, inline variables. */
export function readHosts(root: Located | null, file: string, complaints: Complaints): HostsFile {
  const start: FilePlace = { file, line: 1, col: 1 };
  const draft: Draft = { hosts: new Map(), groups: new Map() };
  new HostsReader(draft, complaints).top(root ?? { place: start, value: new Map() });
  return draft;
}

class HostsReader {
  readonly #draft: Draft;
  readonly #complaints: Complaints;
  readonly #references: (readonly [child: string, place: FilePlace, group: string])[] = [];

  constructor(draft: Draft, complaints: Complaints) {
    this.#draft = draft;
    this.#complaints = complaints;
  }

  top(root: Located): void {
    const map = this.#mapping(root, "the inventory", ["hosts", "groups", "vars"]);
    const all = { hosts: this.#hosts(map.get("hosts"), ALL), sources: this.#vars(map.get("vars"), ALL) };
    this.#draft.groups.set(ALL, { name: ALL, children: [], place: root.place, ...all });
    for (const [name, group] of this.#mapping(map.get("groups"), "groups")) {
      this.#group(name, group, group.key ?? group.place);
    }
    this.#checkNames();
    this.#checkCycles();
  }

  #group(name: string, group: Located, place: FilePlace): void {
    if (name === ALL) {
      this.#wrong(place, "`all` holds every host by itself", "Put its variables under the top-level `vars`.");
      return;
    }
    if (!NAME.test(name)) {
      this.#wrong(place, `"${name}" is no name for a group`, NAME_HINT);
      return;
    }
    const map = this.#mapping(group, `group ${name}`, ["hosts", "groups", "vars"]);
    const children = this.#names(map.get("groups"), `groups of ${name}`);
    this.#draft.groups.set(name, {
      name,
      place,
      children: children.map(([child]) => child),
      hosts: this.#hosts(map.get("hosts"), name),
      sources: this.#vars(map.get("vars"), name),
    });
    for (const [child, at] of children) this.#references.push([child, at, name]);
  }

  #vars(vars: Located | undefined, group: string): readonly VariableSource[] {
    const map = this.#mapping(vars, `vars of ${group}`);
    if (map.size === 0) return [];
    return [{ from: `group ${group}`, level: "group", group, inline: true, vars: map }];
  }

  #hosts(list: Located | undefined, group: string): readonly string[] {
    const seen = new Map<string, FilePlace>();
    const entries: (readonly [string, FilePlace, Located | undefined])[] =
      list !== undefined && isMap(list.value)
        ? [...list.value].map(([name, vars]) => [name, vars.key ?? vars.place, vars])
        : this.#names(list, `hosts of ${group}`).map(([name, place]) => [name, place, undefined]);
    for (const [text, place, vars] of entries) {
      const range = expandRange(text);
      if ("problem" in range) {
        this.#complaints.add(
          "inventory-range",
          range.problem,
          { ...place, col: place.col + range.at + (/["']/.test(this.#complaints.charAt(place)) ? 1 : 0) },
          range.hint,
        );
        continue;
      }
      const inline = this.#mapping(vars, `host ${text}`);
      for (const name of range.names) {
        if (!NAME.test(name)) {
          this.#wrong(place, `"${name}" is no name for a host`, NAME_HINT);
          break;
        }
        const first = seen.get(name);
        if (first !== undefined) {
          const hint = `It is there already at line ${first.line}; keep one of the two.`;
          this.#complaints.add(
            "inventory-duplicate-host",
            `host ${name} is listed twice in ${group}`,
            place,
            hint,
          );
          break;
        }
        seen.set(name, place);
        this.#host(name, place, inline);
      }
    }
    return [...seen.keys()];
  }

  #host(name: string, place: FilePlace, vars: LocatedMap): void {
    const host = this.#draft.hosts.get(name) ?? { name, place, sources: [] };
    this.#draft.hosts.set(name, host);
    if (vars.size > 0) host.sources.push({ from: `host ${name}`, level: "host", inline: true, vars });
  }

  #names(list: Located | undefined, what: string): readonly (readonly [string, FilePlace])[] {
    if (list === undefined || list.value === null) return [];
    if (isMap(list.value)) return [...list.value].map(([name, value]) => [name, value.key ?? value.place]);
    if (!Array.isArray(list.value)) {
      this.#wrong(list.place, `${what} must be a list of names`, "Write [one, two].");
      return [];
    }
    return list.value.flatMap((item: Located): readonly (readonly [string, FilePlace])[] => {
      if (typeof item.value === "string") return [[item.value, item.place]];
      this.#wrong(item.place, `${what} must be names`, "Write a plain word.");
      return [];
    });
  }

  /** A mapping's entries; complains about anything else, and about keys that are not among the known ones. */
  #mapping(located: Located | undefined, what: string, known?: readonly string[]): LocatedMap {
    if (located === undefined || located.value === null) return new Map();
    if (!isMap(located.value)) {
      this.#wrong(located.place, `${what} must be a mapping`, "Write `key: value` lines.");
      return new Map();
    }
    for (const [key, value] of located.value) {
      if (known === undefined || known.includes(key)) continue;
      this.#wrong(
        value.key ?? value.place,
        `${what} can't have "${key}"`,
        suggest(key, known, `It can have ${known.join(", ")}.`),
      );
    }
    return located.value;
  }

  #checkNames(): void {
    const { groups, hosts } = this.#draft;
    for (const [child, place, group] of this.#references) {
      if (child === ALL)
        this.#wrong(place, "`all` can't be a child group", "Remove it: it holds every host by itself.");
      if (groups.has(child)) continue;
      const hint = suggest(child, groups.keys(), "Define it under `groups`.");
      this.#complaints.add(
        "inventory-unknown-group",
        `group ${group} names the unknown group ${child}`,
        place,
        hint,
      );
    }
    for (const [name, { place }] of hosts) {
      if (groups.has(name))
        this.#wrong(place, `${name} is both a host and a group`, "Rename one of the two.");
    }
  }

  #checkCycles(): void {
    const done = new Set<string>();
    const visit = (name: string, path: readonly string[]): void => {
      const group = this.#draft.groups.get(name);
      if (group === undefined || done.has(name)) return;
      if (path.includes(name)) {
        const cycle = [...path.slice(path.indexOf(name)), name].join(" -> ");
        const hint = "A group can't be inside itself; remove one of these.";
        this.#complaints.add("inventory-cycle", `groups form a cycle: ${cycle}`, group.place, hint);
        done.add(name);
        return;
      }
      for (const child of group.children) visit(child, [...path, name]);
      done.add(name);
    };
    for (const name of this.#draft.groups.keys()) visit(name, []);
  }

  #wrong(place: FilePlace, message: string, hint: string): void {
    this.#complaints.add("inventory-invalid", message, place, hint);
  }
}
