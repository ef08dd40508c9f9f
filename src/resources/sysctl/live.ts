import { ProbeError } from "../../model/resource.js";
import type { Sh } from "../../model/sh.js";
import { sh } from "../../model/sh.js";
import { dottedKey, largerOf, normalValue } from "./key.js";

/** Parameters of which the kernel takes one digit only (Linux ip-sysctl: 0 to 3). */
const ONE_DIGIT = /^net\/ipv[46]\/fib_multipath_hash_policy$/;

/**
 * Prints a parameter's live value, nothing where the kernel has none. Parameters that are the larger of two are printed for all
 * interfaces, each behind its path: one script for all of them. By cat and grep, for the shell's own `read` takes one byte at a
 * time in dash, and the kernel gives a number to the first read(2) only: 16 would read as 1. What is one digit is read without a process.
 */
export function liveProbe(path: string): Sh {
  const several = largerOf(path);
  if (several === null) {
    const file = `/proc/sys/${path}`;
    const read = ONE_DIGIT.test(path)
      ? sh`v=
read -r v <${file} || [ -n "$v" ] || exit 1
printf '%s\\n' "$v"`
      : sh`exec cat ${file}`;
    return sh`[ -e ${file} ] || exit 0\n${read}`;
  }
  return sh`grep -s '' /proc/sys/${several.before}*${several.after} /dev/null || [ $? -eq 2 ]`;
}

/** Values of a parameter by interface, where the kernel uses the larger of two; else by the empty name. */
export function readLive(output: string, path: string): ReadonlyMap<string, string> {
  const several = largerOf(path);
  const values = new Map<string, string>();
  if (several === null) {
    if (output !== "") values.set("", normalValue(output));
    return values;
  }
  for (const row of output.split("\n")) {
    const name = row.slice(`/proc/sys/${several.before}`.length).split("/", 1)[0] ?? "";
    const start = `/proc/sys/${several.before}${name}${several.after}:`;
    if (row.startsWith(start)) values.set(name, normalValue(row.slice(start.length)));
  }
  return values;
}

/**
 * The parameter's own value.
 * @throws ProbeError where the kernel has no such parameter.
 */
export function ownLive(values: ReadonlyMap<string, string>, path: string): string {
  const value = values.get(largerOf(path)?.interface ?? "");
  if (value !== undefined) return value;
  const [, device] = /^net\/ipv[46]\/(?:conf|neigh)\/([^/]+)\//.exec(path) ?? [];
  throw new ProbeError(
    `the kernel has no ${dottedKey(path)} (/proc/sys/${path})`,
    device === undefined || device === "all" || device === "default"
      ? "Check its spelling; an older kernel may lack it, or its module is not loaded (modprobe, modules-load.d)."
      : `Check that the interface ${device} exists; a dot in its name is written as a slash between dots, or write the key with slashes.`,
  );
}

/** What the reader should know where the kernel uses the larger of `all` and the interface's own value. */
export function largerNotes(
  values: ReadonlyMap<string, string>,
  path: string,
  wanted: string,
): readonly string[] {
  const several = largerOf(path);
  if (several === null || several.interface === "default") return [];
  if (several.interface !== "all") {
    const all = values.get("all") ?? "0";
    if (Number(all) <= Number(wanted)) return [];
    return [
      `the kernel uses the larger of all (${all}) and ${several.interface} (${wanted}): ${all} is what counts`,
    ];
  }
  const strict = [...values].filter(([name, value]) => !["all", "default"].includes(name) && value === "1");
  if (!path.endsWith("/rp_filter") || wanted !== "2" || strict.length === 0) return [];
  const names = strict.map(([name]) => name).join(", ");
  return [
    `loosens ${names} too, strict (1) so far: the kernel uses the larger of all and the interface's own`,
  ];
}
