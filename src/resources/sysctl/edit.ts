import type { Sh } from "../../model/sh.js";
import { sh } from "../../model/sh.js";

/** A drop-in as far as one parameter is concerned. */
export interface OwnLine {
  /** The line that sets it, as it stands; null: none does. */
  readonly line: string | null;
  /** Whether the file is there at all. */
  readonly fileExists: boolean;
}

/** How often a line occurs, as the shell's `n`; `e` is empty where the last line has no newline. */
const count = (line: string): Sh => sh`n=0
e=x
while IFS= read -r l || { [ -n "$l" ] && e=; }; do
[ "$l" != ${line} ] || n=$((n+1))
done < "$s"`;

/**
 * Copies `$s` to `$t` with one line changed: `change` runs for the last that is `from`, `end` behind the last of all. Keeps whether the
 * last line has a newline. Leaves `p` empty where nothing was written. Shell built-ins only.
 */
const copy = (from: string | null, change: Sh, end: Sh): Sh => sh`e='
'
p=
i=0
trap 'rm -f -- "$t"' EXIT
[ "$s" = /dev/null ] || cp -p -- "$s" "$t"
{
while IFS= read -r l || { [ -n "$l" ] && e=; }; do
${from === null ? sh`:` : sh`if [ "$l" = ${from} ] && i=$((i+1)) && [ $i -eq $n ]; then ${change}; fi`}
printf '%s%s' "$p" "$l"
p='
'
done < "$s"
${end}
[ -z "$p" ] || printf %s "$e"
} > "$t"`;

/**
 * Ends the script where sed can add a last line, in one process: it writes a new file beside the old one, gives it mode and owner, and renames it.
 * Not an empty file's, which has no line to work on; not by BusyBox, which does not look whether the disk took all before it renames.
 */
const addBySed = (
  line: string,
): Sh => sh`if [ -s "$s" ] && [ -n "$e" ] && [ ! /bin/sed -ef /bin/busybox ]; then
LC_ALL=C sed -i -e ${`$s/$/\\\n${line.replace(/[\\/&]/g, "\\$&")}/`} -- "$f"
exit
fi`;

/**
 * Turns one line of a drop-in into another, adds or removes it, atomically (rename(2)); everything else stays byte for byte, mode and
 * owner too; a symlink stays and its target is replaced. Lines are told by their whole text, so that tasks that share a file can be
 * taken back in any order. A file that was not there before goes when its last line does. Doing it twice is as good as once.
 */
export function editDropin(file: string, from: OwnLine, to: OwnLine): Sh {
  const append = (line: string): Sh => sh`printf '%s%s' "$p" ${line}
p='
'`;
  const changed =
    from.line === null
      ? to.line === null
        ? sh`exit 0`
        : sh`${count(to.line)}
[ $n -eq 0 ] || exit 0
${addBySed(to.line)}
${copy(null, sh`:`, append(to.line))}`
      : sh`${count(from.line)}
[ $n -gt 0 ] || ${missing(file, to)}
${copy(from.line, to.line === null ? sh`continue` : sh`l=${to.line}`, sh`:`)}`;
  const finish = sh`mv -f -- "$t" "$f"
trap - EXIT`;
  return sh`f=${file}
[ ! -h "$f" ] || f=$(readlink -f -- "$f")
s=/dev/null
if [ -f "$f" ]; then s=$f
elif [ -e "$f" ]; then echo "$f is no regular file" >&2; exit 1
fi
t=\${f%/*}/.surefoot.$$
[ -d "\${f%/*}" ] || mkdir -p -- "\${f%/*}"
${changed}
${to.fileExists ? finish : sh`if [ -z "$p" ]; then rm -f -- "$f"; else\n${finish}\nfi`}`;
}

/** What to do where the line to change is gone: nothing if the file is as wanted, else to say so. */
function missing(file: string, to: OwnLine): Sh {
  const refuse = sh`echo ${`${file} has changed since it was read`} >&2; exit 1`;
  if (to.line === null) return sh`exit 0`;
  return sh`{ ${count(to.line)}
[ $n -eq 0 ] || exit 0; ${refuse}; }`;
}
