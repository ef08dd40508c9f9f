import { expect, it } from "vitest";
import type { Check, CheckOutput, CheckResult } from "../../src/model/check.js";

/** What a host printed, and what a check says of it. */
export interface Case {
  readonly name: string;
  readonly check: Check;
  /** One per script: stdout alone, or all of an output. */
  readonly printed: readonly (string | Partial<CheckOutput>)[];
  readonly verdict: CheckResult["verdict"];
  /** Must stand in the summary, the detail or the hint. */
  readonly says: readonly string[];
}

/** Judges outputs as the engine hands them over. */
export function judge(check: Check, printed: Case["printed"]): CheckResult {
  return check.judge(
    printed.map((one) => ({
      exit: 0,
      stdout: "",
      stderr: "",
      ...(typeof one === "string" ? { stdout: one } : one),
    })),
  );
}

/** One test per case. */
export function judgeAll(cases: readonly Case[]): void {
  it.each(cases)("$name: $verdict", ({ check, printed, verdict, says }) => {
    const result = judge(check, printed);
    const said = `${result.summary}\n${result.detail ?? ""}\n${result.hint ?? ""}`;
    for (const part of says) expect(said).toContain(part);
    expect(result.verdict).toBe(verdict);
  });
}
