/** A place in a file: where a value came from, or where a mistake is. */
export interface FilePlace {
  /** Path as the user would write it: relative to the working directory where it lies below it. */
  readonly file: string;
  /** 1-based line. */
  readonly line: number;
  /** 1-based column, in UTF-16 code units. */
  readonly col: number;
}

/** A place on a host: which host, and which task or step was at work. */
export interface HostPlace {
  readonly host: string;
  /** For example `route default` or `step "write /etc/hosts"`. */
  readonly at?: string;
}

/** Where something is. */
export type Place = FilePlace | HostPlace;

/** Whether a place is one in a file. */
export function isFilePlace(place: Place): place is FilePlace {
  return "file" in place;
}

/** Writes a place as `file:line:col` or `host: step`, the form that editors and people jump to. */
export function formatPlace(place: Place): string {
  if (isFilePlace(place)) return `${place.file}:${place.line}:${place.col}`;
  return place.at === undefined ? place.host : `${place.host}: ${place.at}`;
}

/**
 * Draws the lines around a place with a caret under the column, as compilers do.
 * @param source The file's whole text.
 * @param place 1-based line and column; beyond the text, the last line is shown.
 */
export function codeFrame(source: string, place: Pick<FilePlace, "line" | "col">): string {
  const lines = source.split(/\r?\n/);
  const at = Math.min(Math.max(place.line, 1), lines.length);
  const from = Math.max(1, at - 1);
  const to = Math.min(lines.length, at + 1);
  const width = String(to).length;
  const out: string[] = [];
  for (let n = from; n <= to; n++) {
    const text = (lines[n - 1] ?? "").replaceAll("\t", " ");
    out.push(`${n === at ? ">" : " "} ${String(n).padStart(width)} | ${text}`.trimEnd());
    if (n === at) out.push(`  ${" ".repeat(width)} | ${" ".repeat(Math.max(0, place.col - 1))}^`);
  }
  return out.join("\n");
}
