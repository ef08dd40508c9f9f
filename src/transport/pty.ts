import { quote } from "../model/sh.js";
import type { RemoteProcess } from "./transport.js";

/*
 * A terminal has one output. So that a shell behind one has two again, its stderr is carried within its stdout: each line of it as
 *
 *   TOKEN " err " the line NEWLINE
 *
 * which is taken out again here, wherever it stands, byte for byte. (A mark that began with a newline would have every last line wait for
 * what comes next.) Each such piece is one write(2) of at most PIPE_BUF bytes into a pipe,
 * which no other write can split (POSIX.1-2017, write(2)); longer lines are cut.
 */

/** Bytes of one line of stderr that are carried: with mark and newlines it stays below PIPE_BUF, which is at least 4096 on Linux. */
const LINE_BYTES = 3000;

/**
 * What a shell on a terminal is told, as one line, to become one that takes scripts: a shell whose stdout and stderr are pipes is not
 * interactive, though its stdin is the terminal (POSIX.1-2017, sh).
 */
export function carryLine(token: string): string {
  const mark = quote(`${token} err %.${LINE_BYTES}s\\n`);
  const carry = `while IFS= read -r l; do printf ${mark} "$l"; done`;
  return `{ sh 2>&1 >&3 3>&- | ${carry} >&3 3>&-; } 3>&1 | cat\n`;
}

/** Takes apart again what {@link carryLine} put together. */
export class Uncarry {
  readonly #mark: Buffer;
  readonly #out: (bytes: Buffer) => void;
  readonly #err: (bytes: Buffer) => void;
  #pending: Buffer = Buffer.alloc(0);

  constructor(token: string, out: (bytes: Buffer) => void, err: (bytes: Buffer) => void) {
    this.#mark = Buffer.from(`${token} err `);
    this.#out = out;
    this.#err = err;
  }

  /** Takes bytes as they come; hands on what is certain, and keeps what may be the beginning of a mark. */
  push(chunk: Buffer): void {
    this.#pending = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
    for (;;) {
      const at = this.#pending.indexOf(this.#mark);
      const end = at < 0 ? -1 : this.#pending.indexOf(0x0a, at + this.#mark.length);
      const sure = at < 0 ? this.#pending.length - this.#begun() : at;
      if (sure > 0) this.#out(this.#pending.subarray(0, sure));
      if (end < 0) {
        this.#pending = this.#pending.subarray(sure);
        return;
      }
      this.#err(this.#pending.subarray(at + this.#mark.length, end + 1));
      this.#pending = this.#pending.subarray(end + 1);
    }
  }

  /** How many bytes at the end may be the beginning of a mark. */
  #begun(): number {
    const { length } = this.#pending;
    const from = Math.max(0, length - this.#mark.length + 1);
    const [first = 0] = this.#mark;
    for (let at = this.#pending.indexOf(first, from); at >= 0; at = this.#pending.indexOf(first, at + 1)) {
      if (this.#mark.subarray(0, length - at).equals(this.#pending.subarray(at))) return length - at;
    }
    return 0;
  }
}

/** A process on a terminal whose shell was given {@link carryLine}, as one with two outputs. */
export function uncarried(process: RemoteProcess, token: string): RemoteProcess {
  const out: ((chunk: Buffer) => void)[] = [];
  const err: ((chunk: Buffer) => void)[] = [];
  const tell =
    (listeners: readonly ((chunk: Buffer) => void)[]) =>
    (bytes: Buffer): void => {
      for (const listener of listeners) listener(bytes);
    };
  const uncarry = new Uncarry(token, tell(out), tell(err));
  process.onStdout((chunk) => uncarry.push(chunk));
  return {
    write: (data) => process.write(data),
    // A terminal in raw mode knows no end of input.
    end: () => process.write("\nexit\n"),
    onStdout: (listener) => void out.push(listener),
    onStderr: (listener) => void err.push(listener),
    done: process.done,
    abandon: () => process.abandon(),
  };
}
