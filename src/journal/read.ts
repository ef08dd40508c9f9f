import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { z } from "zod";
import type { ErrorCode } from "../model/error.js";
import { ERROR_CODES, SurefootError } from "../model/error.js";
import type { Event, Outcome } from "../model/event.js";
import { emptyTally } from "../model/event.js";
import { isHostPlan } from "../model/plan-shape.js";
import type { JournalHeader } from "./header.js";
import { parseHeader } from "./header.js";

/** A line of a journal: the header of a part, or an event. */
export type Entry = { readonly header: JournalHeader } | { readonly event: Event };

/** What every event has; of the rest, only what the folds rest on is looked at. */
const outcomes = Object.keys(emptyTally());
const isOutcome = z.custom<Outcome>((value) => typeof value === "string" && outcomes.includes(value));
const isCode = z.custom<ErrorCode>((value) => typeof value === "string" && value in ERROR_CODES);
const host = z.string();
const shapes: Readonly<Record<string, z.ZodType>> = {
  "run-started": z.looseObject({ run: z.string(), hosts: z.number() }),
  "run-finished": z.looseObject({ exitCode: z.number(), ms: z.number(), tally: z.record(host, z.number()) }),
  "host-planned": z.looseObject({ host, plan: z.custom(isHostPlan) }),
  "host-drift": z.looseObject({
    host,
    standing: z.string(),
    findings: z.array(z.looseObject({ title: z.string() })),
  }),
  "host-phase": z.looseObject({ host, phase: z.string() }),
  "step-started": z.looseObject({ host, task: z.string(), step: z.string() }),
  "step-finished": z.looseObject({ host, task: z.string(), step: z.string(), exit: z.number() }),
  "handler-owed": z.looseObject({ host, handlers: z.array(z.string()) }),
  "handler-done": z.looseObject({ host, handlers: z.array(z.string()) }),
  "host-finished": z.looseObject({
    host,
    outcome: isOutcome,
    error: z.looseObject({ code: isCode, message: z.string(), hint: z.string() }).optional(),
  }),
  "wave-started": z.looseObject({ wave: z.number(), waves: z.number(), hosts: z.array(host) }),
};
const any = z.looseObject({ type: z.string(), at: z.string() });

/** Whether a value read from a journal is an event: what the folds rest on is there. */
function isEvent(value: unknown): value is Event {
  const known = any.safeParse(value);
  return known.success && (shapes[known.data.type]?.safeParse(value).success ?? true);
}

/**
 * Reads a journal line by line, whatever its length. A line that was cut off, because its writer was killed, is left out: it can only be
 * the last one of a part.
 * @throws SurefootError `run-invalid` for any other line that is not understood, with its place; `run-unknown` where there is no file.
 */
export async function* readJournal(file: string): AsyncGenerator<Entry> {
  const input = createReadStream(file, "utf8");
  const opened = new Promise<void>((resolve, reject) => {
    input.once("open", () => resolve());
    input.once("error", reject);
  });
  try {
    await opened;
  } catch (cause) {
    const message = `the journal ${file} can't be read`;
    throw new SurefootError({ code: "run-unknown", message, hint: String(cause) }, { cause });
  }
  let line = 0;
  let torn: number | undefined;
  for await (const text of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    line++;
    if (text === "") continue;
    const entry = parse(text);
    if (torn !== undefined && (entry === undefined || !("header" in entry))) throw invalid(file, torn);
    if (line === 1 && (entry === undefined || !("header" in entry))) throw invalid(file, line);
    torn = entry === undefined ? line : undefined;
    if (entry !== undefined) yield entry;
  }
}

/**
 * The header of a journal's first part, of which no more is read; undefined where the journal is empty.
 * @throws SurefootError as {@link readJournal} does.
 */
export async function firstHeader(file: string): Promise<JournalHeader | undefined> {
  for await (const entry of readJournal(file)) return "header" in entry ? entry.header : undefined;
  return undefined;
}

function parse(text: string): Entry | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // Judged by the caller: the last line may be cut off.
    return undefined;
  }
  const header = parseHeader(value);
  if (header !== undefined) return { header };
  return isEvent(value) ? { event: value } : undefined;
}

function invalid(file: string, line: number): SurefootError {
  return new SurefootError({
    code: "run-invalid",
    message: "this line of the journal is not understood",
    place: { file, line, col: 1 },
    hint: "Another version of Surefoot wrote it, or something else changed the file.",
  });
}
