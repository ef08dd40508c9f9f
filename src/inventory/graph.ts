import type { Json } from "../model/json.js";
import type { Inventory } from "./host.js";
import { printable } from "./mask.js";
import { ALL } from "./tree.js";

/** A group with all that is below it. */
interface Branch {
  readonly group: string;
  readonly groups: readonly Branch[];
  readonly hosts: readonly string[];
}

/** The groups of an inventory as a tree. What is in several groups stands in each of them; empty `ungrouped` is left out. */
function branch(inventory: Inventory, name: string, top: readonly string[]): Branch {
  const group = inventory.groups.get(name);
  const children = name === ALL ? top : (group?.children ?? []);
  const grouped = new Set(
    [...inventory.groups.values()].flatMap((one) => (one.name === ALL ? [] : one.hosts)),
  );
  const hosts = (group?.hosts ?? []).filter((host) => name !== ALL || !grouped.has(host));
  return { group: name, groups: children.map((child) => branch(inventory, child, top)), hosts };
}

function tree(inventory: Inventory): Branch {
  const below = new Set(
    [...inventory.groups.values()].flatMap((group) => (group.name === ALL ? [] : group.children)),
  );
  const top = [...inventory.groups.values()].filter(
    ({ name, hosts, children }) =>
      name !== ALL && !below.has(name) && !(name === "ungrouped" && hosts.length + children.length === 0),
  );
  return branch(
    inventory,
    ALL,
    top.map((group) => group.name),
  );
}

/** The tree of groups and hosts for people; groups bear an `@`. */
export function showGraph(inventory: Inventory): string {
  const lines = (node: Branch, indent: string): readonly string[] => {
    const parts = [...node.groups, ...node.hosts];
    return parts.flatMap((part, i) => {
      const last = i === parts.length - 1;
      const head = `${indent}${last ? "└── " : "├── "}`;
      if (typeof part === "string") return [head + part];
      return [`${head}@${part.group}`, ...lines(part, `${indent}${last ? "    " : "│   "}`)];
    });
  };
  return printable(`${[`@${ALL}`, ...lines(tree(inventory), "")].join("\n")}\n`);
}

/** The same as plain data. */
export function graphJson(inventory: Inventory): Json {
  const plain = ({ group, groups, hosts }: Branch): Json => ({ group, groups: groups.map(plain), hosts });
  return plain(tree(inventory));
}
