import { open } from "node:fs/promises";
import { journalFile, listRuns } from "../journal/folder.js";
import type { JournalHeader } from "../journal/header.js";
import { readJournal } from "../journal/read.js";
import { isRunning } from "../journal/who.js";
import type { Tally } from "../model/event.js";
import { tallyWords } from "../report/words.js";
import { requireRecords } from "./records.js";

/** How much of a journal's end is read to see how the run ended, in bytes: its last line is short. */
const TAIL = 16_384;

interface Row {
  readonly run: string;
  readonly state: "finished" | "running" | "cut short" | "unreadable";
  readonly header?: JournalHeader;
  readonly tally?: Tally;
}

/** All runs that have a journal, a line each. Only the beginning and the end of each journal are read. */
export async function listStories(state: string, json: boolean): Promise<string> {
  await requireRecords(state);
  const rows: Row[] = [];
  for (const run of await listRuns(state)) rows.push(await rowOf(journalFile(state, run), run));
  if (json) return `${JSON.stringify(rows, null, 2)}\n`;
  if (rows.length === 0) return "No run is recorded yet.\n";
  return rows.map((row) => `${line(row)}\n`).join("");
}

async function rowOf(file: string, run: string): Promise<Row> {
  try {
    for await (const entry of readJournal(file)) {
      if (!("header" in entry)) break;
      const { header } = entry;
      const tally = await finalTally(file);
      if (tally !== undefined) return { run, state: "finished", header, tally };
      return { run, state: isRunning(header.who) === true ? "running" : "cut short", header };
    }
  } catch {
    // Said in the list, so that one bad file does not hide the others; `runs show` says why.
  }
  return { run, state: "unreadable" };
}

/** How hosts came out of the last part, if the journal ends with that. */
export async function finalTally(file: string): Promise<Tally | undefined> {
  const handle = await open(file, "r");
  try {
    const { size } = await handle.stat();
    const at = Math.max(0, size - TAIL);
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(TAIL), 0, TAIL, at);
    const last = buffer.subarray(0, bytesRead).toString("utf8").trimEnd().split("\n").at(-1) ?? "";
    const event: unknown = JSON.parse(last);
    return isFinished(event) ? event.tally : undefined;
  } catch (thrown) {
    if (thrown instanceof SyntaxError) return undefined;
    throw thrown;
  } finally {
    await handle.close();
  }
}

function isFinished(event: unknown): event is { readonly tally: Tally } {
  return (
    typeof event === "object" &&
    event !== null &&
    "type" in event &&
    event.type === "run-finished" &&
    "tally" in event
  );
}

function line({ run, state, header, tally }: Row): string {
  if (header === undefined) return `${run}  ${state}`;
  const of = header.of === undefined ? "" : ` of ${header.of}`;
  const how = tally === undefined ? state : tallyWords(tally);
  return `${run}  ${header.who.user}@${header.who.host}  ${header.command}${of} ${header.playbook.path} -i ${header.inventory.path}  ${how}`;
}
