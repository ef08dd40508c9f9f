import { basename, dirname } from "node:path";
import type { Sh } from "../../model/sh.js";
import { sh } from "../../model/sh.js";
import type { Dropin, Dropins, Line } from "./dropins.js";
import { FOLDERS, ownLine, PROCPS_LAST } from "./dropins.js";
import { normalValue, sysctlPath } from "./key.js";

/**
 * Lists every drop-in, then prints each line that is no comment as `FILE:LINE:TEXT`. The same for all sysctl tasks of a host, which
 * then run it once; one process, for a shell that reads byte by byte (dash) is slower.
 */
export const DUMP: Sh = sh`set -- /etc/sysctl.d/*.conf /run/sysctl.d/*.conf /usr/local/lib/sysctl.d/*.conf /usr/lib/sysctl.d/*.conf
[ -h /lib ] || set -- "$@" /lib/sysctl.d/*.conf
set -- "$@" ${PROCPS_LAST}
for f do
shift
if [ ! -e "$f" ]; then continue
elif [ ! -f "$f" ]; then k=special
elif [ ! -r "$f" ]; then k=unreadable
else k=file; set -- "$@" "$f"
fi
printf '%s %s\\n' $k "$f"
done
echo
grep -n '^[[:space:]]*[^#;[:space:]]' /dev/null "$@" || [ $? -eq 1 ]`;

/** What was parsed last: every sysctl task of a host reads the same output, and most hosts' outputs are the same. */
let last: { readonly output: string; readonly files: Dropins } | undefined;

/** Reads the output of {@link DUMP}. */
export function parseDump(output: string): Dropins {
  if (last?.output !== output) last = { output, files: parseFiles(output) };
  return last.files;
}

function parseFiles(output: string): Dropins {
  const end = output.indexOf("\n\n");
  const lines = output
    .slice(end + 2)
    .split("\n")
    .flatMap(parseLine);
  const files = new Map<string, Dropin>();
  for (const row of output.slice(0, Math.max(end, 0)).split("\n")) {
    const [, kind, file = ""] = /^(\w+) (.+)$/.exec(row) ?? [];
    if (kind !== "file" && kind !== "special" && kind !== "unreadable") continue;
    files.set(file, { kind, lines: lines.filter((line) => line.file === file) });
  }
  return files;
}

function parseLine(row: string): readonly Line[] {
  const [, file = "", line, text = ""] = /^(.+?\.conf):(\d+):(.*)$/.exec(row) ?? [];
  const [, dash, key = "", assigned] = /^\s*(-?)\s*([^=]+?)\s*(=.*)?$/.exec(text) ?? [];
  if (line === undefined || key === "" || (dash === "" && assigned === undefined)) return [];
  const value = assigned === undefined ? null : normalValue(assigned.slice(1));
  return [{ file, line: Number(line), text, path: sysctlPath(key), value }];
}

/**
 * The output of {@link DUMP} once a file sets a parameter by a line, in place of the one that set it before or as a new last one.
 * @returns undefined where the output is not as it should be.
 */
export function foreseeDump(output: string, file: string, path: string, text: string): string | undefined {
  const end = output.indexOf("\n\n");
  if (end < 0) return undefined;
  const rows = output.slice(0, end).split("\n");
  const lines = output
    .slice(end + 2)
    .split("\n")
    .slice(0, -1);
  const row = `file ${file}`;
  if (!rows.includes(row)) {
    rows.splice(placeOf(rows.map(pathOf), file), 0, row);
    lines.splice(placeOf(lines.map(pathOf), file), 0, `${file}:1:${text}`);
  } else {
    const own = ownLine(parseDump(output), file, path);
    const last = lines.findLastIndex((line) => pathOf(line) === file);
    if (own !== undefined) {
      lines[lines.indexOf(`${file}:${own.line}:${own.text}`)] = `${file}:${own.line}:${text}`;
    } else {
      // Comments at its end are not listed: the number is a guess then.
      const number = Number(/^.+?\.conf:(\d+):/.exec(lines[last] ?? "")?.[1] ?? 0) + 1;
      lines.splice(last < 0 ? placeOf(lines.map(pathOf), file) : last + 1, 0, `${file}:${number}:${text}`);
    }
  }
  return `${rows.join("\n")}\n\n${lines.map((line) => `${line}\n`).join("")}`;
}

/** The file that a row or a line of the output is about. */
const pathOf = (row: string): string => /^(?:\w+ (.+)$|(.+?\.conf):)/.exec(row)?.slice(1).find(Boolean) ?? "";

/** Where a file stands among others, in the order in which the shell lists them. */
function placeOf(others: readonly string[], file: string): number {
  const rank = (one: string): readonly [number, string] => [
    one === PROCPS_LAST ? FOLDERS.length : FOLDERS.indexOf(dirname(one)),
    basename(one),
  ];
  const [folder, name] = rank(file);
  const at = others.findIndex((other) => {
    const [otherFolder, otherName] = rank(other);
    return otherFolder > folder || (otherFolder === folder && otherName > name);
  });
  return at < 0 ? others.length : at;
}
