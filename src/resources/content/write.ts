import type { Sh } from "../../model/sh.js";
import { sh } from "../../model/sh.js";
import type { Ownership } from "./stat.js";
import type { Content } from "./state.js";

/** A command that prints content. printf is a part of the shell: a secret in its arguments stands in no process list. */
function printContent(content: Content): Sh {
  if ("base64" in content) return sh`printf %s ${content.base64} | base64 -d`;
  return content.text === "" ? sh`:` : sh`printf %s ${content.text}`;
}

/** Sets $f to where a path really leads: through symlinks, also where the last of them leads to nothing yet. */
export function follow(path: string): Sh {
  // The dot keeps newlines at the end of a name, which $() would cut off.
  return sh`f=${path}
if [ -L "$f" ]; then
f=$(readlink -fn -- "$f" && echo .)
f=\${f%.}
fi`;
}

/** `chown` or `chgrp` of what is named, as a line of its own; nothing where neither is. */
export function giveTo({ owner, group }: Pick<Ownership, "owner" | "group">, path: Sh, option = sh`--`): Sh {
  if (owner !== undefined)
    return sh`chown ${option} ${group === undefined ? owner : `${owner}:${group}`} ${path}
`;
  return group === undefined
    ? sh``
    : sh`chgrp ${option} ${group} ${path}
`;
}

/**
 * `chmod`, with five digits: of four, GNU chmod leaves the set-user-ID and set-group-ID bits of directories as they are (coreutils
 * manual, "Directories and the Set-User-ID and Set-Group-ID Bits").
 */
export function chmod(mode: string, path: Sh): Sh {
  return sh`chmod ${`0${mode}`} ${path}`;
}

/**
 * Replaces a file's content atomically: a new file beside it gets content, mode and owners, reaches the disk, and takes the old one's
 * name (rename(2)). Readers see the old or the new file, never a part, and the old one stays where anything goes wrong. A symlink stays
 * and what it leads to is replaced; other hard links of the old file keep the old content.
 *
 * - `set -C` makes the shell create the new file with O_EXCL, so that nobody can have its name lead elsewhere.
 * - `cp -a` takes over access control lists, extended attributes and security labels of the old file.
 * - Mode and owners come last, chown first: it clears the set-user-ID bit (chown(2)). Until then only the user who writes may read.
 * - A shell's own printf may fail by "I/O error" alone; a second attempt by cat says what the kernel said (disk full, quota).
 * - fdatasync(2) before the rename: without it a crash may leave an empty file of that name on some file systems. A sync(1) that can't
 *   do that for one file refuses `-d`, and then the kernel writes in its own time.
 */
export function writeFile(path: string, content: Content, own: Ownership): Sh {
  return sh`${follow(path)}
d=\${f%/*}/
if [ ! -d "$d" ]; then echo "the folder $d does not exist: it needs a task of its own, before this one" >&2; exit 1; fi
if [ -d "$f" ]; then echo "$f is a directory" >&2; exit 1; fi
n=$d.surefoot.$$
if [ -e "$n" ] || [ -L "$n" ]; then rm -f -- "$n"; fi
trap 'rm -f -- "$n"' EXIT
trap 'exit 1' HUP INT TERM
umask 077
set -C
: > "$n"
set +C
if [ -f "$f" ]; then
cp -a -- "$f" "$n"
chmod 0600 "$n"
fi
content() {
${printContent(content)}
}
content 2>/dev/null > "$n" || content | cat > "$n"
${giveTo(own, sh`"$n"`)}${chmod(own.mode, sh`"$n"`)}
e=$(sync -d -- "$n" 2>&1) || case $e in *'No space'*|*quota*|*'Input/output'*) printf '%s\\n' "$e" >&2; exit 1 ;; esac
mv -f -- "$n" "$f"
trap - EXIT`;
}
