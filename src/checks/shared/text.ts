import { z } from "zod";

/** What must be found in a text: a regular expression, or text. */
export const wantedText = z.union([z.instanceof(RegExp), z.string()]);

/** Whether it is found. */
export function contains(text: string, wanted: RegExp | string): boolean {
  // A RegExp with the flag g or y remembers where it was: a copy has no such memory.
  return typeof wanted === "string"
    ? text.includes(wanted)
    : new RegExp(wanted.source, wanted.flags).test(text);
}
