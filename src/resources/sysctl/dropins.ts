import { basename, dirname } from "node:path";
import type { Sh } from "../../model/sh.js";
import { sh } from "../../model/sh.js";
import { normalValue, sysctlPath } from "./key.js";

/** Folders of sysctl.d(5), strongest first: a file hides those of its name in weaker folders. */
const FOLDERS = [
  "/etc/sysctl.d",
  "/run/sysctl.d",
  "/usr/local/lib/sysctl.d",
  "/usr/lib/sysctl.d",
  "/lib/sysctl.d",
];

/** Read by procps' `sysctl --system` after all others (sysctl(8)); by systemd-sysctl only where a drop-in links to it. */
export const PROCPS_LAST = "/etc/sysctl.conf";

/** One assignment in a file: `net.ipv4.ip_forward = 1`. */
export interface Assignment {
  readonly file: string;
  /** 1-based. */
  readonly line: number;
  /** Path below /proc/sys; may hold glob characters. */
  readonly path: string;
  readonly value: string;
}

/** What the drop-ins assign, by file. */
export type Dropins = ReadonlyMap<string, readonly Assignment[]>;

/**
 * Lists the drop-ins, a line `@FILE` each, then all their lines that may assign something, as `FILE:LINE:TEXT`. One process, and the same
 * script for all sysctl tasks of a host, which then run it once.
 */
export const DUMP: Sh = sh`set --
for f in /etc/sysctl.d/*.conf /run/sysctl.d/*.conf /usr/local/lib/sysctl.d/*.conf \
/usr/lib/sysctl.d/*.conf /lib/sysctl.d/*.conf /etc/sysctl.conf; do
[ ! -e "$f" ] || { set -- "$@" "$f"; printf '@%s\\n' "$f"; }
done
grep -n = -- /dev/null "$@" || [ $? -eq 1 ]`;

/** Reads the output of {@link DUMP}: assignments by file, files that assign nothing among them. */
export function parseDump(output: string): Dropins {
  const files = new Map<string, Assignment[]>();
  for (const row of output.split("\n")) {
    if (row.startsWith("@")) {
      files.set(row.slice(1), []);
      continue;
    }
    const [, file = "", line = "", text = ""] = /^(.*?):(\d+):(.*)$/.exec(row) ?? [];
    const [, key = "", value = ""] = /^\s*-?\s*([^\s#;=][^=]*?)\s*=(.*)$/.exec(text) ?? [];
    if (key !== "")
      files.get(file)?.push({ file, line: Number(line), path: sysctlPath(key), value: normalValue(value) });
  }
  return files;
}

/** The files that count, in the order of their names: those hidden by one of the same name in a stronger folder are left out. */
function visible(files: Dropins): readonly string[] {
  const byName = new Map<string, string>();
  for (const folder of FOLDERS) {
    for (const file of files.keys()) {
      const name = basename(file);
      if (dirname(file) === folder && !byName.has(name)) byName.set(name, file);
    }
  }
  return [...byName].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, file]) => file);
}

const isGlob = (path: string): boolean => /[*?[]/.test(path);

function globMatches(glob: string, path: string): boolean {
  const source = glob
    .replace(/[.+^${}()|\\]/g, "\\$&")
    .replaceAll("*", "[^/]*")
    .replaceAll("?", "[^/]");
  return new RegExp(`^${source}$`).test(path);
}

function lastOf(assignments: readonly Assignment[], path: string): Assignment | null {
  const exact = assignments.filter((one) => one.path === path).at(-1);
  // An explicit assignment wins over patterns, wherever they stand (sysctl.d(5)).
  return exact ?? assignments.filter((one) => isGlob(one.path) && globMatches(one.path, path)).at(-1) ?? null;
}

/** The assignment that systemd-sysctl makes at boot, or null where none is. */
export function atBoot(files: Dropins, path: string): Assignment | null {
  return lastOf(
    visible(files).flatMap((file) => files.get(file) ?? []),
    path,
  );
}

/** The assignment that stands after procps' `sysctl --system`, which takes whatever comes last. */
export function afterProcps(files: Dropins, path: string): Assignment | null {
  const all = [...visible(files), PROCPS_LAST].flatMap((file) => files.get(file) ?? []);
  return (
    all.filter((one) => one.path === path || (isGlob(one.path) && globMatches(one.path, path))).at(-1) ?? null
  );
}
