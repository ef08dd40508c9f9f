import { suggest } from "../model/did-you-mean.js";
import { SurefootError } from "../model/error.js";
import type { FilePlace } from "../model/place.js";
import { ansibleReason } from "./ansible/reason.js";
import type { Host, Inventory } from "./host.js";
import { candidates } from "./host.js";
import { lineages } from "./lineage.js";
import type { Located } from "./located.js";
import { isMap, nodeAt } from "./located.js";
import type { Candidate, VariableSource } from "./tree.js";
import { parseVarPath } from "./var-path.js";

/** One value that a host's variable has or might have had. */
export interface Explained {
  readonly value: Located;
  /** Where the value stands. */
  readonly place: FilePlace;
  /** Who says so: `group clients`, `host web1` or `--extra-var`. */
  readonly from: string;
  /** The group, where it is said for one. */
  readonly group?: string;
  /** Why it holds, or why it does not. */
  readonly why: string;
}

/** Where a host's variable comes from. */
export interface Explanation {
  readonly host: string;
  readonly path: string;
  /** Whether the value is put together key by key from all that give it. */
  readonly merged: boolean;
  readonly winner: Explained;
  /** The others, strongest first. */
  readonly losers: readonly Explained[];
}

/**
 * A host by its name.
 * @throws SurefootError `host-unknown`.
 */
export function findHost(inventory: Inventory, name: string): Host {
  const host = inventory.hosts.get(name);
  if (host !== undefined) return host;
  const otherwise = `See what there is: surefoot inventory list -i ${inventory.dir}`;
  const hint = suggest(name, inventory.hosts.keys(), otherwise);
  throw new SurefootError({ code: "host-unknown", message: `${inventory.dir} has no host ${name}`, hint });
}

/**
 * Finds the value of a host's variable, and every other value that it might have had.
 * @param varPath `gateways`, or a part of it: `gateways[0].address`.
 * @throws SurefootError `host-unknown`, `variable-unknown`, or `flag-invalid` for a path that is none.
 */
export function explainVariable(inventory: Inventory, hostName: string, varPath: string): Explanation {
  const host = findHost(inventory, hostName);
  const [name, ...rest] = parseVarPath(varPath);
  const whole = host.vars.get(name);
  const value = whole === undefined ? undefined : nodeAt(whole, rest);
  const [top, ...others] = candidates(host, name, rest);
  if (value === undefined || top === undefined) throw unknown(host, varPath, name);
  const merged = host.reserved.includes(name) && rest.length === 0 && isMap(value.value);
  const { depth } = lineages(inventory.groups);
  const because = (loser: VariableSource, winner: VariableSource): string =>
    inventory.dialect === "ansible"
      ? ansibleReason(loser, winner, depth, inventory.groups)
      : reason(loser, winner, depth);
  const losers = others.map((other, i) => {
    const above = [top, ...others.slice(0, i)];
    return told(other, merged ? share(other, above) : because(other.source, top.source));
  });
  const won =
    top.source.level === "extra"
      ? EXTRA_WINS
      : inventory.dialect === "ansible"
        ? "it is the strongest"
        : "it is nearest to the host";
  const why = others.length === 0 ? "nothing else gives it" : merged ? share(top, []) : won;
  return { host: host.name, path: varPath, merged, winner: { ...told(top, why), value }, losers };
}

const EXTRA_WINS = "the command line wins over every file";

function told({ source, value }: Candidate, why: string): Explained {
  const { from, group } = source;
  return { value, place: value.place, from, why, ...(group === undefined ? {} : { group }) };
}

/** What a mapping that is merged key by key gives, the stronger ones having been taken first. */
function share({ value }: Candidate, above: readonly Candidate[]): string {
  const keys = (node: Located): readonly string[] => (isMap(node.value) ? [...node.value.keys()] : []);
  if (!isMap(value.value) || above.some((one) => !isMap(one.value.value))) return "it is replaced as a whole";
  const taken = new Set(above.flatMap((one) => keys(one.value)));
  const left = keys(value).filter((key) => !taken.has(key));
  return left.length === 0 ? "each of its keys is given nearer to the host" : `it gives ${left.join(", ")}`;
}

function reason(loser: VariableSource, winner: VariableSource, depth: (group: string) => number): string {
  if (winner.level === "extra")
    return loser.level === "extra" ? "of several --extra-var the last wins" : EXTRA_WINS;
  if (loser.level !== winner.level) return `${winner.from} is nearer to the host`;
  if (winner.group !== undefined && loser.group !== undefined && loser.group !== winner.group) {
    const [low, high] = [depth(loser.group), depth(winner.group)];
    if (low === 0) return "every group wins over all";
    return low === high
      ? `${winner.group} and ${loser.group} are equally deep, and the later in the alphabet wins`
      : `${winner.group} is deeper in the groups than ${loser.group} (${high} against ${low})`;
  }
  if (loser.inline !== winner.inline) return `${winner.level}_vars win over hosts.yml`;
  return loser.inline ? "hosts.yml says the same in another group" : "of several files the last by name wins";
}

function unknown(host: Host, path: string, name: string): SurefootError {
  const given = host.vars.get(name);
  if (given !== undefined) {
    const hint = `Look at the whole: surefoot inventory explain ${host.name} ${name}`;
    const message = `${name} of ${host.name} has no ${path}`;
    return new SurefootError({ code: "variable-unknown", message, place: given.key ?? given.place, hint });
  }
  const hint = suggest(name, host.vars.keys(), `It has ${[...host.vars.keys()].join(", ") || "none"}.`);
  const message = `${host.name} has no variable ${name}`;
  return new SurefootError({ code: "variable-unknown", message, place: host.place, hint });
}
