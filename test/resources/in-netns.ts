import { existsSync } from "node:fs";
import { expect, it } from "vitest";
import type { Environment } from "./environments.js";
import { netnsEnvironment, netnsRefusal } from "./environments.js";

const refusal = netnsRefusal();

/** Says loudly that a test is left out, and fails where it need not have been: root has network namespaces on Linux. */
export function leftOut(what: string, why: string): void {
  it(`LEFT OUT (${why}): ${what}`, () => {
    process.stderr.write(`\nLEFT OUT (${why}): ${what}\n`);
    expect(process.getuid?.() === 0 && process.platform === "linux" && why === refusal).toBe(false);
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
    leftOut(name, why);
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
