/** What a running script says, as it says it. */
export type Frame =
  | { readonly type: "hello"; readonly pid: number; readonly pgid: number }
  | { readonly type: "begin"; readonly step: number }
  | { readonly type: "end"; readonly step: number; readonly exit: number; readonly output: string }
  | { readonly type: "probe"; readonly probe: number; readonly exit: number; readonly output: string }
  | { readonly type: "bye" };

/** Longest output of one step that is kept, in bytes; of a longer one the last part is. */
export const STEP_OUTPUT_LIMIT = 64 * 1024;

const NEWLINE = 0x0a;

/** The last part of a stream of lines. */
class Tail {
  #lines: Buffer[] = [];
  #size = 0;

  add(line: Buffer): void {
    this.#lines.push(line);
    this.#size += line.length;
    for (;;) {
      const first = this.#lines[0];
      if (first === undefined || this.#size - first.length < STEP_OUTPUT_LIMIT) return;
      this.#lines.shift();
      this.#size -= first.length;
    }
  }

  text(): string {
    return Buffer.concat(this.#lines).toString("utf8");
  }
}

/**
 * Reads frames from the chunks of a script's stdout. Bytes outside any frame (banners, login scripts' chatter) are
 * dropped.
 */
export class FrameParser {
  readonly #token: Buffer;
  #pending: Buffer = Buffer.alloc(0);
  /** The probe whose output arrives; it has none of the marks that end it in its first `searched` bytes. */
  #probe: { readonly mark: Buffer; searched: number } | undefined;
  #step: { readonly index: number; readonly output: Tail } | undefined;
  /** Where it is given it takes what probes write as it comes, with one newline more at the end; their frames then hold none of it. */
  onProbeOutput: ((bytes: Buffer) => void) | undefined;

  constructor(token: string) {
    this.#token = Buffer.from(`${token} `, "latin1");
  }

  /** Output of the step that has begun and not ended, if any: what to show when the connection dies under it. */
  get unfinishedOutput(): string {
    return this.#step === undefined ? "" : this.#step.output.text() + this.#pending.toString("utf8");
  }

  /** Takes the next chunk and gives the frames that it completes. */
  push(chunk: Buffer): readonly Frame[] {
    this.#pending = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
    const frames: Frame[] = [];
    for (;;) {
      const before = this.#pending.length;
      const frame = this.#probe === undefined ? this.#line() : this.#probeBody(this.#probe);
      if (frame !== undefined) frames.push(frame);
      if (this.#pending.length === before && frame === undefined) return frames;
    }
  }

  #probeBody(probe: { readonly mark: Buffer; searched: number }): Frame | undefined {
    const at = this.#pending.indexOf(probe.mark, probe.searched);
    const end = at < 0 ? -1 : this.#pending.indexOf(NEWLINE, at + probe.mark.length);
    if (end < 0) {
      if (this.onProbeOutput !== undefined)
        this.#handOut(at < 0 ? this.#pending.length - begun(this.#pending, probe.mark) : at);
      else probe.searched = Math.max(0, at < 0 ? this.#pending.length - probe.mark.length : at);
      return undefined;
    }
    const output = this.onProbeOutput === undefined ? this.#pending.toString("utf8", 0, at) : "";
    const [index = 0, exit = 0] = this.#pending
      .toString("latin1", at + probe.mark.length, end)
      .split(" ")
      .map(Number);
    const last = end + 1 - this.#handOut(at);
    this.#pending = this.#pending.subarray(last);
    this.#probe = undefined;
    return { type: "probe", probe: index, exit, output };
  }

  /** Gives the next bytes away where somebody takes them; says how many were given. */
  #handOut(length: number): number {
    if (this.onProbeOutput === undefined || length === 0) return 0;
    this.onProbeOutput(this.#pending.subarray(0, length));
    this.#pending = this.#pending.subarray(length);
    return length;
  }

  #line(): Frame | undefined {
    const end = this.#pending.indexOf(NEWLINE);
    if (end < 0) return undefined;
    const line = this.#pending.subarray(0, end + 1);
    this.#pending = this.#pending.subarray(end + 1);
    if (line.subarray(0, this.#token.length).equals(this.#token)) {
      return this.#header(line.toString("latin1", this.#token.length, end).split(" "));
    }
    this.#step?.output.add(line);
    return undefined;
  }

  #header(words: readonly string[]): Frame | undefined {
    const [word, ...rest] = words;
    const [first = 0, second = 0] = rest.map(Number);
    switch (word) {
      case "hello":
        return { type: "hello", pid: first, pgid: second };
      case "begin":
        this.#step = { index: first, output: new Tail() };
        return { type: "begin", step: first };
      case "end": {
        // The script prints a newline before this header; it isn't the step's own.
        const output = (this.#step?.output.text() ?? "").replace(/\n$/, "");
        this.#step = undefined;
        return { type: "end", step: first, exit: second, output };
      }
      case "read":
        this.#probe = {
          mark: Buffer.concat([
            // Who hears it as it comes shall not wait for the next byte after each line.
            Buffer.from(this.onProbeOutput === undefined ? [NEWLINE] : []),
            this.#token,
            Buffer.from("probe "),
          ]),
          searched: 0,
        };
        return undefined;
      case "bye":
        return { type: "bye" };
      default:
        return undefined;
    }
  }
}

/** How many of the last bytes may be the beginning of a mark. */
function begun(bytes: Buffer, mark: Buffer): number {
  let length = Math.min(mark.length - 1, bytes.length);
  while (length > 0 && !bytes.subarray(bytes.length - length).equals(mark.subarray(0, length))) length--;
  return length;
}

/** Passes on, as they come, the bytes between two marks of a stream. */
export class Between {
  readonly #marks: Buffer[];
  readonly #take: (bytes: Buffer) => void;
  #pending: Buffer = Buffer.alloc(0);

  constructor(first: string, last: string, take: (bytes: Buffer) => void) {
    this.#marks = [Buffer.from(first, "latin1"), Buffer.from(last, "latin1")];
    this.#take = take;
  }

  /** Takes the next chunk. */
  push(chunk: Buffer): void {
    this.#pending = Buffer.concat([this.#pending, chunk]);
    for (let mark = this.#marks[0]; mark !== undefined; mark = this.#marks[0]) {
      const at = this.#pending.indexOf(mark);
      const length = at < 0 ? this.#pending.length - begun(this.#pending, mark) : at;
      if (this.#marks.length === 1 && length > 0) this.#take(this.#pending.subarray(0, length));
      this.#pending = this.#pending.subarray(at < 0 ? length : at + mark.length);
      if (at < 0) return;
      this.#marks.shift();
    }
    this.#pending = Buffer.alloc(0);
  }
}

/** Splits a script's stderr into what each probe wrote there; what came before the first is under -1. */
export function probeErrors(stderr: string, token: string): ReadonlyMap<number, string> {
  const errors = new Map<number, string>();
  let current = -1;
  for (const line of stderr.split("\n")) {
    if (line === `${token} bye`) break;
    const at = line.indexOf(`${token} probe `);
    const text = at < 0 ? line : line.slice(0, at);
    if (text !== "") errors.set(current, `${errors.get(current) ?? ""}${text}\n`);
    if (at >= 0) current = Number(line.slice(at + token.length + 7));
  }
  return errors;
}
