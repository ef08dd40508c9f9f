import { expect, it } from "vitest";
import type { Case } from "./healthy.js";
import { findingsOf, idsOf, textOf } from "./healthy.js";

/** Makes a test of each case. */
export function test(cases: readonly Case[]): void {
  it.each(cases)("$name", ({ prints, finds, says = [] }) => {
    const findings = findingsOf(prints);
    expect(idsOf(findings)).toEqual(finds);
    for (const one of says) expect(textOf(findings[0])).toMatch(one);
  });
}
