import type { Sh } from "../../model/sh.js";
import { sh } from "../../model/sh.js";
import { dottedKey } from "./key.js";

/**
 * Copies the drop-in at `$f` without the lines that set the key to `$n`, and puts the new line, if any, where the first of them stood,
 * else at the end. Sets `left` to 1 if any assignment or comment remains. Shell built-ins only.
 */
function filter(path: string, line: string | null): Sh {
  return sh`new=${line ?? ""}
left=
{
if [ -e "$f" ]; then
while IFS= read -r l || [ -n "$l" ]; do
k=\${l%%=*}
set -f
set -- $k
set +f
k=\${1-}
k=\${k#-}
case $k in
${dottedKey(path)}|${path}) case $l in *=*) l=$new; new= ;; esac; [ -n "$l" ] || continue ;;
esac
[ -z "$l" ] || left=1
printf '%s\\n' "$l"
done < "$f"
fi
[ -z "$new" ] || { printf '%s\\n' "$new"; left=1; }
} > "$n"`;
}

/**
 * Sets or removes a key's line in a drop-in, atomically; other lines, mode and owner stay. A file that is left without any line and that was
 * not there before is removed.
 */
export function editDropin(file: string, path: string, value: string | null, keepEmpty: boolean): Sh {
  const line = value === null ? null : `${dottedKey(path)} = ${value}`;
  return sh`f=${file}
[ ! -L "$f" ] || f=$(readlink -f -- "$f")
n=\${f%/*}/.surefoot.$$
set -C
: > "$n"
set +C
trap 'rm -f -- "$n"' EXIT
[ ! -e "$f" ] || cp -p -- "$f" "$n"
${filter(path, line)}
if [ -z "$left" ] && [ ${keepEmpty ? 1 : 0} -eq 0 ]; then
rm -f -- "$f" "$n"
else
mv -f -- "$n" "$f"
fi
trap - EXIT`;
}
