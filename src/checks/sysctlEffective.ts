import { z } from "zod";
import type { CheckResult } from "../model/check.js";
import { defineCheck } from "../model/check.js";
import { atBoot } from "../resources/sysctl/dropins.js";
import { DUMP, parseDump } from "../resources/sysctl/dump.js";
import { dottedKey, largerOf, normalValue, sysctlPath } from "../resources/sysctl/key.js";
import { liveProbe, ownLive, readLive } from "../resources/sysctl/live.js";

const params = z.strictObject({
  /** As in sysctl.d(5): `net.ipv4.conf.eth1.rp_filter`. */
  key: z
    .string()
    .regex(/^[A-Za-z0-9_:@-]+([./][A-Za-z0-9_:@-]+)+$/, "a key looks like net.ipv4.ip_forward")
    .transform(sysctlPath),
  value: z.union([z.string(), z.int()]).transform((value) => normalValue(String(value))),
  /** Whether it must also be what the next boot sets. */
  boot: z.boolean().default(true),
});

/**
 * A kernel parameter has its value, now and after the next boot, as the kernel uses it: where that is the larger of `all` and the interface's
 * own, the larger counts; at boot, the last of all drop-ins.
 *
 * @example sysctlEffective({ key: "net.ipv4.conf.eth1.rp_filter", value: 2 })
 */
export const sysctlEffective = defineCheck(params, {
  kind: "sysctlEffective",
  startup: true,
  key: (p) => dottedKey(p.key),
  title: (p) => `${dottedKey(p.key)} = ${p.value}`,
  scripts: (p) => [liveProbe(p.key), ...(p.boot ? [DUMP] : [])],
  judge: ([live, dump], p) => {
    const problems = [
      nowIsWrong(live?.stdout ?? "", p),
      ...(p.boot ? [bootIsWrong(dump?.stdout ?? "", p)] : []),
    ];
    const said = problems.flatMap((problem) => (problem === null ? [] : [problem]));
    if (said.length > 0) {
      const hint = `A sysctl task sets it; \`systemd-analyze cat-config sysctl.d\` shows all that is read at boot.`;
      return { verdict: "fail", summary: said.join("; "), hint };
    }
    return {
      verdict: "pass",
      summary: p.boot ? `${p.value} now and at boot` : `${p.value} now`,
    } satisfies CheckResult;
  },
});

type Params = z.output<typeof params>;

function nowIsWrong(output: string, p: Params): string | null {
  const values = readLive(output, p.key);
  const own = ownLive(values, p.key);
  const several = largerOf(p.key);
  if (several === null || several.interface === "default" || several.interface === "all")
    return own === p.value ? null : `is ${own} now`;
  const all = values.get("all") ?? "0";
  const used = String(Math.max(Number(all), Number(own)));
  if (used === p.value) return null;
  return `is ${used} now, the larger of all (${all}) and ${several.interface} (${own})`;
}

function bootIsWrong(output: string, p: Params): string | null {
  const files = parseDump(output);
  const several = largerOf(p.key);
  const paths =
    several === null || several.interface === "default" || several.interface === "all"
      ? [p.key]
      : [p.key, `${several.before}all${several.after}`];
  const lines = paths.flatMap((path) => {
    const line = atBoot(files, path);
    return line === null || line.value === null ? [] : [{ ...line, value: line.value }];
  });
  const [first] = lines;
  if (first === undefined) return "nothing sets it at boot";
  const strongest = lines.reduce((a, b) => (Number(b.value) > Number(a.value) ? b : a), first);
  return strongest.value === p.value
    ? null
    : `${strongest.file}:${strongest.line} makes it ${strongest.value} at boot`;
}
