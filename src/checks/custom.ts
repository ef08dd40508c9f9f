import { z } from "zod";
import type { CheckOutput, CheckResult } from "../model/check.js";
import { defineCheck, NOT_FOUND } from "../model/check.js";
import type { Sh } from "../model/sh.js";
import { isSh, trustedSh } from "../model/sh.js";
import { seconds } from "./shared/params.js";
import { contains, wantedText } from "./shared/text.js";

const params = z.strictObject({
  /** Read-only shell text as its author wrote it, or text made by `sh`, which quotes values. */
  run: z.union([z.string().min(1), z.custom<Sh>(isSh, "text for a shell is a string or made by sh`...`")]),
  /** What must hold of what it prints; by default that it ends with exit status 0. */
  expect: z
    .strictObject({
      exit: z.int().min(0).max(255).optional(),
      /** Must be found in stdout: a regular expression, or text. */
      stdout: wantedText.optional(),
      /** Judges by itself: true and false are pass and fail. Pure. */
      judge: z
        .custom<(output: CheckOutput) => CheckResult | boolean>((value) => typeof value === "function")
        .optional(),
    })
    .default({}),
  /** Longest time, in seconds. */
  timeout: seconds.default(30),
});

/** Most characters of what a command printed that are shown. */
const SHOWN = 500;

/**
 * A command of your own, which must only read, and what must hold of its exit status and of what it prints.
 *
 * @example custom({ run: "readlink -f /usr/sbin/iptables", expect: { stdout: /nft/ } }, { name: "iptables is nftables" })
 */
export const custom = defineCheck(params, {
  kind: "custom",
  key: (p) => text(p.run),
  scripts: (p) => [typeof p.run === "string" ? trustedSh(p.run) : p.run],
  judge: ([output = { exit: NOT_FOUND, stdout: "", stderr: "" }], { expect }) => {
    if (expect.judge !== undefined) {
      const said = expect.judge(output);
      if (typeof said === "object") return said;
      return said ? { verdict: "pass", summary: "as expected" } : failed("not as expected", output);
    }
    const exit = expect.exit ?? (expect.stdout === undefined ? 0 : undefined);
    if (exit !== undefined && output.exit !== exit)
      return failed(`exit ${output.exit}, expected ${exit}`, output);
    if (expect.stdout !== undefined && !contains(output.stdout, expect.stdout))
      return failed(`its output has no ${String(expect.stdout)}`, output);
    return { verdict: "pass", summary: "as expected" };
  },
  timeoutSeconds: (p) => p.timeout,
});

function text(run: string | Sh): string {
  return typeof run === "string" ? run : run.sh;
}

function failed(summary: string, { stdout, stderr }: CheckOutput): CheckResult {
  const said = `${stdout}${stderr}`.trim();
  return { verdict: "fail", summary, ...(said === "" ? {} : { detail: said.slice(-SHOWN) }) };
}
