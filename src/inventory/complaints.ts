import { relative, resolve } from "node:path";
import type { ErrorCode, ErrorData } from "../model/error.js";
import { SurefootErrors } from "../model/error.js";
import type { FilePlace } from "../model/place.js";
import { codeFrame, formatPlace } from "../model/place.js";
import { maskSecrets, printable } from "./mask.js";

/** More errors than this are counted, not shown: nobody reads on, and one slip may repeat ten thousand times. */
const SHOWN = 100;

interface Complaint {
  readonly code: ErrorCode;
  readonly message: string;
  readonly place: FilePlace;
  readonly hint: string;
  readonly framed: boolean;
}

/** Collects errors with their code frames, so that a user sees all of them at once, in the order of the files. */
export class Complaints {
  /** Working directory, absolute: what shown paths are relative to. */
  readonly cwd: string;
  readonly #sources = new Map<string, string>();
  readonly #complaints = new Map<string, Complaint>();
  readonly #warnings = new Map<string, ErrorData>();

  constructor(cwd = process.cwd()) {
    this.cwd = cwd;
  }

  /** Makes a file's text known, for code frames. */
  learn(file: string, source: string): void {
    this.#sources.set(file, source);
  }

  /** The character at a place, empty beyond the text. */
  charAt({ file, line, col }: FilePlace): string {
    return (
      this.#sources
        .get(file)
        ?.split("\n")
        [line - 1]?.charAt(col - 1) ?? ""
    );
  }

  /**
   * Adds an error; the same one at the same place is said once, however many hosts it concerns.
   * @param framed Whether the lines around the place may be shown: not where they may hold a secret.
   */
  add(code: ErrorCode, message: string, place: FilePlace, hint: string, framed = true): void {
    const key = `${formatPlace(place)} ${message}`;
    const said = { message: printable(message), hint: printable(hint) };
    this.#complaints.set(key, { code, place, framed, ...said });
  }

  /** Makes an error's data, with its code frame, without adding it. */
  data(code: ErrorCode, message: string, place: FilePlace, hint: string, framed = true): ErrorData {
    return this.#data({ code, message: printable(message), place, hint: printable(hint), framed });
  }

  /** Notes what is let pass but should be known; the same at the same place is noted once. */
  warn(code: ErrorCode, message: string, place: FilePlace, hint: string): void {
    const key = `${formatPlace(place)} ${message}`;
    if (!this.#warnings.has(key)) this.#warnings.set(key, this.data(code, message, place, hint));
  }

  /** Takes over what another collector learned and was told. */
  adopt(other: Complaints): void {
    for (const [file, source] of other.#sources) this.#sources.set(file, source);
    for (const [key, complaint] of other.#complaints) this.#complaints.set(key, complaint);
    for (const [key, warning] of other.#warnings)
      if (!this.#warnings.has(key)) this.#warnings.set(key, warning);
  }

  /** What was noted so far. */
  get warnings(): readonly ErrorData[] {
    return [...this.#warnings.values()];
  }

  /** How many were added so far. */
  get count(): number {
    return this.#complaints.size;
  }

  /** A path as people write it: relative to the working directory where it lies below it. */
  shown(path: string): string {
    const short = relative(this.cwd, resolve(this.cwd, path));
    return short === "" ? "." : short.startsWith("..") ? path : short;
  }

  /** @throws SurefootErrors if there is anything to complain about. */
  raise(): void {
    const ranks = new Map([...this.#sources.keys()].map((file, i) => [file, i]));
    const rank = ({ file }: FilePlace): number => ranks.get(file) ?? -1;
    const all = [...this.#complaints.values()].sort(
      ({ place: a }, { place: b }) => rank(a) - rank(b) || a.line - b.line || a.col - b.col,
    );
    if (all.length === 0) return;
    const errors = all.slice(0, SHOWN).map((complaint) => this.#data(complaint));
    const next = all[SHOWN];
    if (next !== undefined) {
      const message = `${all.length - SHOWN} more errors are not shown, the first of them: ${next.message}`;
      errors.push(this.#data({ ...next, message }));
    }
    throw new SurefootErrors(errors);
  }

  #data({ code, message, place, hint, framed }: Complaint): ErrorData {
    const source = framed ? this.#sources.get(place.file) : undefined;
    if (source === undefined || source === "") return { code, message, place, hint };
    return { code, message, place, hint, frame: codeFrame(printable(maskSecrets(source)), place) };
  }
}
