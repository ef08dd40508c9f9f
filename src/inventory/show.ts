import { stringify } from "yaml";
import type { Json } from "../model/json.js";
import { formatPlace } from "../model/place.js";
import { MASK } from "../model/plan.js";
import { secrets } from "../model/secret.js";
import type { Become, Target } from "../model/target.js";
import type { Explained, Explanation } from "./explain.js";
import type { Host } from "./host.js";
import type { Located } from "./located.js";
import { isMap, toPlain } from "./located.js";
import { isSecretName, printable } from "./mask.js";
import { parseVarPath } from "./var-path.js";

/** A value as it may be shown: what its name or a name within it says to be a password is masked. */
function masked(name: string, value: Json): Json {
  if (isSecretName(name)) return MASK;
  if (typeof value !== "object" || value === null) return value;
  if (isJsonList(value)) return value.map((item) => masked("", item));
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, masked(key, inner)]));
}

function isJsonList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

function shown(name: string, located: Located): Json {
  const plain = toPlain(located, (secret) => secret.shown);
  // Before it is written out: YAML breaks long lines, and a secret that is broken in two would not be recognised.
  return secrets.maskAll(masked(name, plain));
}

function way(target: Target): { readonly [key: string]: Json } {
  const { become, becomeAs, given: _given, password, passphrase, ...shown } = target;
  const shownRest = secrets.maskAll({
    ...shown,
    ...(password === undefined ? {} : { password: MASK }),
    ...(passphrase === undefined ? {} : { passphrase: MASK }),
  });
  return {
    ...shownRest,
    become: become === null ? null : withoutPassword(become),
    ...(becomeAs === undefined ? {} : { becomeAs: withoutPassword(becomeAs) }),
  };
}

function withoutPassword({ password, ...become }: Become): { readonly [key: string]: Json } {
  return { ...become, ...(password === undefined ? {} : { password: MASK }) };
}

function yaml(value: Json): string {
  return stringify(value, { aliasDuplicateObjects: false }).trimEnd();
}

function comment({ key, place }: Pick<Located, "key" | "place">): string {
  return `# ${formatPlace(key ?? place)}`;
}

/** A host for people, as YAML: groups, way, and every variable below the place that it came from. Passwords are masked. */
export function showHost(host: Host): string {
  const lines = [`host: ${host.name} ${comment(host)}`, `groups: [${host.groups.join(", ")}]`];
  lines.push("reached by:", indent(yaml(way(host.target))));
  lines.push(host.vars.size === 0 ? "variables: {}" : "variables:");
  for (const [name, located] of host.vars) {
    const merged = host.reserved.includes(name);
    lines.push(indent(merged ? parts(name, located) : variable(name, located)));
  }
  return printable(`${lines.join("\n")}\n`);
}

function variable(name: string, located: Located): string {
  return `${comment(located)}\n${yaml({ [name]: shown(name, located) })}`;
}

/** Put together from several places, so that each key has its own. */
function parts(name: string, located: Located): string {
  if (!isMap(located.value) || located.value.size === 0) return variable(name, located);
  const keys = [...located.value].map(([key, one]) => `${comment(one)}\n${yaml({ [key]: shown(key, one) })}`);
  return `${name}:\n${indent(keys.join("\n"))}`;
}

/** The same as plain data. */
export function showHostJson(host: Host): Json {
  const vars = [...host.vars].map(([name, located]): [string, Json] => [
    name,
    { value: shown(name, located), place: formatPlace(located.key ?? located.place) },
  ]);
  return {
    host: host.name,
    groups: host.groups,
    reached: way(host.target),
    variables: Object.fromEntries(vars),
  };
}

/** The name by which a part of a variable is judged: a password's own, where the path goes through one. */
function judgedBy(path: string): string {
  const steps = parseVarPath(path);
  return steps.find(isSecretName) ?? steps.at(-1) ?? "";
}

/** Where a host's variable comes from, for people. */
export function showExplanation({ path, merged, winner, losers }: Explanation): string {
  const name = judgedBy(path);
  const origin = ({ from, place }: Explained): string => `from ${from}, ${formatPlace(place)}`;
  const lines = [
    yaml({ [path]: shown(name, winner.value) }),
    // Only of a value that was put together its own share is worth saying.
    merged && losers.length > 0 ? `${origin(winner)}: ${winner.why}` : origin(winner),
    ...losers.map(
      (loser) => `  over ${JSON.stringify(shown(name, loser.value))} ${origin(loser)}: ${loser.why}`,
    ),
  ];
  return printable(`${lines.join("\n")}\n`);
}

/** The same as plain data. */
export function explanationJson({ host, path, winner, losers }: Explanation): Json {
  const name = judgedBy(path);
  const entry = ({ from, value, place, why }: Explained): { readonly [key: string]: Json } => ({
    value: shown(name, value),
    from,
    place: formatPlace(place),
    why,
  });
  return { host, variable: path, ...entry(winner), lost: losers.map(entry) };
}

function indent(text: string): string {
  return text.replace(/^/gm, "  ");
}
