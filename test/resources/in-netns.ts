import { existsSync } from "node:fs";
import { expect, it } from "vitest";
import type { Environment } from "./environments.js";
import { netnsEnvironment, netnsRefusal } from "./environments.js";

const refusal = netnsRefusal();

/** Says loudly that something is left out for want of a network namespace or a program. */
export function leftOut(what: string, why: string, program?: string): void {
  it(`LEFT OUT (${why}): ${what}`, () => {
    process.stderr.write(`\nLEFT OUT (${why}): ${what}\n`);
    expect(netnsRefusal() === undefined && (program === undefined || existsSync(program))).toBe(false);
  });
}

/**
 * A test that runs in a network namespace of its own.
 * @param program a program that it also needs, by its path.
 */
export function itInNetns(
  name: string,
  body: (env: Environment) => Promise<void>,
  program = "/bin/sh",
): void {
  const why = refusal ?? (existsSync(program) ? undefined : `there is no ${program}`);
  if (why !== undefined) {
    leftOut(name, why, program);
    return;
  }
  it(name, async () => {
    const env = await netnsEnvironment();
    try {
      await body(env);
    } finally {
      await env.dispose();
    }
  });
}
