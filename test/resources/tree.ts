import type { Sh } from "../../src/model/sh.js";
import { sh } from "../../src/model/sh.js";
import type { Sandbox } from "./harness.js";

/** Everything below the sandbox: types, modes, owners, sizes, bytes, what links say. Times are left out: no undo restores them. */
export function tree({ dir }: Sandbox): Sh {
  return sh`cd ${dir}
find . -exec stat -c '%n %A %u:%g %s' {} + | sort
find . -type f -exec od -An -c {} +
find . -type l -exec readlink {} + | sort`;
}

/** Whether cases may give files to other users. */
export const IS_ROOT = process.getuid?.() === 0;

/** Names that a careless script takes apart, runs, or takes for options. */
export const ODD_NAMES = [
  "with space",
  'it\'s "quoted"',
  "$HOME `id` $(id) \\",
  "new\nline",
  "ends with a newline\n",
  "-rf",
  "*",
  "ünïcode ✓",
  ": No such file or directory",
];
