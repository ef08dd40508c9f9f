import { z } from "zod";
import type { Step } from "../model/resource.js";
import { defineResource, ProbeError } from "../model/resource.js";
import { sh } from "../model/sh.js";
import { absolutePath } from "./content/params.js";
import type { Dropins } from "./sysctl/dropins.js";
import { atBoot, byProcps, hiddenBy, ownLine, withValue } from "./sysctl/dropins.js";
import { DUMP, foreseeDump, parseDump } from "./sysctl/dump.js";
import { editDropin } from "./sysctl/edit.js";
import { canCut, dottedKey, normalValue, sharedByWays, sysctlPath } from "./sysctl/key.js";
import { largerNotes, liveProbe, ownLive, readLive } from "./sysctl/live.js";

const params = z.strictObject({
  /**
   * As in sysctl.d(5): `net.ipv4.conf.eth1/100.rp_filter` (a dot inside an interface's name is a slash) or
   * `net/ipv4/conf/eth1.100/rp_filter` (slashes separate, dots are dots).
   */
  key: z
    .string()
    .regex(/^[A-Za-z0-9_:@/.-]+$/, "a key is made of letters, digits, dots and slashes")
    .refine(
      (key) => /[./]/.test(key) && !/^[./-]|[./]$|[./]{2}/.test(key),
      "a key looks like net.ipv4.ip_forward",
    )
    .transform(sysctlPath),
  value: z
    .union([z.string().regex(/^[^\n\0]*\S[^\n\0]*$/, "a value is one line"), z.int()])
    .transform((value) => normalValue(String(value))),
  /** Drop-in that sets it at boot, or false to set it until the next boot only. */
  file: z
    .union([
      absolutePath.regex(
        /^\/(etc|usr\/local\/lib|usr\/lib)\/sysctl\.d\/[^/\s]+\.conf$/,
        "a drop-in lies in /etc/sysctl.d (or /usr/local/lib/sysctl.d, /usr/lib/sysctl.d) and ends with .conf",
      ),
      z.literal(false),
    ])
    .default("/etc/sysctl.d/99-surefoot.conf"),
});

type Params = z.output<typeof params>;

/** A kernel parameter: now, and in its drop-in. */
export interface SysctlState {
  /** Live value, white space made single. */
  readonly live: string;
  /** The last line of the drop-in that sets it, as it stands; null: none does. Absent where the task manages no drop-in. */
  readonly line?: string | null;
  /** Whether the drop-in is there at all. Absent where the task manages none. */
  readonly fileExists?: boolean;
}

/**
 * A kernel parameter: its live value, and its line in a drop-in of sysctl.d, which several tasks may share. Everything else in the drop-in
 * stays as it is. Tells who else sets the parameter and wins at boot, and where the kernel uses another value than the one set.
 *
 * @example sysctl({ key: "net.ipv4.ip_forward", value: 1 })
 */
export const sysctl = defineResource(params, {
  kind: "sysctl",
  key: (p) => dottedKey(p.key),
  probe: (p) => [liveProbe(p.key), ...(p.file === false ? [] : [DUMP])],
  parse: ([live = "", dump], p): SysctlState => {
    const now = { live: ownLive(readLive(live, p.key), p.key) };
    return dump === undefined || p.file === false
      ? now
      : { ...now, ...startup(parseDump(dump), p.key, p.file) };
  },
  target: wanted,
  steps: sysctlSteps,
  kernelOnly: true,
  ways: (p) => (sharedByWays(p.key) ? "shared" : undefined),
  foresee: ([live = "", dump], to, p) => {
    if (ownLive(readLive(live, p.key), p.key) !== to.live) return undefined;
    if (dump === undefined || p.file === false || to.line == null)
      return dump === undefined ? [live] : undefined;
    const foreseen = foreseeDump(dump, p.file, p.key, to.line);
    return foreseen === undefined ? undefined : [live, foreseen];
  },
  notes: ([live = "", dump], p) => [
    ...largerNotes(readLive(live, p.key), p.key, p.value),
    ...(dump === undefined || p.file === false ? [] : startupNotes(parseDump(dump), p, p.file)),
  ],
});

function startup(files: Dropins, path: string, file: string): Pick<SysctlState, "line" | "fileExists"> {
  const kind = files.get(file)?.kind;
  if (kind === "unreadable") {
    throw new ProbeError(`${file} can't be read`, "Give the task the right `become`.");
  }
  if (kind === "special") {
    throw new ProbeError(
      `${file} is no regular file`,
      "A link to /dev/null switches a drop-in off: remove it, or give the task another file.",
    );
  }
  return { line: ownLine(files, file, path)?.text ?? null, fileExists: kind !== undefined };
}

function wanted(p: Params, actual: SysctlState | null): SysctlState {
  if (p.file === false) return { live: p.value };
  const line = actual?.line ?? null;
  const kept = line !== null && lineValue(line) === p.value;
  return { live: p.value, line: kept ? line : `${dottedKey(p.key)} = ${p.value}`, fileExists: true };
}

function lineValue(line: string): string {
  return normalValue(line.slice(line.indexOf("=") + 1));
}

function sysctlSteps(from: SysctlState | null, to: SysctlState | null, p: Params): readonly Step[] {
  // A parameter exists as long as its kernel does: there is no absent one.
  if (from === null || to === null) return [];
  const steps: Step[] = [];
  const key = dottedKey(p.key);
  if (from.live !== to.live) {
    steps.push({
      title: `set ${key} = ${to.live} (was ${from.live})`,
      run: sh`printf '%s\\n' ${to.live} > ${`/proc/sys/${p.key}`}`,
      layer: "running",
      cuts: canCut(p.key),
    });
  }
  const before = { line: from.line ?? null, fileExists: from.fileExists ?? true };
  const after = { line: to.line ?? null, fileExists: to.fileExists ?? true };
  if (p.file !== false && before.line !== after.line) {
    const title =
      after.line === null
        ? `remove ${key} from ${p.file}`
        : `write ${key} = ${lineValue(after.line)} to ${p.file}`;
    steps.push({ title, run: editDropin(p.file, before, after), layer: "startup", cuts: false });
  }
  return steps;
}

/** Who keeps the drop-in, as it will be, from having its effect at boot or under `sysctl --system`. */
function startupNotes(files: Dropins, p: Params, file: string): readonly string[] {
  const said: string[] = [];
  const hidden = hiddenBy(files, file);
  if (hidden !== undefined) said.push(`${hidden} hides ${file}, which is then not read at boot`);
  for (const [other, { kind }] of files) {
    if (kind === "unreadable") said.push(`${other} can't be read: whether it sets this too is not known`);
  }
  const then = withValue(files, file, p.key, p.value);
  const boot = atBoot(then, p.key);
  if (boot !== null && boot.value !== p.value) {
    said.push(
      boot.value === null
        ? `${boot.file}:${boot.line} takes it out of all settings: the next boot leaves it alone`
        : `${boot.file}:${boot.line} is read later and wins: the next boot sets ${boot.value}`,
    );
    return said;
  }
  const procps = byProcps(then, p.key);
  if (procps !== null && procps.value !== null && procps.value !== p.value) {
    said.push(`\`sysctl --system\` reads ${procps.file}:${procps.line} last and would set ${procps.value}`);
  }
  return said;
}
