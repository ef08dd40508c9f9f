import { randomInt } from "node:crypto";
import { appendFile, mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { IndexLine } from "./line.js";
import { formatLine, parseLine } from "./line.js";

/** How long a file of a writer that was killed may lie about, in milliseconds. */
const LEFT_MS = 3_600_000;

/** The folder of the index below a state folder. */
function indexFolder(state: string): string {
  return join(state, "history");
}

/** The segment that a run's line is in: that of the month in which it began. */
export function segmentOf(run: string): string {
  const [, year, month] = /^(\d{4})(\d\d)\d\dT/.exec(run) ?? [];
  return year === undefined || month === undefined ? "other" : `${year}-${month}`;
}

function segmentFile(state: string, segment: string): string {
  return join(indexFolder(state), `${segment}.idx`);
}

/** A segment's lines by run, the last one of each; empty where there is no such file. What is torn or of another version is left out. */
export async function readSegment(state: string, segment: string): Promise<Map<string, IndexLine>> {
  let text = "";
  try {
    text = await readFile(segmentFile(state, segment), "utf8");
  } catch {
    // It is made anew from the journals.
  }
  const lines = text.split("\n").flatMap((line) => parseLine(line) ?? []);
  return new Map(lines.map((line) => [line.run, line]));
}

/** Replaces a segment at once as a whole; for its owner only, as the journals are. */
export async function replaceSegment(
  state: string,
  segment: string,
  lines: Iterable<IndexLine>,
): Promise<void> {
  const file = segmentFile(state, segment);
  // Of its own even within a process: a server reads for several at a time.
  const fresh = join(dirname(file), `.${basename(file)}.${process.pid}${randomInt(1_000_000)}`);
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  try {
    await writeFile(fresh, [...lines].map(formatLine).join(""), { mode: 0o600 });
    await rename(fresh, file);
  } finally {
    await rm(fresh, { force: true });
  }
}

/** Adds a line to a segment, in one write. */
export async function appendLine(state: string, line: IndexLine): Promise<void> {
  const file = segmentFile(state, segmentOf(line.run));
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  await appendFile(file, formatLine(line), { mode: 0o600 });
}

/** Removes segments of which no journal is left, and what writers that were killed left behind. */
export async function removeOthers(state: string, segments: ReadonlySet<string>): Promise<void> {
  const folder = indexFolder(state);
  for (const name of await readdir(folder).catch(() => [])) {
    const file = join(folder, name);
    const segment = /^([^.]+)\.idx$/.exec(name)?.[1];
    const left = /^\..*\.idx\.\d+$/.test(name) && (await age(file)) > LEFT_MS;
    if (left || (segment !== undefined && !segments.has(segment))) await rm(file, { force: true });
  }
}

async function age(file: string): Promise<number> {
  return stat(file).then(
    ({ mtimeMs }) => Date.now() - mtimeMs,
    () => 0,
  );
}
