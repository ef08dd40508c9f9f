import type { Duplex } from "node:stream";

/** Longest text that a server may send before its banner; RFC 4253, section 4.2 allows lines before it and gives no limit. */
const PREAMBLE_LIMIT = 16 * 1024;

/** What came first over a new connection: an SSH banner, or something else, or nothing in time, or the end. */
export type Greeting =
  | { readonly kind: "banner" }
  | { readonly kind: "timeout" }
  | { readonly kind: "ended"; readonly said: string; readonly error?: Error };

/**
 * Waits for the identification string of an SSH server (RFC 4253, section 4.2), which servers send at once. What was read is put back,
 * so that the handshake can go on from the beginning. Never rejects.
 */
export function readBanner(stream: Duplex, timeoutMs: number): Promise<Greeting> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    const said = (): string => Buffer.concat(chunks).toString("latin1");
    const settle = (greeting: Greeting): void => {
      clearTimeout(timer);
      stream.off("readable", onReadable).off("error", onError).off("end", onEnd).off("close", onEnd);
      // A later error, as when the stream is torn down, is seen by its close.
      stream.on("error", () => undefined);
      resolve(greeting);
    };
    const onReadable = (): void => {
      for (;;) {
        const chunk: unknown = stream.read();
        if (!Buffer.isBuffer(chunk)) break;
        chunks.push(chunk);
      }
      const text = said();
      if (/^SSH-/m.test(text)) {
        stream.unshift(Buffer.concat(chunks));
        settle({ kind: "banner" });
      } else if (text.length > PREAMBLE_LIMIT) settle({ kind: "ended", said: text.slice(0, PREAMBLE_LIMIT) });
    };
    const onError = (error: Error): void => settle({ kind: "ended", said: said(), error });
    const onEnd = (): void => settle({ kind: "ended", said: said() });
    const timer = setTimeout(() => settle({ kind: "timeout" }), timeoutMs);
    stream.on("readable", onReadable).on("error", onError).on("end", onEnd).on("close", onEnd);
    if (stream.destroyed) onEnd();
  });
}
