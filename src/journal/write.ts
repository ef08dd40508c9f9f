import type { FileHandle } from "node:fs/promises";
import { mkdir, open } from "node:fs/promises";
import { dirname } from "node:path";
import { SurefootError } from "../model/error.js";
import type { Event } from "../model/event.js";
import { journalFile } from "./folder.js";
import type { JournalHeader } from "./header.js";

/** Where a journal's lines go. */
export interface JournalSink {
  append(text: string): Promise<void>;
  /** Resolves when all that was appended will survive a loss of power. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

interface Waiter {
  readonly resolve: () => void;
  readonly reject: (error: SurefootError) => void;
}

/**
 * The record of a run as it is written: a header, then every event, a line each, only ever appended. Writing goes on behind the run;
 * before a host is changed the run waits for {@link recorded}. Waits that come together share one sync, so that many hosts cost few.
 */
export class Journal {
  /** Aborted when a line could not be written: what happens from now on is not recorded. */
  readonly failed: AbortSignal;
  readonly file: string;
  readonly #sink: JournalSink;
  readonly #failing = new AbortController();
  #lines: string[] = [];
  #waiters: Waiter[] = [];
  #writing: Promise<void> | undefined;
  #error: SurefootError | undefined;

  /** @param start Lines that stand before the first event. */
  constructor(file: string, sink: JournalSink, start: string) {
    this.file = file;
    this.#sink = sink;
    this.failed = this.#failing.signal;
    this.#lines.push(start);
  }

  /** What kept it from being written, if anything did. */
  get error(): SurefootError | undefined {
    return this.#error;
  }

  /** Takes an event down; it is written soon. */
  record(event: Event): void {
    if (this.#error !== undefined) return;
    this.#lines.push(`${JSON.stringify(withoutIdleStates(event))}\n`);
    this.#wake();
  }

  /**
   * Resolves when all events so far are on disk.
   * @throws SurefootError `journal-failed`.
   */
  recorded(): Promise<void> {
    if (this.#error !== undefined) return Promise.reject(this.#error);
    return new Promise((resolve, reject) => {
      this.#waiters.push({ resolve, reject });
      this.#wake();
    });
  }

  /** Writes what is left and ends; never rejects, {@link error} says whether all is there. */
  async close(): Promise<void> {
    await this.recorded().catch(() => undefined);
    await this.#writing;
    await this.#sink.close().catch(() => undefined);
  }

  #wake(): void {
    this.#writing ??= this.#write().finally(() => {
      this.#writing = undefined;
    });
  }

  async #write(): Promise<void> {
    while (this.#lines.length > 0 || this.#waiters.length > 0) {
      const text = this.#lines.splice(0).join("");
      const waiters = this.#waiters.splice(0);
      try {
        if (this.#error !== undefined) throw this.#error;
        if (text !== "") await this.#sink.append(text);
        if (waiters.length > 0) await this.#sink.sync();
        for (const { resolve } of waiters) resolve();
      } catch (cause) {
        this.#error ??= journalError(this.file, cause);
        for (const { reject } of waiters) reject(this.#error);
        this.#failing.abort();
      }
    }
  }
}

/** What is in sync is recorded without its state: it would be most of the journal of a fleet that is well. */
function withoutIdleStates(event: Event): Event {
  if (event.type !== "host-planned") return event;
  const tasks = event.plan.tasks.map((task) =>
    task.status === "in-sync" ? { ...task, actual: null, desired: null } : task,
  );
  return { ...event, plan: { ...event.plan, tasks } };
}

/**
 * Begins the journal of a new run, or goes on with that of an old one; its header is on disk when this resolves. The file is for its
 * owner only, and so is its folder.
 * @throws SurefootError `journal-failed`.
 */
export async function openJournal(
  state: string,
  header: JournalHeader,
  how: "new" | "again",
): Promise<Journal> {
  const file = journalFile(state, header.run);
  const folder = dirname(file);
  let handle: FileHandle | undefined;
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    handle = await open(file, how === "new" ? "ax" : "a+", 0o600);
    const torn = how === "again" && (await isTorn(handle));
    const journal = new Journal(file, sinkOf(handle), `${torn ? "\n" : ""}${JSON.stringify(header)}\n`);
    await journal.recorded();
    // Without this the file itself may be gone after a loss of power.
    await syncFolder(folder);
    return journal;
  } catch (cause) {
    await handle?.close().catch(() => undefined);
    throw journalError(file, cause);
  }
}

function sinkOf(handle: FileHandle): JournalSink {
  return {
    append: (text) => handle.appendFile(text),
    sync: () => handle.datasync(),
    close: () => handle.close(),
  };
}

/** Whether the last line was cut off: its writer was killed. */
async function isTorn(handle: FileHandle): Promise<boolean> {
  const { size } = await handle.stat();
  if (size === 0) return false;
  const { buffer } = await handle.read(Buffer.alloc(1), 0, 1, size - 1);
  return buffer.toString("latin1") !== "\n";
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function journalError(file: string, cause: unknown): SurefootError {
  if (cause instanceof SurefootError) return cause;
  const why = cause instanceof Error ? cause.message : String(cause);
  const message = `the journal ${file} can't be written: ${why}`;
  const hint = "Nothing is changed without a record. Mend that, or give another folder by --state DIR.";
  return new SurefootError({ code: "journal-failed", message, hint }, { cause });
}
