import { secrets } from "../model/secret.js";

/** Most of a stream that is kept, in bytes: the last part of it. */
export const OUTPUT_LIMIT = 64 * 1024;
/** Most of a line that is told as it comes, in bytes: the first part of it. */
export const LINE_LIMIT = 16 * 1024;
/**
 * Characters next to a cut that are left out too, unless a line ends before: half a secret is not known as one, and a key of 4096 bits has
 * some 3300 characters.
 */
const MARGIN = 4096;

const NEWLINE = 0x0a;

/** What was kept of a stream, and how many bytes were left out before it. */
export interface Kept {
  readonly text: string;
  readonly cut: number;
}

/** The last part of a stream. */
export class OutputTail {
  #chunks: Buffer[] = [];
  #size = 0;
  #total = 0;

  /** Takes the next bytes. */
  add(bytes: Buffer): void {
    this.#chunks.push(bytes);
    this.#size += bytes.length;
    this.#total += bytes.length;
    // Many small pieces, each of them part of a larger buffer, would keep all of those.
    if (this.#size < 2 * OUTPUT_LIMIT && this.#chunks.length < 1024) return;
    const last = Buffer.from(Buffer.concat(this.#chunks).subarray(-OUTPUT_LIMIT));
    this.#chunks = [last];
    this.#size = last.length;
  }

  /** Takes a last newline back. */
  dropNewline(): void {
    const all = Buffer.concat(this.#chunks);
    if (all.at(-1) !== NEWLINE) return;
    this.#chunks = [all.subarray(0, -1)];
    this.#size--;
    this.#total--;
  }

  /** What is left of it. */
  read(): Kept {
    const kept = Buffer.concat(this.#chunks).subarray(-OUTPUT_LIMIT);
    if (kept.length === this.#total) return { text: kept.toString("utf8"), cut: 0 };
    const newline = kept.indexOf(NEWLINE);
    const from = newline < 0 ? MARGIN : Math.min(newline + 1, MARGIN);
    return { text: kept.toString("utf8", from), cut: this.#total - kept.length + from };
  }
}

/** Cuts a stream into lines as it comes. */
export class LineFeed {
  readonly #say: (line: Kept) => void;
  #chunks: Buffer[] = [];
  #size = 0;
  #cut = 0;
  /** Lines with nothing in them that were not said yet. */
  #empty = 0;

  /** @param say Takes each line without its newline, and how many bytes of it were left out behind. */
  constructor(say: (line: Kept) => void) {
    this.#say = say;
  }

  /** Takes the next bytes. */
  add(bytes: Buffer): void {
    let from = 0;
    for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, from)) {
      this.#keep(bytes.subarray(from, end));
      this.#flush();
      from = end + 1;
    }
    this.#keep(bytes.subarray(from));
  }

  /**
   * Says what is left: a last line without a newline.
   * @param extra Whether the stream had a newline more at its end than belongs to it.
   */
  end(extra: boolean): void {
    if (extra) this.#empty = Math.max(0, this.#empty - 1);
    if (this.#size > 0) this.#flush();
    else this.#sayEmpty();
  }

  #sayEmpty(): void {
    for (; this.#empty > 0; this.#empty--) this.#say({ text: "", cut: 0 });
  }

  #keep(bytes: Buffer): void {
    const part = Buffer.from(bytes.subarray(0, LINE_LIMIT - this.#size));
    if (part.length > 0) this.#chunks.push(part);
    this.#size += part.length;
    this.#cut += bytes.length - part.length;
  }

  #flush(): void {
    if (this.#size === 0) {
      this.#empty++;
      return;
    }
    this.#sayEmpty();
    const text = Buffer.concat(this.#chunks).toString("utf8");
    this.#say(
      this.#cut === 0
        ? { text, cut: 0 }
        : { text: secrets.mask(text).slice(0, -MARGIN), cut: this.#cut + MARGIN },
    );
    this.#chunks = [];
    this.#size = 0;
    this.#cut = 0;
  }
}
