import { randomBytes } from "node:crypto";
import type { ErrorData } from "../model/error.js";
import { SurefootError } from "../model/error.js";
import { sh } from "../model/sh.js";
import type { Become } from "../model/target.js";
import type { Frame } from "../plan/frames.js";
import { FrameParser, probeErrors } from "../plan/frames.js";
import type { ScriptParts } from "../plan/script.js";
import { framedScript } from "../plan/script.js";
import type { BecomeMarks } from "../transport/become.js";
import { shellCommand, shellFailure } from "../transport/become.js";
import type { Connection, RemoteProcess } from "../transport/transport.js";

/** How long a timed-out script has to end after being told, before its connection is given up. */
const KILL_GRACE_MS = 3_000;
/** How much of what a host writes to stderr is kept. */
const STDERR_LIMIT = 256 * 1024;

/** What to run on a host in one go, and how long it may take. */
export interface ScriptRequest {
  readonly connection: Connection;
  readonly parts: ScriptParts;
  readonly become: Become | null;
  /** Gives sudo's password when sudo asks; asked at most once. */
  readonly password: () => Promise<string>;
  /** Longest wait for the shell to start, and for each probe, in milliseconds. */
  readonly probeTimeoutMs: number;
  /** Longest time for a step, in milliseconds. */
  stepTimeoutMs(step: number): number;
  /** Sees each frame as it arrives. */
  readonly onFrame?: (frame: Frame) => void;
  readonly signal?: AbortSignal;
}

/** All that a script said. */
export interface ScriptResult {
  readonly frames: readonly Frame[];
  /** What probes wrote to stderr, by their number. */
  readonly errors: ReadonlyMap<number, string>;
  /** Whether it came to its end: all steps succeeded and all probes ran. */
  readonly complete: boolean;
}

/**
 * Runs one framed script on a host.
 * @throws SurefootError where sudo or the shell refuse, the connection dies, a wait times out, or it is interrupted. The
 *   script's processes are then killed as far as the host can still be reached.
 */
export async function runScript(request: ScriptRequest): Promise<ScriptResult> {
  const { connection, become } = request;
  const host = connection.target.host;
  const marks = newMarks();
  const { token } = marks;
  const { script } = framedScript(request.parts, token);
  const parser = new FrameParser(token);
  const frames: Frame[] = [];
  const process = await connection.exec(shellCommand(become, marks));
  const watch = new Watch();
  let stderr = "";
  let step: number | undefined;
  let pgid = 0;

  const arm = (): void =>
    watch.arm(step === undefined ? request.probeTimeoutMs : request.stepTimeoutMs(step));
  process.onStdout((chunk) => {
    for (const frame of parser.push(chunk)) {
      if (frame.type === "hello") pgid = frame.pgid;
      step = frame.type === "begin" ? frame.step : frame.type === "end" ? undefined : step;
      frames.push(frame);
      request.onFrame?.(frame);
    }
    arm();
  });
  process.onStderr((chunk) => {
    stderr = (stderr + chunk.toString("utf8")).slice(-STDERR_LIMIT);
  });
  arm();
  const abort = (): void => watch.fire("interrupted");
  request.signal?.addEventListener("abort", abort, { once: true });
  try {
    await feed(process, request, marks, script.sh);
    const ended = await Promise.race([process.done, watch.fired]);
    if (typeof ended === "string") {
      await killGroup(request, process, pgid);
      throw stopped(host, ended, step, parser.unfinishedOutput);
    }
    const hello = frames.some((frame) => frame.type === "hello");
    if (!hello && ended.exit !== null)
      throw new SurefootError(shellFailure(host, become, ended.exit, stderr));
    const complete = frames.at(-1)?.type === "bye";
    const stepFailed = frames.some((frame) => frame.type === "end" && frame.exit !== 0);
    if (!complete && !stepFailed) throw new SurefootError(died(host, step, parser.unfinishedOutput, stderr));
    return { frames, errors: probeErrors(stderr, token), complete };
  } finally {
    watch.disarm();
    request.signal?.removeEventListener("abort", abort);
  }
}

interface Marks extends BecomeMarks {
  readonly token: string;
}

function newMarks(): Marks {
  const token = `@${randomBytes(12).toString("hex")}`;
  return { token, prompt: `${token} password:`, ready: `${token} ready` };
}

/** Hands the script to the shell: at once, or when sudo has got its password. */
async function feed(
  process: RemoteProcess,
  request: ScriptRequest,
  marks: Marks,
  script: string,
): Promise<void> {
  if (request.become?.password === undefined) send(process, script);
  else answerSudo(process, await request.password(), marks, script);
}

function send(process: RemoteProcess, script: string): void {
  process.write(script);
  process.end();
}

/** Sends the password when sudo prompts, and the script when the shell says that it is ready. A second prompt means no. */
function answerSudo(process: RemoteProcess, secret: string, marks: Marks, script: string): void {
  let out = "";
  let err = "";
  let prompts = 0;
  let sent = false;
  process.onStdout((chunk) => {
    if (sent) return;
    out += chunk.toString("latin1");
    if (out.includes(marks.ready)) {
      sent = true;
      send(process, script);
    }
  });
  process.onStderr((chunk) => {
    if (sent) return;
    err += chunk.toString("latin1");
    const seen = err.split(marks.prompt).length - 1;
    if (seen <= prompts) return;
    prompts = seen;
    if (prompts === 1) process.write(`${secret}\n`);
    else process.end();
  });
}

type Stop = "timeout" | "interrupted";

/** A timer that can be wound again, and the promise of its going off. */
class Watch {
  readonly fired: Promise<Stop>;
  #fire: (why: Stop) => void = () => undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor() {
    this.fired = new Promise((resolve) => {
      this.#fire = resolve;
    });
  }

  arm(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#fire("timeout"), ms);
  }

  fire(why: Stop): void {
    this.#fire(why);
  }

  disarm(): void {
    clearTimeout(this.#timer);
  }
}

/** Ends the script's process group on the host, then gives the channel up. */
async function killGroup(request: ScriptRequest, process: RemoteProcess, pgid: number): Promise<void> {
  const { connection, become } = request;
  const grace = new Promise<void>((resolve) => setTimeout(resolve, KILL_GRACE_MS));
  const kill = async (): Promise<void> => {
    if (pgid <= 1) return;
    const marks = newMarks();
    const killer = await connection.exec(shellCommand(become, marks));
    killer.onStdout(() => undefined);
    killer.onStderr(() => undefined);
    // dash takes no negative process group after `kill -TERM --`, only after the `-s` form.
    const script = sh`kill -s TERM -- -${pgid}; sleep 1; kill -s KILL -- -${pgid} 2>/dev/null; :`;
    await feed(killer, request, marks, script.sh);
    await process.done;
  };
  // The host may be gone; the caller reports that it was stopped, whatever this comes to.
  await Promise.race([kill().catch(() => undefined), grace]);
  process.abandon();
}

function stopped(host: string, why: Stop, step: number | undefined, output: string): SurefootError {
  const detail = output.trim() === "" ? {} : { detail: output.trim().slice(-2000) };
  if (why === "interrupted") {
    return new SurefootError({
      code: "interrupted",
      message: step === undefined ? "interrupted while reading the host" : "interrupted during a step",
      place: { host },
      hint: "Run the command again: what was done already will not be done twice.",
      ...detail,
    });
  }
  return new SurefootError({
    code: step === undefined ? "host-timeout" : "step-timeout",
    message:
      step === undefined ? "the host did not answer in time" : "the step did not end in time and was killed",
    place: { host },
    hint:
      step === undefined
        ? "Look whether the host hangs (load, disk, network); a slow one may need a longer --timeout."
        : "Give the run a longer --step-timeout if the step is only slow.",
    ...detail,
  });
}

function died(host: string, step: number | undefined, output: string, stderr: string): ErrorData {
  const said = (output.trim() || stderr.trim()).slice(-2000);
  return {
    code: "connection-lost",
    message:
      step === undefined ? "the connection died while reading the host" : "the connection died during a step",
    place: { host },
    hint: "Check that the host is up and reachable, then run again: what was done already will not be done twice.",
    ...(said === "" ? {} : { detail: said }),
  };
}
