import { suggest } from "../model/did-you-mean.js";
import { SurefootError } from "../model/error.js";
import { globOf, isGlob } from "./glob.js";
import type { Host, Inventory } from "./host.js";
import { printable } from "./mask.js";
import { expandRange } from "./range.js";
import { ALL } from "./tree.js";

interface Term {
  readonly operator: "or" | "and" | "not";
  readonly name: string;
  /** Offset in the pattern, from 0. */
  readonly at: number;
}

/** Names that are listed in an error. */
const SHOWN_NAMES = 8;

/**
 * The hosts that a pattern names, in the inventory's order. Terms are separated by `:` or `,` and taken from left to right: plain
 * terms add, `&` keeps the common ones, `!` takes away. As with Ansible all plain terms come first, then `&`, then `!`. A term is
 * `all`, a group, a host, a range of hosts or a glob.
 * @throws SurefootError `pattern-invalid`, or `pattern-no-match` for a term that names nothing.
 */
export function matchPattern(inventory: Inventory, pattern: string): ReadonlySet<string> {
  const terms = parse(pattern);
  const of = (operator: Term["operator"]): readonly Term[] =>
    terms.filter((term) => term.operator === operator);
  const plain = of("or");
  let selected = new Set(
    plain.length === 0
      ? inventory.hosts.keys()
      : plain.flatMap((term) => [...match(inventory, term, pattern)]),
  );
  for (const term of of("and")) {
    const common = match(inventory, term, pattern);
    selected = new Set([...selected].filter((host) => common.has(host)));
  }
  for (const term of of("not")) {
    for (const host of match(inventory, term, pattern)) selected.delete(host);
  }
  return selected;
}

/**
 * The hosts that a playbook's pattern and `--limit` both name, in the inventory's order.
 * @throws SurefootError as {@link matchPattern}; `pattern-no-match` also where no host is left.
 */
export function selectHosts(inventory: Inventory, pattern: string, limit?: string): readonly Host[] {
  const wanted = matchPattern(inventory, pattern);
  const within = limit === undefined ? wanted : matchPattern(inventory, limit);
  const hosts = [...inventory.hosts.values()].filter(
    (host) => wanted.has(host.name) && within.has(host.name),
  );
  if (hosts.length > 0) return hosts;
  const what = limit === undefined ? `"${pattern}"` : `both "${pattern}" and the limit "${limit}"`;
  throw new SurefootError({
    code: "pattern-no-match",
    message: `no host of ${inventory.dir} matches ${what}`,
    hint: `See what there is: surefoot inventory list -i ${inventory.dir}`,
  });
}

function parse(pattern: string): readonly Term[] {
  const terms: Term[] = [];
  let depth = 0;
  let start = 0;
  const push = (end: number): void => {
    const raw = pattern.slice(start, end);
    const text = raw.trim();
    const at = start + (raw.length - raw.trimStart().length);
    const operator = text.startsWith("&") ? "and" : text.startsWith("!") ? "not" : "or";
    const name = operator === "or" ? text : text.slice(1);
    const from = operator === "or" ? at : at + 1;
    if (name === "") throw invalid(pattern, from, "a name is missing");
    const wrong = name.search(/[^A-Za-z0-9_.\-*?[\]:,]/);
    if (wrong >= 0) {
      throw invalid(pattern, from + wrong, `${JSON.stringify(name.charAt(wrong))} can't stand in a name`);
    }
    if (/[*?]/.test(name) && name.includes("[")) {
      throw invalid(pattern, from + name.search(/[*?]/), "a term can be a range or a glob, not both");
    }
    terms.push({ operator, name, at: from });
  };
  for (let i = 0; i < pattern.length; i++) {
    if (pattern[i] === "[") depth++;
    if (pattern[i] === "]") depth--;
    // Inside brackets a colon belongs to a range.
    if (depth === 0 && (pattern[i] === ":" || pattern[i] === ",")) {
      push(i);
      start = i + 1;
    }
  }
  push(pattern.length);
  return terms;
}

function match(inventory: Inventory, term: Term, pattern: string): ReadonlySet<string> {
  const { hosts, groups } = inventory;
  if (term.name === ALL || term.name === "*") return new Set(hosts.keys());
  if (groups.has(term.name)) {
    return new Set(
      [...hosts.values()].filter((host) => host.groups.includes(term.name)).map((host) => host.name),
    );
  }
  const range = expandRange(term.name);
  if ("problem" in range) throw invalid(pattern, term.at + range.at, range.problem);
  const found = new Set(range.names.flatMap((name) => named(inventory, name)));
  if (found.size > 0) return found;
  throw new SurefootError({
    code: "pattern-no-match",
    message: `"${term.name}" names no host and no group of ${inventory.dir}`,
    frame: frame(pattern, term.at),
    hint: knownNames(term.name, [...groups.keys()], [...hosts.keys()]),
  });
}

function named(inventory: Inventory, name: string): readonly string[] {
  if (inventory.hosts.has(name)) return [name];
  if (!isGlob(name)) return [];
  const glob = globOf(name);
  // `a*` asks for names that begin so, not for every host by way of `all`.
  const inGroups = [...inventory.groups.keys()].filter((group) => group !== ALL && glob.test(group));
  return [...inventory.hosts.values()]
    .filter((host) => glob.test(host.name) || host.groups.some((group) => inGroups.includes(group)))
    .map((host) => host.name);
}

function knownNames(name: string, groups: readonly string[], hosts: readonly string[]): string {
  const near = suggest(name, [...groups, ...hosts], "").trim();
  const all = `Groups: ${some(groups)}. Hosts: ${some(hosts)}.`;
  return near === "" ? all : `${near} ${all}`;
}

function some(names: readonly string[]): string {
  const more = names.length - SHOWN_NAMES;
  return more > 1 ? `${names.slice(0, SHOWN_NAMES).join(", ")} and ${more} more` : names.join(", ");
}

function invalid(pattern: string, at: number, message: string): SurefootError {
  const hint = "Write names, groups or globs: a:b for both, a:&b for the common ones, a:!b without b.";
  return new SurefootError({ code: "pattern-invalid", message, frame: frame(pattern, at), hint });
}

function frame(pattern: string, at: number): string {
  return `  ${printable(pattern)}\n  ${" ".repeat(at)}^`;
}
