import { posix } from "node:path";
import { ProbeError } from "../../model/resource.js";
import type { Sh } from "../../model/sh.js";
import { sh } from "../../model/sh.js";

/** Mode and owners of a file or directory. */
export interface Ownership {
  /** Four octal digits. */
  readonly mode: string;
  /** User, where it is managed or differs from what a new file there would get. */
  readonly owner?: string;
  /** Group, where it is managed or differs from what a new file there would get. */
  readonly group?: string;
}

/** User and group as a task names them. */
export interface Accounts {
  readonly owner?: string | undefined;
  readonly group?: string | undefined;
}

/** What a path is. */
export interface Stat extends Ownership {
  readonly type: "file" | "directory" | "symbolic link" | "device" | "named pipe" | "socket";
  /** In bytes. */
  readonly size: number;
}

/** Raw mode in hexadecimal, bytes, user and group by number and by name (stat(1)); names hold no colon (passwd(5)). */
const FORMAT = "=%f:%s:%u:%g:%U:%G";

/**
 * Says what a path is, in $s and on stdout, by one process. Where the path exists, with it go the folder that it stands in and /proc/self,
 * which belongs to the user who asks, so that what a new file would get is known too. Where it can't be found, stat alone says why.
 * @param follow Look through a symlink at what it leads to.
 */
export function statProbe(path: string, follow: boolean): Sh {
  const stat = sh`stat ${follow ? ["-L", "-c"] : ["-c"]} ${FORMAT} --`;
  const beside = `${posix.dirname(path)}/.`.replace(/^\/\//, "/");
  return sh`{ [ -e ${path} ] || [ -h ${path} ]; } && s=$(${stat} ${path} ${beside} /proc/self/. 2>/dev/null) || s=$(${stat} ${path} 2>&1) || s="failed
$s"
printf '%s\\n' "$s"`;
}

/** Type bits of a mode, as inode(7) lists them. */
const TYPES: ReadonlyMap<number, Stat["type"]> = new Map<number, Stat["type"]>([
  [0o10, "file"],
  [0o04, "directory"],
  [0o12, "symbolic link"],
  [0o01, "named pipe"],
  [0o02, "device"],
  [0o06, "device"],
  [0o14, "socket"],
]);

/** One line of {@link FORMAT}. */
interface Entry {
  readonly mode: number;
  readonly size: number;
  readonly user: Account;
  readonly group: Account;
}

interface Account {
  readonly id: string;
  readonly name: string;
}

function entry(line: string | undefined): Entry | null {
  const match = /^=([0-9a-f]+):(\d+):(\d+):(\d+):(.*):(.*)$/.exec(line ?? "");
  if (match === null) return null;
  const [, mode = "", size = "", uid = "", gid = "", user = "", group = ""] = match;
  return {
    mode: Number.parseInt(mode, 16),
    size: Number(size),
    user: { id: uid, name: user },
    group: { id: gid, name: group },
  };
}

/** As the task writes it: by number where it gives a number or nobody has that number; nothing for the default of a new file. */
function account(
  { id, name }: Account,
  wanted: string | undefined,
  fresh: string | undefined,
): string | undefined {
  if (wanted === undefined && id === fresh) return undefined;
  return name === "UNKNOWN" || (wanted !== undefined && /^\d+$/.test(wanted)) ? id : name;
}

/**
 * Reads the output of {@link statProbe}; null where the kernel says that there is no such path.
 * @throws ProbeError where it says anything else.
 */
export function parseStat(output: string, wanted: Accounts): Stat | null {
  const [first, second, third] = output.split("\n");
  if (first === "failed") return absentUnless(output.slice("failed\n".length).trim());
  const it = entry(first);
  const type = it === null ? undefined : TYPES.get(it.mode >> 12);
  if (it === null || type === undefined)
    throw new ProbeError(
      `is unclear: stat said "${first ?? ""}"`,
      "The host's stat(1) is not one that Surefoot knows.",
    );
  const [folder, self] = [entry(second), entry(third)];
  // Files in a set-group-ID folder get its group (inode(7)).
  const fresh = folder !== null && (folder.mode & 0o2000) !== 0 ? folder.group.id : self?.group.id;
  const owner = account(it.user, wanted.owner, self?.user.id);
  const group = account(it.group, wanted.group, fresh);
  return {
    type,
    size: it.size,
    mode: (it.mode & 0o7777).toString(8).padStart(4, "0"),
    ...(owner === undefined ? {} : { owner }),
    ...(group === undefined ? {} : { group }),
  };
}

/** ENOENT and ENOTDIR, in the words of the C locale, stand at the end: a path before them may say anything. */
function absentUnless(said: string): null {
  if (/: (No such file or directory|Not a directory)$/.test(said)) return null;
  const hint = /Permission denied$/.test(said)
    ? "Give the task a user that may look there: `become`."
    : "Look at the path on the host.";
  throw new ProbeError(`could not be read: ${said}`, hint);
}

/** Mode and owners of what was found, without the rest. */
export function ownershipOf({ mode, owner, group }: Ownership): Ownership {
  return { mode, ...(owner === undefined ? {} : { owner }), ...(group === undefined ? {} : { group }) };
}
