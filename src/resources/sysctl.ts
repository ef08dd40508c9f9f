import { basename } from "node:path";
import { z } from "zod";
import type { Step } from "../model/resource.js";
import { defineResource, ProbeError } from "../model/resource.js";
import { sh } from "../model/sh.js";
import { absolutePath } from "./content/params.js";
import type { Assignment, Dropins } from "./sysctl/dropins.js";
import { afterProcps, atBoot, DUMP, PROCPS_LAST, parseDump } from "./sysctl/dropins.js";
import { editDropin } from "./sysctl/edit.js";
import { canCut, dottedKey, normalValue, sysctlPath } from "./sysctl/key.js";

const params = z.strictObject({
  /** As in sysctl.d(5); a dot inside an interface's name is a slash: `net.ipv4.conf.eth1/100.rp_filter`. */
  key: z
    .string()
    .regex(/^[A-Za-z0-9_*:@/.-]+$/, "a key is made of letters, digits, dots and slashes")
    .refine(
      (key) => /[./]/.test(key) && !/^[./]|[./]$|[./]{2}|\*/.test(key),
      "a key looks like net.ipv4.ip_forward",
    )
    .transform(sysctlPath),
  value: z
    .union([z.string().regex(/^[^\n=]+$/, "a value is one line"), z.int()])
    .transform((value) => normalValue(String(value))),
  /** Drop-in that sets it at boot, or false to set it until the next boot only. */
  file: z
    .union([
      absolutePath.regex(
        /^\/(etc|run|usr\/local\/lib|usr\/lib|lib)\/sysctl\.d\/[^/]+\.conf$/,
        "a drop-in lies in a sysctl.d folder and ends with .conf",
      ),
      z.literal(false),
    ])
    .default("/etc/sysctl.d/99-surefoot.conf"),
});

type Params = z.output<typeof params>;

/** A kernel parameter: now, and in its drop-in. */
export interface SysctlState {
  readonly live: string;
  /** Value in the drop-in; null: it is not set there. Absent where the task manages no drop-in. */
  readonly file?: string | null;
  /** Whether the drop-in is there at all. */
  readonly fileExists?: boolean;
}

/**
 * A kernel parameter: its live value, and its line in a drop-in of sysctl.d. Other lines of the drop-in stay as they are. Tells who else
 * sets the parameter and wins at boot.
 *
 * @example sysctl({ key: "net.ipv4.ip_forward", value: 1 })
 */
export const sysctl = defineResource(params, {
  kind: "sysctl",
  key: (p) => dottedKey(p.key),
  probe: (p) => [
    sh`k=/proc/sys/${p.key}
[ -e "$k" ] || { echo missing; exit 0; }
IFS= read -r v < "$k" || [ -n "$v" ]
printf 'live %s\\n' "$v"`,
    ...(p.file === false ? [] : [DUMP]),
  ],
  parse: ([live = "", dump], p): SysctlState => {
    if (!live.startsWith("live ")) {
      throw new ProbeError(
        `is not known to this kernel (/proc/sys/${p.key})`,
        "Check the interface's name in it; an old kernel may lack it, or its module is not loaded.",
      );
    }
    const now = { live: normalValue(live.slice(5)) };
    return dump === undefined || p.file === false
      ? now
      : { ...now, ...startup(parseDump(dump), p.key, p.file) };
  },
  target: (p, actual): SysctlState => ({
    ...actual,
    live: p.value,
    ...(p.file === false ? {} : { file: p.value, fileExists: true }),
  }),
  steps: sysctlSteps,
  notes: ([, dump], p) => (dump === undefined || p.file === false ? [] : notes(parseDump(dump), p, p.file)),
});

function startup(files: Dropins, path: string, file: string): Pick<SysctlState, "file" | "fileExists"> {
  const own = files.get(file);
  const line = own?.filter((one) => one.path === path).at(-1);
  return { file: line?.value ?? null, fileExists: own !== undefined };
}

function sysctlSteps(from: SysctlState | null, to: SysctlState | null, p: Params): readonly Step[] {
  // A parameter exists as long as its kernel does: there is no absent one.
  if (from === null || to === null) return [];
  const steps: Step[] = [];
  const key = dottedKey(p.key);
  if (from.live !== to.live) {
    steps.push({
      title: `set ${key} = ${to.live} (was ${from.live})`,
      run: sh`printf '%s\\n' ${to.live} > /proc/sys/${p.key}`,
      layer: "running",
      cuts: canCut(p.key),
    });
  }
  if (p.file !== false && from.file !== to.file) {
    const value = to.file ?? null;
    const title = value === null ? `remove ${key} from ${p.file}` : `write ${key} = ${value} to ${p.file}`;
    const run = editDropin(p.file, p.key, value, to.fileExists !== false);
    steps.push({ title, run, layer: "startup", cuts: false });
  }
  return steps;
}

/** Who else sets the parameter, to another value, so that the drop-in has no effect. */
function notes(files: Dropins, p: Params, file: string): readonly string[] {
  const key = dottedKey(p.key);
  const said: string[] = [];
  const boot = atBoot(files, p.key);
  if (boot !== null && boot.file !== file && boot.value !== p.value && isAfter(boot, file)) {
    said.push(
      `${key}: ${boot.file}:${boot.line} sets ${boot.value}, is read later and wins at the next boot`,
    );
  }
  const procps = afterProcps(files, p.key);
  if (procps !== null && procps.file === PROCPS_LAST && procps.value !== p.value) {
    said.push(
      `${key}: \`sysctl --system\` reads ${procps.file}:${procps.line} last and would leave ${procps.value}`,
    );
  }
  return said;
}

/** Whether an explicit assignment elsewhere is made after those of a drop-in: files are taken in the order of their names. */
function isAfter(one: Assignment, file: string): boolean {
  return !/[*?[]/.test(one.path) && basename(one.file) > basename(file);
}
