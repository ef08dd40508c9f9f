import { readdir, readFile } from "node:fs/promises";
import { dirname, isAbsolute, join } from "node:path";
import { globMatches } from "../known-hosts.js";

/** A line of an ssh_config file that sets something, with all that must hold for it to count. */
export interface Setting {
  /** In small letters. */
  readonly keyword: string;
  readonly value: string;
  /** Numbers of the `Host` lines that enclose it. */
  readonly hosts: readonly number[];
  /** Whether a `Match` line encloses it: whether that holds only ssh can tell. */
  readonly matched: boolean;
}

/** What ssh_config files hold, as far as it decides which hosts get the same answer from `ssh -G`. */
export interface ConfigText {
  readonly settings: readonly Setting[];
  /** Patterns of each `Host` line, by its number. */
  readonly hosts: readonly (readonly string[])[];
  /** Something could not be followed (an unreadable file, an odd Include): nothing is known of what it sets. */
  readonly opaque: boolean;
}

/** Includes may nest so deep (readconf.h, READCONF_MAX_DEPTH). */
const MAX_DEPTH = 16;

/** Splits arguments as ssh does: by blanks, with double quotes around those that hold some. */
export function words(text: string): readonly string[] {
  return [...text.matchAll(/"([^"]*)"|([^\s"]+)/g)].map((match) => match[1] ?? match[2] ?? "");
}

/**
 * Reads ssh_config files with all that they include. Files that do not exist hold nothing.
 * @param home Folder that `~` stands for.
 */
export async function readConfig(
  files: readonly { readonly path: string; readonly base: string }[],
  home: string,
): Promise<ConfigText> {
  const settings: Setting[] = [];
  const hosts: (readonly string[])[] = [];
  let opaque = false;

  const include = async (value: string, base: string, outer: Scope, depth: number): Promise<void> => {
    for (const word of words(value)) {
      const path = word.startsWith("~/")
        ? join(home, word.slice(2))
        : isAbsolute(word)
          ? word
          : join(base, word);
      const found = /[~${}[\]]|\*.*\//.test(path) ? null : await matching(path);
      if (found === null) opaque = true;
      else for (const file of found) await read(file, base, outer, depth + 1);
    }
  };

  const read = async (path: string, base: string, outer: Scope, depth: number): Promise<void> => {
    if (depth > MAX_DEPTH) {
      opaque = true;
      return;
    }
    const text = await readFile(path, "utf8").catch((thrown: unknown) => {
      if (!isMissing(thrown)) opaque = true;
      return "";
    });
    let scope = outer;
    for (const line of text.split(/\r?\n/)) {
      const match = /^\s*([A-Za-z0-9]+)(?:\s*=\s*|\s+)(.*?)\s*$/.exec(line);
      if (match === null) continue;
      const keyword = (match[1] ?? "").toLowerCase();
      const value = match[2] ?? "";
      if (keyword === "host") {
        hosts.push(words(value));
        scope = { ...outer, hosts: [...outer.hosts, hosts.length - 1] };
      } else if (keyword === "match") {
        scope = value.trim().toLowerCase() === "all" ? outer : { ...outer, matched: true };
      } else if (keyword === "include") await include(value, base, scope, depth);
      else settings.push({ keyword, value, ...scope });
    }
  };

  for (const { path, base } of files) await read(path, base, { hosts: [], matched: false }, 0);
  return { settings, hosts, opaque };
}

type Scope = Pick<Setting, "hosts" | "matched">;

function isMissing(thrown: unknown): boolean {
  return (
    thrown instanceof Error && "code" in thrown && (thrown.code === "ENOENT" || thrown.code === "ENOTDIR")
  );
}

/** Files that a path with wildcards in its last part stands for, in the order of the C locale. */
async function matching(path: string): Promise<readonly string[]> {
  if (!/[*?]/.test(path)) return [path];
  const pattern = path.slice(dirname(path).length + 1);
  const names = await readdir(dirname(path)).catch(() => []);
  return names
    .filter((name) => !name.startsWith(".") && globMatches(pattern, name))
    .sort()
    .map((name) => join(dirname(path), name));
}

/** Whether the patterns of a `Host` line hold for a name: one matches, and none that begins with `!`. */
export function hostMatches(patterns: readonly string[], name: string): boolean {
  const hits = (pattern: string): boolean => globMatches(pattern, name);
  return (
    patterns.some((pattern) => !pattern.startsWith("!") && hits(pattern)) &&
    !patterns.some((pattern) => pattern.startsWith("!") && hits(pattern.slice(1)))
  );
}
