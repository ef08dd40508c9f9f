import type { Step } from "../../model/resource.js";
import type { Sh } from "../../model/sh.js";
import { sh } from "../../model/sh.js";
import type { FileState, Ownership } from "./state.js";

/** Owner and group as chown takes them, or null where neither is known. */
function ownerWord({ owner, group }: Ownership): string | null {
  if (owner === undefined && group === undefined) return null;
  return `${owner ?? ""}${group === undefined ? "" : `:${group}`}`;
}

/** Where a path really leads: through symlinks, also where the last of them leads to nothing yet. */
const follow = (path: string): Sh => sh`f=${path}
[ ! -L "$f" ] || f=$(readlink -f -- "$f")`;

/**
 * Replaces a file's content atomically: a new file beside it gets content, mode and owner, reaches the disk, and takes the old one's
 * name (rename(2)). Readers see the old or the new file, never a part. A symlink stays and its target is replaced. `set -C` creates the
 * new file only if no file of that name exists (O_EXCL), so that nobody can have it lead elsewhere.
 */
export function writeFile(path: string, content: Sh, { mode, owner, group }: Ownership): Sh {
  const own = ownerWord({
    ...(owner === undefined ? {} : { owner }),
    ...(group === undefined ? {} : { group }),
  });
  return sh`${follow(path)}
n=\${f%/*}/.surefoot.$$
umask 077
set -C
: > "$n"
set +C
trap 'rm -f -- "$n"' EXIT
{
${content}
} > "$n" || {
# dash's printf says no more than "I/O error"; dd says why.
dd if=/dev/zero of="$n" bs=65536 count=1
exit 1
}
${own === null ? sh`:` : sh`chown ${own} "$n"`}
chmod ${mode ?? "0644"} "$n"
mv -f -- "$n" "$f"
trap - EXIT`;
}

function printContent({ content, encoding }: FileState): Sh {
  return encoding === "utf8" ? sh`printf %s ${content}` : sh`printf %s ${content} | base64 -d`;
}

/** The steps from one state of a file to another; fields that `to` does not name are left as they are. */
export function fileSteps(path: string, from: FileState | null, to: FileState | null): readonly Step[] {
  const startup = { layer: "startup", cuts: false } as const;
  if (to === null) {
    if (from === null) return [];
    return [
      {
        title: `remove ${path}`,
        run: sh`${follow(path)}
rm -f -- "$f"`,
        ...startup,
      },
    ];
  }
  if (from === null || from.content !== to.content || from.encoding !== to.encoding) {
    const whole = { ...from, ...to };
    const title = from === null ? `create ${path}` : `write ${path}`;
    return [{ title, run: writeFile(path, printContent(to), whole), ...startup }];
  }
  return ownershipSteps(path, from, to);
}

/** The steps that change mode and owners alone. */
export function ownershipSteps(path: string, from: Ownership, to: Ownership): readonly Step[] {
  const steps: Step[] = [];
  const startup = { layer: "startup", cuts: false } as const;
  const differs = (field: keyof Ownership): boolean => to[field] !== undefined && to[field] !== from[field];
  if (differs("owner") || differs("group")) {
    const own = ownerWord(to) ?? "";
    const was = ownerWord(from) ?? "unknown";
    steps.push({ title: `chown ${own} ${path} (was ${was})`, run: sh`chown ${own} -- ${path}`, ...startup });
  }
  if (differs("mode")) {
    const mode = to.mode ?? "";
    const title = `chmod ${mode} ${path} (was ${from.mode ?? "unknown"})`;
    steps.push({ title, run: sh`chmod ${mode} -- ${path}`, ...startup });
  }
  return steps;
}
