import { relative } from "node:path";
import type { ErrorCode, ErrorData } from "../model/error.js";
import { SurefootErrors } from "../model/error.js";
import type { FilePlace } from "../model/place.js";
import { codeFrame } from "../model/place.js";

/** Collects errors with their code frames, so that a user sees all of them at once. */
export class Complaints {
  readonly #sources = new Map<string, string>();
  readonly #errors: ErrorData[] = [];

  /** Makes a file's text known, for code frames. */
  learn(file: string, source: string): void {
    this.#sources.set(file, source);
  }

  add(code: ErrorCode, message: string, place: FilePlace, hint: string): void {
    const source = this.#sources.get(place.file);
    const frame = source === undefined ? {} : { frame: codeFrame(source, place) };
    this.#errors.push({ code, message, place, hint, ...frame });
  }

  get count(): number {
    return this.#errors.length;
  }

  /** @throws SurefootErrors if there is anything to complain about. */
  raise(): void {
    if (this.#errors.length > 0) throw new SurefootErrors(this.#errors);
  }
}

/** A path as people write it: relative to the working directory where it lies below it. */
export function shownPath(path: string): string {
  const short = relative(process.cwd(), path);
  return short === "" ? "." : short.startsWith("..") ? path : short;
}
