import { z } from "zod";

/** Version of the journal's form; raised when a field changes its meaning or goes away. */
const JOURNAL_VERSION = 1;

/** Flags that a run was given and that going on with it needs again; secrets are masked. */
const flags = z.object({
  limit: z.string().optional(),
  tags: z.array(z.string()).optional(),
  /** As given by `-e`, secrets masked. */
  extraVar: z.array(z.string()),
  forks: z.number(),
  /** Seconds. */
  timeout: z.number(),
  /** Seconds. */
  stepTimeout: z.number(),
  /** Seconds. */
  confirmTimeout: z.number(),
  waves: z.string().optional(),
  budget: z.string().optional(),
});

/** Who runs it, to tell a run that goes on from one that was killed. */
const who = z.object({
  user: z.string(),
  host: z.string(),
  pid: z.number(),
  /** When the process began, as the kernel counts; tells it from a later one with the same number. */
  began: z.string().optional(),
});

const schema = z.object({
  type: z.literal("journal"),
  v: z.literal(JOURNAL_VERSION),
  at: z.string(),
  run: z.string(),
  surefoot: z.string(),
  command: z.enum(["run", "resume", "rollback", "drift"]),
  /** The run that a rollback takes back, or the look whose drift is corrected. */
  of: z.string().optional(),
  /** The schedule by whose timer it ran. */
  schedule: z.string().optional(),
  who,
  /** Absolute; the paths below are relative to it. */
  cwd: z.string(),
  playbook: z.object({
    path: z.string(),
    /** SHA-256 in hex of the playbook, what it imports and the templates that it reads, by path. */
    files: z.record(z.string(), z.string()),
  }),
  inventory: z.object({
    path: z.string(),
    /** SHA-256 in hex over all its files. */
    hash: z.string(),
  }),
  flags,
});

/**
 * The first line of a journal, and again the first of each `runs resume`: who ran what, from which files. Plain data, secrets masked.
 */
export type JournalHeader = Readonly<z.output<typeof schema>>;

/** Who runs a run. */
export type Who = JournalHeader["who"];

/** What differs from run to run in a header; the rest is the journal's own. */
export type HeaderFacts = Omit<JournalHeader, "type" | "v" | "at">;

/** Makes a header. */
export function headerOf(facts: HeaderFacts): JournalHeader {
  return { type: "journal", v: JOURNAL_VERSION, at: new Date().toISOString(), ...facts };
}

/** The header in a line of a journal, or undefined where the line is none that this version understands. */
export function parseHeader(line: unknown): JournalHeader | undefined {
  const result = schema.safeParse(line);
  return result.success ? result.data : undefined;
}
