import { closeSync, openSync, readSync } from "node:fs";

/** Whether a run only looked for drift, and changed nothing: a correction names the look that it is of. */
export function isLook({
  command,
  of,
}: {
  readonly command: string;
  readonly of?: string | undefined;
}): boolean {
  return command === "drift" && of === undefined;
}

/** Most headers are shorter, in bytes; a playbook of very many files has a longer one. */
const HEAD = 16_384;
/** One for all: each read is over before the next begins. */
const buffer = Buffer.alloc(HEAD);

/**
 * Whether a journal is surely that of a look, told by its first line alone; false where that does not tell. Timers make looks by the ten thousands, so it
 * costs one read and no more.
 */
export function isLookFile(file: string): boolean {
  try {
    const handle = openSync(file, "r");
    try {
      const text = buffer.toString("utf8", 0, readSync(handle, buffer, 0, buffer.length, 0));
      const value: unknown = JSON.parse(text.slice(0, Math.max(0, text.indexOf("\n"))));
      return isHeader(value) && isLook(value);
    } finally {
      closeSync(handle);
    }
  } catch {
    // Whoever reads it whole says what is wrong with it.
    return false;
  }
}

function isHeader(value: unknown): value is { readonly command: string; readonly of?: string } {
  return (
    typeof value === "object" &&
    value !== null &&
    "type" in value &&
    value.type === "journal" &&
    "command" in value &&
    typeof value.command === "string" &&
    (!("of" in value) || typeof value.of === "string")
  );
}
