import type { RunRecord } from "./record.js";

/** Version of the form; raised when a field is added or changes its meaning. Lines of another version are made anew from the journals. */
const VERSION = "1";

/** A run as the index keeps it. */
export interface IndexLine {
  readonly run: string;
  /** Of the journal when it was read, in bytes: a journal of another size is read again. */
  readonly size: number;
  /** Whether the journal grows no more: that of a look that has ended, which can't be gone on with. */
  readonly fixed: boolean;
  /** A {@link RunRecord}, or {@link Unreadable}, in JSON: looked into only when it is wanted. */
  readonly json: string;
}

/** What is kept of a journal that is not understood. */
export interface Unreadable {
  readonly unreadable: string;
}

/** A line of the index. It begins with a newline, too, so that one that was cut off before it spoils only itself. */
export function formatLine({ run, size, fixed, json }: IndexLine): string {
  return `\n${VERSION}\t${run}\t${size}\t${fixed ? FIXED : GROWS}\t${json.length}\t${json}\n`;
}

/** Reads a line of the index; undefined where it is of another version, torn, or no line. */
export function parseLine(text: string): IndexLine | undefined {
  const [version, run = "", size = "", grows = "", length = ""] = text.split("\t", 5);
  const json = text.slice(`${version}\t${run}\t${size}\t${grows}\t${length}\t`.length);
  if (version !== VERSION || run === "" || size === "" || json === "" || Number(length) !== json.length)
    return undefined;
  return { run, size: Number(size), fixed: grows === FIXED, json };
}

const FIXED = "fixed";
const GROWS = "grows";

/** Whether nothing changed or differed in a run, told without parsing: the groups come last in a record. */
export function isQuietLine({ json }: Pick<IndexLine, "json">): boolean {
  return json.endsWith('"groups":[]}');
}

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
  return typeof value === "object" && value !== null && "groups" in value && Array.isArray(value.groups);
}

function isUnreadable(value: unknown): value is Unreadable {
  return typeof value === "object" && value !== null && "unreadable" in value;
}
