import { ProbeError } from "../../model/resource.js";
import type { Sh } from "../../model/sh.js";
import { sh } from "../../model/sh.js";

/** Mode and owners of a file or directory; what is absent is not known or not managed. */
export interface Ownership {
  /** Four octal digits. */
  readonly mode?: string;
  readonly owner?: string;
  readonly group?: string;
}

/** A regular file. */
export interface FileState extends Ownership {
  /** The content, as text or in base64. */
  readonly content: string;
  /** `base64` for what is no UTF-8 text. */
  readonly encoding: "utf8" | "base64";
}

/** Largest file whose content is read. */
const MAX_BYTES = 4 * 1024 * 1024;

/**
 * Says what a path is, following symlinks: `absent`, or mode, owner, group, size and kind. "Absent" is said only where the kernel
 * says so; a folder that may not be searched is an error.
 */
export function statProbe(path: string): Sh {
  return sh`s=$(stat -L -c '%a %U %G %s %F' -- ${path} 2>&1) || case $s in
*'No such file'*|*'Not a directory'*) echo absent; exit 0 ;;
*) printf '%s\\n' "$s" >&2; exit 1 ;;
esac
printf '%s\\n' "$s"`;
}

/** Reads a file: the line of {@link statProbe}, then its content in base64. */
export function fileProbe(path: string): Sh {
  return sh`${statProbe(path)}
case $s in *' regular'*) ;; *) exit 0 ;; esac
set -- $s
[ "$4" -gt ${MAX_BYTES} ] || base64 < ${path}`;
}

/** What {@link statProbe} said. */
export interface Stat extends Required<Ownership> {
  readonly size: number;
  /** As stat(1) names it: `regular file`, `directory`. */
  readonly kind: string;
}

/** Reads the line of {@link statProbe}; null for an absent path. */
export function parseStat(line: string): Stat | null {
  if (line === "absent") return null;
  const [mode = "", owner = "", group = "", size = "", ...kind] = line.split(" ");
  if (!/^[0-7]+$/.test(mode))
    throw new ProbeError(`stat said "${line}"`, "The host's stat is not one that Surefoot knows.");
  return { mode: mode.padStart(4, "0"), owner, group, size: Number(size), kind: kind.join(" ") };
}

/** Reads the output of {@link fileProbe}. */
export function parseFile(output: string, path: string): FileState | null {
  const end = output.indexOf("\n");
  const stat = parseStat(end < 0 ? output : output.slice(0, end));
  if (stat === null) return null;
  if (!stat.kind.startsWith("regular")) {
    throw new ProbeError(`${path} is a ${stat.kind}`, "Remove it by hand, or give another path.");
  }
  if (stat.size > MAX_BYTES) {
    throw new ProbeError(
      `${path} has ${stat.size} bytes`,
      `Files of more than ${MAX_BYTES} bytes are not managed.`,
    );
  }
  const { mode, owner, group } = stat;
  return { ...encode(Buffer.from(output.slice(end + 1), "base64")), mode, owner, group };
}

/** Content as it stands in a state: text where it is valid UTF-8 without NUL, base64 otherwise. */
export function encode(bytes: Buffer): Pick<FileState, "content" | "encoding"> {
  const text = bytes.toString("utf8");
  const isText = !text.includes("\0") && Buffer.from(text, "utf8").equals(bytes);
  return isText
    ? { content: text, encoding: "utf8" }
    : { content: bytes.toString("base64"), encoding: "base64" };
}
