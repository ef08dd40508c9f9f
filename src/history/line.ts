import { z } from "zod";
import type { RunRecord } from "./record.js";

/** Version of the form; raised when a field is added or changes its meaning. Lines of another version are made anew from the journals. */
const VERSION = "1";

/** A run as the index keeps it. */
export interface IndexLine {
  readonly run: string;
  /** Of the journal when it was read, in bytes: a journal of another size is read again. */
  readonly size: number;
  /** A {@link RunRecord}, or {@link Unreadable}, in JSON: looked into only when it is wanted. */
  readonly json: string;
}

/** What is kept of a journal that is not understood. */
export interface Unreadable {
  readonly unreadable: string;
}

/** A line of the index. It begins with a newline, too, so that one that was cut off before it spoils only itself. */
export function formatLine({ run, size, json }: IndexLine): string {
  return `\n${VERSION}\t${run}\t${size}\t${json.length}\t${json}\n`;
}

/** Reads a line of the index; undefined where it is of another version, torn, or no line. */
export function parseLine(text: string): IndexLine | undefined {
  const [version, run = "", size = "", length = ""] = text.split("\t", 4);
  const json = text.slice(`${version}\t${run}\t${size}\t${length}\t`.length);
  if (version !== VERSION || run === "" || size === "" || Number(length) !== json.length) return undefined;
  return { run, size: Number(size), json };
}

const record = z.looseObject({ run: z.string(), at: z.string(), groups: z.array(z.looseObject({})) });
const unreadable = z.looseObject({ unreadable: z.string() });

/** What a line holds; undefined where it was damaged. Only so much is looked at as tells a record from damage: it was checked when it was made. */
export function recordIn({ json }: Pick<IndexLine, "json">): RunRecord | Unreadable | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return isRecord(value) || isUnreadable(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is RunRecord {
  return record.safeParse(value).success;
}

function isUnreadable(value: unknown): value is Unreadable {
  return unreadable.safeParse(value).success;
}
