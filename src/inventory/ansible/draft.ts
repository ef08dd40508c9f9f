import type { FilePlace } from "../../model/place.js";
import type { Complaints } from "../complaints.js";
import type { Located, LocatedMap } from "../located.js";
import type { VariableSource } from "../tree.js";
import { ALL } from "../tree.js";

/** The group of hosts that are in no other. */
export const UNGROUPED = "ungrouped";

/** A group while inventories are read. */
export interface GroupDraft {
  readonly name: string;
  readonly place: FilePlace;
  readonly children: Map<string, FilePlace>;
  readonly hosts: Set<string>;
  readonly sources: VariableSource[];
  priority: number;
}

/** A host while inventories are read. */
export interface HostDraft {
  readonly name: string;
  readonly place: FilePlace;
  readonly sources: VariableSource[];
}

const GROUP_HINT = "Rename one of the two, so that variables go where they are meant to.";

/**
 * What the files of an inventory say, taken together in the order in which they are read: a later value of a variable replaces an
 * earlier one, whichever file it stands in.
 */
export class Draft {
  readonly groups = new Map<string, GroupDraft>();
  readonly hosts = new Map<string, HostDraft>();
  readonly complaints: Complaints;

  constructor(start: FilePlace, complaints: Complaints) {
    this.complaints = complaints;
    this.group(ALL, start);
    this.group(UNGROUPED, start);
    this.child(ALL, UNGROUPED, start);
  }

  /** A group, made where it is new. */
  group(name: string, place: FilePlace): GroupDraft {
    const known = this.groups.get(name);
    if (known !== undefined) return known;
    const group: GroupDraft = {
      name,
      place,
      children: new Map(),
      hosts: new Set(),
      sources: [],
      priority: 1,
    };
    this.groups.set(name, group);
    return group;
  }

  /** Puts a group into another; both must be there. */
  child(parent: string, child: string, place: FilePlace): void {
    const { children } = this.group(parent, place);
    if (!children.has(child)) children.set(child, place);
  }

  /** Puts a host into a group. A port counts only where the host is first named. */
  host(name: string, group: string, place: FilePlace, port?: number): void {
    this.group(group, place).hosts.add(name);
    if (this.hosts.has(name)) return;
    this.hosts.set(name, { name, place, sources: [] });
    if (port === undefined || port === 0) return;
    this.hostVars(name, new Map([["ansible_port", { place, key: place, value: port }]]));
  }

  /** Gives a group variables. */
  groupVars(name: string, vars: LocatedMap): void {
    const group = this.groups.get(name);
    if (group === undefined || vars.size === 0) return;
    const priority = vars.get("ansible_group_priority");
    if (priority !== undefined) this.#prioritise(group, priority);
    const rest = priority === undefined ? vars : new Map(vars);
    if (rest instanceof Map) rest.delete("ansible_group_priority");
    if (rest.size > 0) {
      group.sources.push({ from: `group ${name}`, level: "group", group: name, inline: true, vars: rest });
    }
  }

  /** Gives a host variables. Those of a host named like a group go to the group, as with Ansible. */
  hostVars(name: string, vars: LocatedMap): void {
    if (vars.size === 0) return;
    if (this.groups.has(name)) this.groupVars(name, vars);
    else this.hosts.get(name)?.sources.push({ from: `host ${name}`, level: "host", inline: true, vars });
  }

  /** Says which names are both a host's and a group's. */
  warnOfTwins(): void {
    for (const { name, place } of this.hosts.values()) {
      if (!this.groups.has(name)) continue;
      this.complaints.warn("inventory-invalid", `${name} is both a host and a group`, place, GROUP_HINT);
    }
  }

  #prioritise(group: GroupDraft, { value, place }: Located): void {
    const number = typeof value === "boolean" ? Number(value) : value;
    const priority =
      typeof number === "number"
        ? Math.trunc(number)
        : typeof number === "string"
          ? Number(number)
          : Number.NaN;
    if (Number.isInteger(priority) && number !== "") group.priority = priority;
    else
      this.complaints.add(
        "inventory-invalid",
        "ansible_group_priority must be a whole number",
        place,
        "Write for example ansible_group_priority=10.",
      );
  }
}
