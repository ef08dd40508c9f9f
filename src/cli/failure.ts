import type { ErrorData } from "../model/error.js";
import { classOf, SurefootErrors, toErrorData } from "../model/error.js";
import { EXIT } from "../model/exit.js";
import { secrets } from "../model/secret.js";

/** All errors in what was thrown, secrets masked. */
function errorsOf(thrown: unknown): readonly ErrorData[] {
  return secrets.maskAll(thrown instanceof SurefootErrors ? thrown.errors : [toErrorData(thrown)]);
}

function exitCodeOf(errors: readonly ErrorData[]): number {
  const classes = new Set(errors.map((error) => classOf(error.code)));
  if (classes.has("interrupted")) return EXIT.interrupted;
  if (classes.has("failed")) return EXIT.failed;
  if (classes.has("unreachable")) return EXIT.unreachable;
  return EXIT.badInput;
}

/** Prints what went wrong with a command as a whole, and gives its exit code. */
export async function reportFailure(thrown: unknown, options: { readonly json: boolean }): Promise<number> {
  const errors = errorsOf(thrown);
  if (options.json) {
    const at = new Date().toISOString();
    for (const error of errors) process.stdout.write(`${JSON.stringify({ type: "error", error, at })}\n`);
  } else {
    const { formatErrors } = await import("../report/errors.js");
    process.stderr.write(formatErrors(errors, useColor(process.stderr)));
  }
  return exitCodeOf(errors);
}

/** Says on stderr what was let pass but should be known. */
export async function warn(warnings: readonly ErrorData[]): Promise<void> {
  if (warnings.length === 0) return;
  const { formatWarnings } = await import("../report/warnings.js");
  process.stderr.write(formatWarnings(warnings, useColor(process.stderr)));
}

/** Whether a stream shall be coloured: a terminal, unless NO_COLOR is set (no-color.org) or FORCE_COLOR says otherwise. */
export function useColor(stream: { readonly isTTY?: boolean }): boolean {
  const { NO_COLOR, FORCE_COLOR } = process.env;
  if (NO_COLOR !== undefined && NO_COLOR !== "") return false;
  if (FORCE_COLOR !== undefined && FORCE_COLOR !== "") return FORCE_COLOR !== "0";
  return stream.isTTY === true;
}
