import { homedir } from "node:os";
import { stringify } from "yaml";
import type { ErrorData } from "../model/error.js";
import type { Json } from "../model/json.js";
import { sameJson } from "../model/json.js";
import { ansibleWay, CONNECTION_VARIABLES } from "./ansible/connection.js";
import { UNGROUPED } from "./ansible/draft.js";
import { opaqueProblem } from "./ansible/opaque.js";
import { Complaints } from "./complaints.js";
import type { Host, Inventory } from "./host.js";
import type { Lineage } from "./lineage.js";
import { lineages } from "./lineage.js";
import { opaqueIn, secretIn, toPlain } from "./located.js";
import { NAME } from "./read.js";
import type { Group } from "./tree.js";
import { ALL } from "./tree.js";

type Vars = Map<string, Json>;

/** An inventory in our own form: texts by their paths in its folder, and what was left out or can't be written. */
export interface Imported {
  readonly files: ReadonlyMap<string, string>;
  /** What is left out, each with its place: Jinja expressions, encrypted texts. */
  readonly leftOut: readonly ErrorData[];
  /** What our form can't express: nothing should be written then. */
  readonly errors: readonly ErrorData[];
}

/** Marks what becomes a part of `ssh` or `become`: no variable has such a name. */
const WAY = "\0";
const ADDRESS = `${WAY}ssh.address`;
const ENABLED = `${WAY}become.enabled`;

/**
 * Writes an inventory of Ansible in our form, such that its hosts have the same groups, variables and ways. A variable stays with the
 * group that gives it to at least one host; where our rules would let another value win, the host gets its own in host_vars.
 */
export function importInventory(inventory: Inventory): Imported {
  const importer = new Importer(inventory);
  return importer.run();
}

class Importer {
  readonly #inventory: Inventory;
  /** The order of groups by our rules, which know no priorities. */
  readonly #ours: Lineage;
  readonly #leftOut = new Map<string, ErrorData>();
  readonly #wanted: ReadonlyMap<string, Vars>;
  readonly #members = new Map<string, string[]>();
  readonly #groupVars = new Map<string, Vars>();
  readonly #hostVars = new Map<string, Vars>();
  /** What all hosts of a group have alike, by group and key; undefined where they differ. */
  readonly #alike = new Map<string, Json | undefined>();

  constructor(inventory: Inventory) {
    this.#inventory = inventory;
    const plain = [...inventory.groups].map(([name, group]): [string, Group] => [
      name,
      { ...group, priority: 1 },
    ]);
    this.#ours = lineages(new Map(plain));
    const hosts = [...inventory.hosts.values()];
    this.#wanted = new Map(hosts.map((host) => [host.name, this.#wantedOf(host)]));
    for (const { name, groups } of hosts) {
      for (const group of groups) this.#members.set(group, [...(this.#members.get(group) ?? []), name]);
    }
  }

  run(): Imported {
    const hosts = [...this.#inventory.hosts.values()];
    for (const host of hosts) this.#place(host);
    for (const host of hosts) this.#correct(host);
    const files = new Map([["hosts.yml", yaml(this.#hostsFile())]]);
    for (const [owner, vars] of this.#groupVars) files.set(`group_vars/${owner}.yml`, yaml(nested(vars)));
    for (const [owner, vars] of this.#hostVars) files.set(`host_vars/${owner}.yml`, yaml(nested(vars)));
    return { files, leftOut: [...this.#leftOut.values()], errors: this.#inexpressible() };
  }

  /** A host's variables, and how it is reached. Those that Ansible has for that are not among them. */
  #wantedOf(host: Host): Vars {
    const vars: Vars = new Map();
    for (const [key, located] of host.vars) {
      if (CONNECTION_VARIABLES.has(key) || key === "ansible_connection") continue;
      const sealed = secretIn(located);
      if (sealed !== undefined) {
        const message = `${key} is encrypted by ansible-vault, and is not written out in clear`;
        const hint = "Copy it by hand, encrypted as it is: a `!vault` value or the whole file.";
        this.#leave({ code: "variable-unreadable", place: sealed.place, message, hint });
        continue;
      }
      const found = opaqueIn(located);
      const value = toPlain(located);
      if (found?.opaque === undefined && !holdsNul(value)) vars.set(key, value);
      else {
        const problem =
          found?.opaque === undefined
            ? { message: `${key} holds a NUL`, hint: "Remove it." }
            : opaqueProblem(key, found.opaque);
        this.#leave({ code: "variable-unreadable", place: (found ?? located).place, ...problem });
      }
    }
    for (const problem of host.problems) this.#leave(problem);
    if (host.target.local === true) {
      const message = `${host.name} is this machine, reached without ssh, which hosts.yml can't say`;
      this.#leave({
        code: "ansible-unsupported",
        message,
        place: host.place,
        hint: "It will be reached by ssh.",
      });
    }
    const about = { complaints: new Complaints(), hosts: this.#inventory.hosts };
    const { ssh, become } = ansibleWay(host.name, (name) => host.vars.get(name), about).way;
    for (const [key, value] of Object.entries(ssh)) vars.set(`${WAY}ssh.${key}`, plainWay(value));
    if (typeof become === "object") {
      for (const [key, value] of Object.entries(become)) vars.set(`${WAY}become.${key}`, plainWay(value));
    }
    return vars;
  }

  #leave(error: ErrorData): void {
    this.#leftOut.set(`${error.message} ${JSON.stringify(error.place)}`, error);
  }

  /** Puts each of a host's values where it comes from. */
  #place(host: Host): void {
    for (const [key, value] of this.#wanted.get(host.name) ?? []) {
      // An address that all share today is still each one's own.
      const group =
        key === ADDRESS
          ? undefined
          : key.startsWith(WAY)
            ? host.groups.find((name) => sameJson(this.#common(name, key), value))
            : host.sources.findLast(({ vars }) => vars.has(key))?.group;
      if (group === undefined) put(this.#hostVars, host.name, key, value);
      else put(this.#groupVars, group, key, value);
    }
  }

  /** Gives a host its own value where, of what the groups say, another would win by our rules. */
  #correct({ name }: Host): void {
    const wanted = this.#wanted.get(name);
    const inherited: Vars = new Map(
      this.#ours.of(name).flatMap((group) => [...(this.#groupVars.get(group) ?? [])]),
    );
    for (const [key, given] of inherited) {
      const value = wanted?.get(key);
      if (this.#hostVars.get(name)?.has(key) === true || (value !== undefined && sameJson(value, given)))
        continue;
      if (value !== undefined) put(this.#hostVars, name, key, value);
      // Null takes back a part of a way; that of `become.enabled` is said by false.
      else if (key.startsWith(WAY)) put(this.#hostVars, name, key, key === ENABLED ? false : null);
    }
  }

  /** What a group's hosts, if several, have alike. */
  #common(group: string, key: string): Json | undefined {
    const id = `${group}\0${key}`;
    if (!this.#alike.has(id)) {
      const [first, ...others] = this.#members.get(group) ?? [];
      const value = first === undefined ? undefined : this.#wanted.get(first)?.get(key);
      const alike =
        others.length > 0 &&
        others.every((host) => sameJson(this.#wanted.get(host)?.get(key) ?? null, value ?? null));
      this.#alike.set(id, alike ? value : undefined);
    }
    return this.#alike.get(id);
  }

  #hostsFile(): Json {
    const kept = this.#groupVars.has(UNGROUPED);
    const lone = kept ? [] : (this.#inventory.groups.get(UNGROUPED)?.hosts ?? []);
    const groups = [...this.#inventory.groups.values()]
      .filter(({ name }) => name !== ALL && (kept || name !== UNGROUPED))
      .map(({ name, hosts, children }): [string, Json] => [
        name,
        {
          ...(hosts.length === 0 ? {} : { hosts: Object.fromEntries(hosts.map((host) => [host, null])) }),
          ...(children.length === 0 ? {} : { groups: children }),
        },
      ]);
    return {
      ...(lone.length === 0 ? {} : { hosts: Object.fromEntries(lone.map((host) => [host, null])) }),
      ...(groups.length === 0 ? {} : { groups: Object.fromEntries(groups) }),
    };
  }

  #inexpressible(): readonly ErrorData[] {
    const { hosts, groups } = this.#inventory;
    const wrong = (message: string, place: ErrorData["place"], hint: string): ErrorData => ({
      code: "inventory-invalid",
      message,
      ...(place === undefined ? {} : { place }),
      hint,
    });
    const names = [...hosts.values(), ...groups.values()]
      .filter(({ name }) => !NAME.test(name))
      .map(({ name, place }) =>
        wrong(
          `${name} can't be a name in hosts.yml`,
          place,
          "Use letters, digits, dots, dashes and underscores.",
        ),
      );
    const twins = [...hosts.values()]
      .filter(({ name }) => groups.has(name))
      .map(({ name, place }) => wrong(`${name} is both a host and a group`, place, "Rename one of the two."));
    const taken = [...hosts.values()].flatMap(({ vars }) =>
      ["ssh", "become", "__proto__"].flatMap((name) => {
        const place = vars.get(name)?.place;
        const message = `a variable can't be called ${name} in our form`;
        return place === undefined ? [] : [wrong(message, place, "Rename it.")];
      }),
    );
    return [...new Map([...names, ...twins, ...taken].map((one) => [JSON.stringify(one), one])).values()];
  }
}

function put(all: Map<string, Vars>, owner: string, key: string, value: Json): void {
  const vars: Vars = all.get(owner) ?? new Map();
  all.set(owner, vars.set(key, value));
}

/** A part of a way as it is written: paths below one's home by `~/`, so that others can use them too. */
function plainWay(value: unknown): Json {
  const home = `${homedir()}/`;
  if (Array.isArray(value)) return value.map(plainWay);
  if (typeof value === "string") return value.startsWith(home) ? `~/${value.slice(home.length)}` : value;
  if (typeof value === "number" || typeof value === "boolean") return value;
  if (typeof value !== "object" || value === null) return null;
  // A password in clear is a text in our form.
  if ("value" in value && typeof value.value === "string") return value.value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, plainWay(one)]));
}

function nested(vars: Vars): Json {
  const plain: Record<string, Json> = {};
  const parts = new Map<string, Record<string, Json>>();
  for (const [key, value] of vars) {
    if (!key.startsWith(WAY)) {
      plain[key] = value;
      continue;
    }
    const [name = "", part = ""] = key.slice(WAY.length).split(".");
    const known = parts.get(name) ?? {};
    known[part] = value;
    parts.set(name, known);
  }
  return { ...Object.fromEntries(parts), ...plain };
}

function holdsNul(value: Json): boolean {
  return JSON.stringify(value).includes("\\u0000");
}

function yaml(value: Json): string {
  return stringify(value, { aliasDuplicateObjects: false, lineWidth: 0 });
}
