import type { ErrorData } from "../model/error.js";
import { SurefootError } from "../model/error.js";
import type { OutputStream } from "../model/event.js";
import type { Sh } from "../model/sh.js";
import { sh } from "../model/sh.js";
import type { HostSession } from "./context.js";
import { LineFeed, OutputTail } from "./output.js";
import { runAs } from "./read.js";
import type { HostResult, HostWork } from "./session.js";
import { withSession } from "./session.js";

/** A command for each host. */
export interface ExecOptions {
  /** As its user wrote it. */
  readonly command: Sh;
  /** Longest time for it on a host, from the login on, in milliseconds. */
  readonly timeoutMs: number;
  /** Tell each line as it comes. */
  readonly stream: boolean;
}

/** The longest time that a timer of Node can wait, in milliseconds. */
const MAX_TIMER_MS = 2 ** 31 - 1;
/** How much longer than the command its shell may be silent, so that of the two waits the command's ends first. */
const SLACK_MS = 60_000;
/** How much of its output the error of a command shows that did not come to its end. */
const SHOWN = 2000;

/** Runs a command by sh on hosts, as the login user or by the target's `become`, with nothing on its stdin. */
export function executor(options: ExecOptions): HostWork {
  return (context, job) => withSession(context, job, async (session) => execute(session, options));
}

async function execute(session: HostSession, options: ExecOptions): Promise<HostResult> {
  const { context, job } = session;
  const { host, become } = job.target;
  context.emit({ type: "host-phase", host, phase: "exec" });
  const start = performance.now();
  const heard = new Heard();
  const feeds = options.stream ? lineFeeds(session) : undefined;
  const timeoutMs = Math.min(options.timeoutMs, MAX_TIMER_MS - SLACK_MS);
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), timeoutMs);
  try {
    const result = await runAs(
      session,
      become !== null,
      // Not the script's own variables.
      { probes: [sh`unset T x g\n${options.command}`] },
      {
        probeTimeoutMs: timeoutMs + SLACK_MS,
        signal: late.signal,
        onOutput: (stream, bytes) => {
          heard[stream].add(bytes);
          feeds?.[stream].add(bytes);
        },
      },
    );
    const frame = result.frames.find((one) => one.type === "probe");
    if (frame?.type !== "probe") throw new SurefootError(shellGone(host));
    heard.stdout.dropNewline();
    feeds?.stdout.end(true);
    feeds?.stderr.end(false);
    const ms = Math.round(performance.now() - start);
    const output = options.stream ? {} : heard.all();
    context.emit({ type: "command-finished", host, exit: frame.exit, ms, ...output });
    return frame.exit === 0 ? { outcome: "ok" } : { outcome: "failed", error: notZero(host, frame.exit) };
  } catch (thrown) {
    for (const feed of Object.values(feeds ?? {})) feed.end(false);
    if (!(thrown instanceof SurefootError)) throw thrown;
    const isLate = late.signal.aborted && thrown.code === "interrupted" && !context.kill.aborted;
    const data = isLate ? tooLate(host, timeoutMs) : thrown.data;
    throw new SurefootError(options.stream ? data : { ...heard.detail(), ...data }, { cause: thrown });
  } finally {
    clearTimeout(timer);
  }
}

/** What a command has written so far. */
class Heard {
  readonly stdout = new OutputTail();
  readonly stderr = new OutputTail();

  all(): {
    readonly stdout: string;
    readonly stderr: string;
    readonly cut?: Partial<Record<OutputStream, number>>;
  } {
    const [out, err] = [this.stdout.read(), this.stderr.read()];
    const cut = {
      ...(out.cut > 0 ? { stdout: out.cut } : {}),
      ...(err.cut > 0 ? { stderr: err.cut } : {}),
    };
    return { stdout: out.text, stderr: err.text, ...(Object.keys(cut).length > 0 ? { cut } : {}) };
  }

  /** Its last lines, whole ones, so that no secret is cut in two. */
  detail(): { readonly detail?: string } {
    const { stdout, stderr } = this.all();
    const lines = `${stdout}${stderr}`.trim().split("\n");
    while (lines.length > 1 && lines.join("\n").length > SHOWN) lines.shift();
    const detail = lines.join("\n");
    return detail === "" ? {} : { detail };
  }
}

function lineFeeds({ context, job }: HostSession): Readonly<Record<OutputStream, LineFeed>> {
  const { host } = job.target;
  const of = (stream: OutputStream): LineFeed =>
    new LineFeed(({ text, cut }) =>
      context.emit({ type: "command-output", host, stream, text, ...(cut > 0 ? { cut } : {}) }),
    );
  return { stdout: of("stdout"), stderr: of("stderr") };
}

function notZero(host: string, exit: number): ErrorData {
  return {
    code: "command-failed",
    message: `the command ended with exit ${exit}`,
    place: { host },
    hint: "What it wrote says why.",
  };
}

function tooLate(host: string, timeoutMs: number): ErrorData {
  return {
    code: "command-timeout",
    message: `the command did not end within ${timeoutMs / 1000} s and was killed`,
    place: { host },
    hint: "Give it a longer --timeout if it is only slow.",
  };
}

function shellGone(host: string): ErrorData {
  return {
    code: "connection-lost",
    message: "the host's shell ended before it said how the command ended",
    place: { host },
    hint: "Look at the host's shell and its limits; the command may have run.",
  };
}
