import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import type { ErrorCode } from "../model/error.js";
import { SurefootError } from "../model/error.js";
import { canonical } from "../model/json.js";
import type { PasswordSource } from "../model/target.js";

/** Longest time that a command that prints a password may take. */
const COMMAND_TIMEOUT_MS = 60_000;

/** Asks the person at the terminal; without echo what is typed is not shown. Undefined where there is nobody to ask. */
export type Ask = (prompt: string, echo: boolean) => Promise<string>;

/** Reads passwords and passphrases from their sources, each once however many hosts share it. */
export class Secrets {
  readonly #known = new Map<string, Promise<string>>();

  /**
   * Reads a source.
   * @param what For messages: `password of ops`.
   * @throws SurefootError of the given code where the source has none.
   */
  read(source: PasswordSource, what: string, code: ErrorCode): Promise<string> {
    const key = canonical(source);
    const known = this.#known.get(key) ?? readSource(source, what, code);
    this.#known.set(key, known);
    return known;
  }
}

async function readSource(source: PasswordSource, what: string, code: ErrorCode): Promise<string> {
  const missing = (message: string, hint: string, cause?: unknown): SurefootError =>
    new SurefootError({ code, message, hint }, { cause });
  if ("value" in source) return source.value;
  if ("env" in source) {
    const value = process.env[source.env];
    if (value !== undefined) return value;
    throw missing(
      `the variable ${source.env} for the ${what} is not set`,
      `Set ${source.env} and run again.`,
    );
  }
  try {
    const text =
      "file" in source
        ? await readFile(source.file, "utf8")
        : (await promisify(execFile)("sh", ["-c", source.command], { timeout: COMMAND_TIMEOUT_MS })).stdout;
    return text.replace(/\r?\n$/, "");
  } catch (thrown) {
    if ("file" in source)
      throw missing(
        `the file ${source.file} for the ${what} can't be read`,
        "Check that it exists and is yours.",
        thrown,
      );
    throw missing(`the command that prints the ${what} failed`, `Run it by hand: ${source.command}`, thrown);
  }
}
