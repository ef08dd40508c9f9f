import { ProbeError } from "../../model/resource.js";
import type { Sh } from "../../model/sh.js";
import { sh } from "../../model/sh.js";
import type { Accounts, Ownership, Stat } from "./stat.js";
import { foreseeStat, ownershipOf, parseStat, statProbe } from "./stat.js";

/** What a file holds: text where it is valid UTF-8 without NUL, else base64. */
export type Content = { readonly text: string } | { readonly base64: string };

/** A regular file. */
export interface FileState extends Ownership {
  /** Absent where only mode and owners are managed. */
  readonly content?: Content;
}

/** A symbolic link that is to be removed, or was. */
export interface LinkState extends Pick<Ownership, "owner" | "group"> {
  /** What it says, in the same form as a file's content. */
  readonly link: Content;
}

/** What may be at a path. */
export type PathState = FileState | LinkState;

/** Largest file whose content is read or written, in bytes. It travels in a script and stands in plans. */
export const MAX_BYTES = 4 * 1024 * 1024;

/** What a probe is to read. */
export interface Reading {
  /** Look through a symlink at what it leads to; else the link itself is what is read. */
  readonly follow: boolean;
  /** Read the content too. */
  readonly content: boolean;
}

/**
 * Reads a file: what {@link statProbe} says, then a line `content` and the content in base64, which carries NUL and newlines at the
 * end through any shell. Two processes where the file exists.
 */
export function fileProbe(path: string, { follow, content }: Reading): Sh {
  const read = sh`=8*)
n=\${s#*:}
[ "\${n%%:*}" -gt ${MAX_BYTES} ] || { echo content; base64 < ${path}; } ;;
`;
  const link = sh`=a*) echo content; readlink -n -- ${path} | base64 ;;
`;
  if (!content && follow) return statProbe(path, follow);
  return sh`${statProbe(path, follow)}
case $s in
${content ? read : sh``}${follow ? sh`` : link}esac`;
}

/**
 * Reads the output of {@link fileProbe}; null for an absent path.
 * @throws ProbeError where something else than a file (or a link, if that was asked for) is there, or too large a file.
 */
export function parsePath(output: string, reading: Reading, wanted: Accounts): PathState | null {
  const at = output.indexOf("\ncontent\n");
  const stat = parseStat(at < 0 ? output : output.slice(0, at), wanted);
  if (stat === null) return null;
  const content = (): Content => encode(Buffer.from(output.slice(at + "\ncontent\n".length), "base64"));
  const { mode: _, ...owners } = ownershipOf(stat);
  if (stat.type === "symbolic link") return { link: content(), ...owners };
  refuseUnlessFile(stat);
  return reading.content ? { content: content(), ...ownershipOf(stat) } : ownershipOf(stat);
}

/** {@link parsePath} for a reading that looks through links. */
export function parseFile(output: string, wanted: Accounts, content = true): FileState | null {
  const state = parsePath(output, { follow: true, content }, wanted);
  if (state === null || !("link" in state)) return state;
  throw new ProbeError("is a symbolic link that can't be looked through", "Look at the path on the host.");
}

/**
 * What {@link fileProbe} will print once a file is as it shall be, given what it prints now.
 * @returns undefined where that can't be told.
 */
export function foreseeFile(output: string, to: FileState): string | undefined {
  const at = output.indexOf("\ncontent\n");
  const now = at < 0 ? output : output.slice(0, at);
  if (to.content === undefined) return foreseeStat(now, to);
  const bytes =
    "text" in to.content ? Buffer.from(to.content.text) : Buffer.from(to.content.base64, "base64");
  const stat = foreseeStat(now, to, bytes.length);
  // base64(1) wraps its lines.
  const encoded = bytes.toString("base64").replace(/.{1,76}/g, "$&\n");
  return stat === undefined ? undefined : `${stat}content\n${encoded}`;
}

function refuseUnlessFile({ type, size }: Stat): void {
  if (type !== "file")
    throw new ProbeError(`is a ${type}, not a file`, "Remove it by hand, or give another path.");
  if (size > MAX_BYTES) {
    throw new ProbeError(
      `has ${size} bytes`,
      `Files of more than ${MAX_BYTES} bytes are not managed: fetch them by a command with \`creates\`.`,
    );
  }
}

/** Content as it stands in a state. */
export function encode(bytes: Buffer): Content {
  const text = bytes.toString("utf8");
  const isText = !text.includes("\0") && Buffer.from(text, "utf8").equals(bytes);
  return isText ? { text } : { base64: bytes.toString("base64") };
}
