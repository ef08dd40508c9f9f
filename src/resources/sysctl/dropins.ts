import { basename, dirname } from "node:path";

/** Folders of sysctl.d(5), strongest first: a file hides those of its name in weaker folders. */
export const FOLDERS = [
  "/etc/sysctl.d",
  "/run/sysctl.d",
  "/usr/local/lib/sysctl.d",
  "/usr/lib/sysctl.d",
  "/lib/sysctl.d",
];

/** Read by procps' `sysctl --system` after all others (sysctl(8)); by systemd-sysctl only where a drop-in links to it. */
export const PROCPS_LAST = "/etc/sysctl.conf";

/** One line of a file that sets a parameter, or keeps patterns off it. */
export interface Line {
  readonly file: string;
  /** 1-based. */
  readonly line: number;
  /** The line as it stands. */
  readonly text: string;
  /** Path below /proc/sys; may hold glob characters. */
  readonly path: string;
  /** null: no pattern shall set it (`-key` without a value). */
  readonly value: string | null;
}

/** A drop-in. `special`: it is no regular file, which systemd takes for none: a link to /dev/null switches it off. */
export interface Dropin {
  readonly kind: "file" | "special" | "unreadable";
  readonly lines: readonly Line[];
}

/** The drop-ins of a host by path, and /etc/sysctl.conf. */
export type Dropins = ReadonlyMap<string, Dropin>;

/** The last line of a file that sets a parameter by its name, which is the one that counts there. */
export function ownLine(files: Dropins, file: string, path: string): Line | undefined {
  return files.get(file)?.lines.findLast((line) => line.path === path && line.value !== null);
}

/** The drop-ins as they are once a file sets a parameter: in the line that set it before, else in a new last one. */
export function withValue(files: Dropins, file: string, path: string, value: string): Dropins {
  const own = ownLine(files, file, path);
  const lines = files.get(file)?.lines ?? [];
  const fresh: Line = { file, line: Number.POSITIVE_INFINITY, text: "", path, value };
  const changed =
    own === undefined ? [...lines, fresh] : lines.map((line) => (line === own ? { ...line, value } : line));
  return new Map([...files, [file, { kind: "file", lines: changed }]]);
}

/** The file in a stronger folder that hides one of the same name, if there is one. */
export function hiddenBy(files: Dropins, file: string): string | undefined {
  const stronger = FOLDERS.slice(0, FOLDERS.indexOf(dirname(file)));
  return stronger.map((folder) => `${folder}/${basename(file)}`).find((other) => files.has(other));
}

/** The files that systemd-sysctl reads, in its order: by name, whatever the folder. */
function visible(files: Dropins): readonly string[] {
  return [...files.keys()]
    .filter((file) => FOLDERS.includes(dirname(file)) && hiddenBy(files, file) === undefined)
    .sort((a, b) => (basename(a) < basename(b) ? -1 : 1));
}

/** The line by which systemd-sysctl sets a parameter at boot, or keeps it from being set; null where there is none. */
export function atBoot(files: Dropins, path: string): Line | null {
  return effective(
    visible(files).flatMap((file) => files.get(file)?.lines ?? []),
    path,
  );
}

/** The same for procps' `sysctl --system`. */
export function byProcps(files: Dropins, path: string): Line | null {
  return effective(
    [...visible(files), PROCPS_LAST].flatMap((file) => files.get(file)?.lines ?? []),
    path,
  );
}

/**
 * What comes of all lines, in the order of systemd-sysctl (seen in its sources, version 252): a later line replaces an earlier one of
 * the same name and takes its place at the end, unless it says the same; a name that is written out is never set by a pattern, wherever
 * that stands; of patterns the last wins.
 */
function effective(lines: readonly Line[], path: string): Line | null {
  const settings = new Map<string, Line>();
  for (const line of lines) {
    if (settings.get(line.path)?.value === line.value) continue;
    settings.delete(line.path);
    settings.set(line.path, line);
  }
  const exact = settings.get(path);
  if (exact !== undefined) return exact;
  return [...settings.values()].findLast((line) => line.value !== null && matches(line.path, path)) ?? null;
}

/** Whether a pattern of glob(7) matches a path; no part of it crosses a slash. */
function matches(pattern: string, path: string): boolean {
  if (!/[*?[]/.test(pattern)) return false;
  const source = pattern.replace(/\[!?[^\]]+\]|[\s\S]/g, (part) => {
    if (part === "*") return "[^/]*";
    if (part === "?") return "[^/]";
    if (part.length > 1) return part.replace(/^\[!/, "[^").replaceAll("\\", "\\\\");
    return part.replace(/[.+^${}()|[\]\\]/, "\\$&");
  });
  return new RegExp(`^${source}$`).test(path);
}
