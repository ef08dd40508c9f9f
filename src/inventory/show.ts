import { stringify } from "yaml";
import { suggest } from "../model/did-you-mean.js";
import { SurefootError } from "../model/error.js";
import type { Json } from "../model/json.js";
import { formatPlace } from "../model/place.js";
import { MASK } from "../model/plan.js";
import type { Target } from "../model/target.js";
import type { Host, Inventory } from "./host.js";
import { candidates } from "./host.js";
import type { Located } from "./located.js";
import { isMap, toPlain } from "./located.js";
import { RESERVED } from "./target.js";
import type { Candidate } from "./tree.js";

/**
 * A host by its name.
 * @throws SurefootError `host-unknown`.
 */
export function findHost(inventory: Inventory, name: string): Host {
  const host = inventory.hosts.get(name);
  if (host !== undefined) return host;
  throw new SurefootError({
    code: "host-unknown",
    message: `${inventory.dir} has no host ${name}`,
    hint: suggest(
      name,
      inventory.hosts.keys(),
      `See what there is: surefoot inventory list -i ${inventory.dir}`,
    ),
  });
}

/** A variable as it may be shown: a password that stands in the inventory itself is masked. */
function shown(name: string, located: Located): Json {
  const plain = toPlain(located);
  if (name !== "become" || !isMap(located.value) || typeof plain !== "object" || plain === null) return plain;
  return { ...plain, ...(located.value.has("password") ? { password: MASK } : {}) };
}

function way(target: Target): Readonly<Record<string, Json>> {
  const { become, ...rest } = target;
  return { ...rest, become: become === null ? null : { user: become.user } };
}

/** A host for people: groups, way, and every variable with its place. */
export function showHost(host: Host): string {
  const lines = [`host: ${host.name}  # ${formatPlace(host.place)}`, `groups: [${host.groups.join(", ")}]`];
  lines.push("reached by:", indent(stringify(way(host.target)).trimEnd()));
  lines.push("variables:");
  for (const [name, located] of host.vars) {
    lines.push(`  # ${formatPlace(located.key ?? located.place)}`);
    lines.push(indent(stringify({ [name]: shown(name, located) }).trimEnd()));
  }
  return `${lines.join("\n")}\n`;
}

/** The same as plain data. */
export function showHostJson(host: Host): Json {
  const vars = [...host.vars].map(([name, located]): [string, Json] => [
    name,
    { value: shown(name, located), place: formatPlace(located.place) },
  ]);
  return {
    host: host.name,
    groups: host.groups,
    reached: way(host.target),
    variables: Object.fromEntries(vars),
  };
}

function known(host: Host, name: string): readonly Candidate[] {
  const all = candidates(host, name);
  if (all.length > 0) return all;
  throw new SurefootError({
    code: "variable-unknown",
    message: `${host.name} has no variable ${name}`,
    hint: suggest(name, host.vars.keys(), `It has ${[...host.vars.keys()].join(", ")}.`),
  });
}

function fate(name: string, winner: Candidate, loser: Candidate): string {
  if (RESERVED.includes(name)) return `merged under ${winner.from}`;
  return loser.from === winner.from
    ? `${winner.from} gives it again later`
    : `${winner.from} is nearer to the host`;
}

/**
 * Where a host's variable comes from, for people.
 * @throws SurefootError `variable-unknown`.
 */
export function explain(host: Host, name: string): string {
  const [winner, ...losers] = known(host, name);
  const value = host.vars.get(name);
  if (winner === undefined || value === undefined) return "";
  const lines = [
    stringify({ [name]: shown(name, value) }).trimEnd(),
    `from ${winner.from}, ${formatPlace(winner.value.place)}`,
  ];
  for (const loser of losers) {
    const text = JSON.stringify(shown(name, loser.value));
    lines.push(
      `  over ${text} from ${loser.from}, ${formatPlace(loser.value.place)}: ${fate(name, winner, loser)}`,
    );
  }
  return `${lines.join("\n")}\n`;
}

/** The same as plain data. */
export function explainJson(host: Host, name: string): Json {
  const [winner, ...losers] = known(host, name);
  const value = host.vars.get(name);
  if (winner === undefined || value === undefined) return null;
  const entry = ({ from, value: located }: Candidate): { readonly [key: string]: Json } => ({
    value: shown(name, located),
    from,
    place: formatPlace(located.place),
  });
  return {
    host: host.name,
    variable: name,
    ...entry({ ...winner, value: { ...value, place: winner.value.place } }),
    lost: losers.map((loser) => ({ ...entry(loser), why: fate(name, winner, loser) })),
  };
}

function indent(text: string): string {
  return text.replace(/^/gm, "  ");
}
