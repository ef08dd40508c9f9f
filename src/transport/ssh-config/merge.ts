import { isIP } from "node:net";
import { isAbsolute, join } from "node:path";
import type { Target, TargetField } from "../../model/target.js";
import { FOLLOWED, HARMLESS, SYSTEM_ONLY } from "./keywords.js";

/** What `ssh -G` printed: the values of each keyword in small letters, in order. */
export type Answer = ReadonlyMap<string, readonly string[]>;

/** Reads what `ssh -G` printed. */
export function parseAnswer(text: string): Answer {
  const answer = new Map<string, string[]>();
  for (const line of text.split("\n")) {
    const space = line.indexOf(" ");
    if (space <= 0) continue;
    const keyword = line.slice(0, space).toLowerCase();
    answer.set(keyword, [...(answer.get(keyword) ?? []), line.slice(space + 1)]);
  }
  return answer;
}

/** A target with what ssh_config says of it, and what was found there that is not followed. */
export interface Merged {
  readonly target: Target;
  /** Keywords as `ssh -G` prints them, with their values. */
  readonly unsupported: readonly string[];
}

/** Facts of this machine that the merge needs. */
export interface Surroundings {
  /** Home of the user as the system knows it. */
  readonly home: string;
  /** Whether there is a Kerberos ticket to log in with. */
  readonly ticket: boolean;
}

/**
 * Puts what ssh_config sets for a host under what the inventory says. What is as in `defaults`, the answer without any file, is
 * not set.
 */
export function mergeConfig(target: Target, answer: Answer, defaults: Answer, around: Surroundings): Merged {
  const given = new Set<TargetField>(target.given ?? []);
  const set = (keyword: string): readonly string[] | undefined => {
    const values = answer.get(keyword);
    const same = values === undefined || values.join("\n") === (defaults.get(keyword) ?? []).join("\n");
    return same ? undefined : values;
  };
  const one = (keyword: string): string | undefined => set(keyword)?.[0];
  const paths = (keyword: string): readonly string[] | undefined =>
    set(keyword)?.map((path) => expandPath(path, target, answer, around.home));
  const fields: Fields = {
    ...optional("address", isIP(target.address) === 0 ? answer.get("hostname")?.[0] : undefined),
    ...optional("port", number(one("port"))),
    ...optional("user", answer.get("user")?.[0]),
    ...optional("identityFiles", paths("identityfile")),
    ...optional("certificateFiles", paths("certificatefile")),
    ...optional(
      "identitiesOnly",
      one("identitiesonly") === undefined ? undefined : one("identitiesonly") === "yes",
    ),
    ...optional("identityAgent", agent(one("identityagent"), target, answer, around.home)),
    ...optional("hostKeyAlias", one("hostkeyalias")),
    ...optional("connectTimeout", number(one("connecttimeout"))),
    ...optional("knownHostsFiles", knownHosts(set, answer, target, around.home)),
    ...optional("keepalive", keepalive(one("serveraliveinterval"), answer)),
    ...optional("env", environment(set("setenv"))),
    ...way(one("proxycommand"), one("proxyjump"), given),
  };
  const kept = Object.fromEntries(
    Object.entries(fields).filter(
      ([field]) => field === "address" || ![...given].some((name) => name === field),
    ),
  );
  const system = target.transport === undefined && needsSystem(set, around);
  return {
    target: {
      ...target,
      ...kept,
      configName: target.address,
      ...(system ? { transport: "system" as const } : {}),
    },
    unsupported: unsupported(answer, set),
  };
}

type Fields = Partial<Pick<Target, TargetField>>;
type Values = (keyword: string) => readonly string[] | undefined;

function optional<K extends TargetField>(field: K, value: Target[K] | undefined): Fields {
  return value === undefined ? {} : { [field]: value };
}

function number(text: string | undefined): number | undefined {
  return text === undefined || !/^\d+$/.test(text) || Number(text) === 0 ? undefined : Number(text);
}

/** Fills in the tokens of paths (ssh_config(5), TOKENS) and `~`; relative paths are taken from the working directory, as ssh does. */
function expandPath(path: string, target: Target, answer: Answer, home: string): string {
  const hostname = answer.get("hostname")?.[0] ?? target.address;
  const tokens: Readonly<Record<string, string>> = {
    "%": "%",
    d: home,
    h: hostname,
    k: answer.get("hostkeyalias")?.[0] ?? hostname,
    n: target.address,
    p: answer.get("port")?.[0] ?? String(target.port),
    r: answer.get("user")?.[0] ?? target.user,
    u: process.env.USER ?? "",
    i: String(process.getuid?.() ?? ""),
  };
  const text = path
    .replace(/%(.)/g, (whole, token: string) => tokens[token] ?? whole)
    .replace(/\$\{(\w+)\}/g, (whole, name: string) => process.env[name] ?? whole);
  return text === "~" || text.startsWith("~/") ? join(home, text.slice(1)) : text;
}

function agent(value: string | undefined, target: Target, answer: Answer, home: string): string | undefined {
  if (value === undefined || value === "none") return value;
  if (value === "SSH_AUTH_SOCK") return process.env.SSH_AUTH_SOCK;
  if (value.startsWith("$") && !value.startsWith("${")) return process.env[value.slice(1)];
  return expandPath(value, target, answer, home);
}

/** `ssh -G` prints paths with blanks between them and without quotes: what does not begin a path goes on with the one before. */
function splitPaths(text: string): readonly string[] {
  const paths: string[] = [];
  for (const word of text.split(" ")) {
    const last = paths.at(-1);
    if (last === undefined || isAbsolute(word) || word.startsWith("~") || word === "none") paths.push(word);
    else paths[paths.length - 1] = `${last} ${word}`;
  }
  return paths.filter((path) => path !== "none");
}

function knownHosts(
  set: Values,
  answer: Answer,
  target: Target,
  home: string,
): readonly string[] | undefined {
  if (set("userknownhostsfile") === undefined && set("globalknownhostsfile") === undefined) return undefined;
  return ["userknownhostsfile", "globalknownhostsfile"]
    .flatMap((keyword) => splitPaths(answer.get(keyword)?.[0] ?? "none"))
    .map((path) => expandPath(path, target, answer, home));
}

function keepalive(interval: string | undefined, answer: Answer): Target["keepalive"] {
  const seconds = number(interval);
  if (seconds === undefined) return undefined;
  return { interval: seconds, count: number(answer.get("serveralivecountmax")?.[0]) ?? 3 };
}

function environment(lines: readonly string[] | undefined): Target["env"] {
  if (lines === undefined) return undefined;
  return Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]),
  );
}

/** How to get there: one way only, and none from here where the inventory says one. */
function way(command: string | undefined, jump: string | undefined, given: ReadonlySet<TargetField>): Fields {
  if (given.has("proxyCommand") || given.has("jump")) return {};
  if (command !== undefined && command !== "none") return { proxyCommand: command };
  if (jump === undefined || jump === "none") return {};
  // Marked as addresses, not names of the inventory: ssh knows nothing of those.
  const hops = jump.split(",").map((hop) => (hop.startsWith("ssh://") ? hop : `ssh://${hop}`));
  return { jump: hops.join(",") };
}

function needsSystem(set: Values, around: Surroundings): boolean {
  const on = (keyword: string): boolean => {
    const value = set(keyword)?.[0];
    return value !== undefined && value !== "no" && value !== "none";
  };
  return [...SYSTEM_ONLY].some(on) || (around.ticket && on("gssapiauthentication"));
}

function unsupported(answer: Answer, set: Values): readonly string[] {
  const found: string[] = [];
  for (const keyword of answer.keys()) {
    const value = set(keyword)?.[0];
    if (value === undefined) continue;
    if (keyword === "stricthostkeychecking") {
      if (value !== "true" && value !== "yes") found.push(`${keyword} ${value}`);
    } else if (
      !(keyword in FOLLOWED) &&
      !HARMLESS.has(keyword) &&
      !SYSTEM_ONLY.has(keyword) &&
      keyword !== "gssapiauthentication"
    ) {
      found.push(`${keyword} ${value}`);
    }
  }
  return found;
}
