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
 * Says what a path is, in $s and on stdout, by one process. With it go the folder that it stands in and /proc/self, which belongs to the
 * user who asks, so that what a new file would get is known too, where there is none as well. Sizes of the two are left out: some file
 * systems change a folder's with each file. Where only those two can't be seen, the path is asked for alone.
 * @param follow Look through a symlink at what it leads to.
 */
export function statProbe(path: string, follow: boolean): Sh {
  const stat = sh`stat ${follow ? ["-L", "-c"] : ["-c"]} ${FORMAT} --`;
  const beside = `${posix.dirname(path)}/.`.replace(/^\/\//, "/");
  return sh`IFS='
'
set -f
b=
if r=$(${stat} ${path} ${beside} /proc/self/. 2>&1); then
s=\${r%%"$IFS"*}
r=\${r#*"$IFS"}
elif [ -e ${path} ] || [ -h ${path} ]; then
r=
s=$(${stat} ${path} 2>&1) || s=failed$IFS$s
else s=failed
fi
for x in $r; do
case $x in
=*)
y=\${x#*:}
b=$b$IFS\${x%%:*}:\${y#*:} ;;
*) s=$s$IFS$x ;;
esac
done
s=$s$b
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
  readonly user: Account;
  readonly group: Account;
}

/** The lines that a probe printed: of the path, of the folder that it stands in, and of /proc/self. */
interface Entries {
  readonly path: string;
  readonly folder: Entry | null;
  readonly self: Entry | null;
}

interface Account {
  readonly id: string;
  readonly name: string;
}

/** Reads a line without its size. */
function entry(line: string | undefined): Entry | null {
  const match = /^=([0-9a-f]+):(\d+):(\d+):(.*):(.*)$/.exec(line ?? "");
  if (match === null) return null;
  const [, mode = "", uid = "", gid = "", user = "", group = ""] = match;
  return { mode: Number.parseInt(mode, 16), user: { id: uid, name: user }, group: { id: gid, name: group } };
}

/** What is said of the path itself may have several lines where it is not there; the others stand at the end, that of a folder only if there is one. */
function entries(output: string): Entries {
  const lines = output.trimEnd().split("\n");
  const last = (): Entry | null => {
    const found = lines.length > 1 ? entry(lines.at(-1)) : null;
    if (found !== null) lines.pop();
    return found;
  };
  const self = last();
  const folder = last();
  return { path: lines.join("\n"), folder, self };
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
  const { path, folder, self } = entries(output);
  if (path.startsWith("failed\n")) return absentUnless(path.slice("failed\n".length).trim());
  const [, mode = "", size = "", owners = ""] = /^=([0-9a-f]+):(\d+):(.*)$/.exec(path) ?? [];
  const it = entry(`=${mode}:${owners}`);
  const type = it === null ? undefined : TYPES.get(it.mode >> 12);
  if (it === null || type === undefined)
    throw new ProbeError(
      `is unclear: stat said "${path.split("\n", 1).join("")}"`,
      "The host's stat(1) is not one that Surefoot knows.",
    );
  const owner = account(it.user, wanted.owner, self?.user.id);
  const group = account(it.group, wanted.group, freshGroup(folder, self)?.id);
  return {
    type,
    size: Number(size),
    mode: (it.mode & 0o7777).toString(8).padStart(4, "0"),
    ...(owner === undefined ? {} : { owner }),
    ...(group === undefined ? {} : { group }),
  };
}

/** Files in a set-group-ID folder get its group (inode(7)). */
function freshGroup(folder: Entry | null, self: Entry | null): Account | undefined {
  return folder !== null && (folder.mode & 0o2000) !== 0 ? folder.group : self?.group;
}

/**
 * What {@link statProbe} will print of a regular file once it is as it shall be, given what it prints now.
 * @param size In bytes; absent: as it is now.
 * @returns undefined where an owner is named of whom the host has not said name and number.
 */
export function foreseeStat(output: string, to: Ownership, size?: number): string | undefined {
  const { path, folder, self } = entries(output);
  const now = /^=[0-9a-f]+:(\d+):(.*)$/.exec(path);
  const was = now === null ? null : entry(`=0:${now[2]}`);
  const user = known(to.owner, [was?.user, self?.user], self?.user);
  const group = known(to.group, [was?.group, self?.group], freshGroup(folder, self));
  const bytes = size ?? now?.[1];
  if (user === undefined || group === undefined || bytes === undefined) return undefined;
  const mode = (0o100000 | Number.parseInt(to.mode, 8)).toString(16);
  const beside = output.trimEnd().slice(path.length + 1);
  return `=${mode}:${bytes}:${user.id}:${group.id}:${user.name}:${group.name}\n${beside}\n`;
}

/** The account that a state names, among those whose name and number are known. */
function known(
  named: string | undefined,
  among: readonly (Account | undefined)[],
  fresh: Account | undefined,
): Account | undefined {
  if (named === undefined) return fresh;
  return among.find((one) => one?.name === named || one?.id === named);
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
