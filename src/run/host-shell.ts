import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { ErrorData } from "../model/error.js";
import { SurefootError } from "../model/error.js";
import type { OutputStream } from "../model/event.js";
import { sh } from "../model/sh.js";
import type { Frame } from "../plan/frames.js";
import { Between, FrameParser, probeErrors } from "../plan/frames.js";
import type { ScriptParts } from "../plan/script.js";
import { framedScript } from "../plan/script.js";
import type { ShellRequest } from "../transport/become.js";
import { openShell } from "../transport/become.js";
import { shellFailure } from "../transport/become-errors.js";
import type { ProcessExit, RemoteProcess } from "../transport/transport.js";

/** How long a timed-out script has to end after being told, before its connection is given up. */
const KILL_GRACE_MS = 3_000;
/** How long a shell may take to give its lease back and end. */
const CLOSE_GRACE_MS = 1_000;
/** How much of what a host writes to stderr is kept. */
const STDERR_LIMIT = 256 * 1024;

/** What to run in one go, and how long it may take. */
export interface ScriptRequest {
  readonly parts: ScriptParts;
  /** Longest wait for the shell to start, and for each probe, in milliseconds. */
  readonly probeTimeoutMs: number;
  /** Longest time for a step, in milliseconds. */
  stepTimeoutMs(step: number): number;
  /** Sees each frame as it arrives. */
  readonly onFrame?: (frame: Frame) => void;
  /** Sees, before the script is given up, what its probes had written to stderr, by their number. */
  readonly onStopped?: (errors: ReadonlyMap<number, string>) => void;
  /**
   * Takes what the script's one probe writes, as it comes; stdout has one newline more at the end. The probe's frame has no output then.
   */
  readonly onOutput?: (stream: OutputStream, bytes: Buffer) => void;
  readonly signal?: AbortSignal;
}

/** All that a script said. */
export interface ScriptResult {
  readonly frames: readonly Frame[];
  /** What probes wrote to stderr, by their number. */
  readonly errors: ReadonlyMap<number, string>;
}

/**
 * A shell on a host, as the login user or by sudo, that takes one framed script after the other: logging in and sudo are paid once.
 */
export class HostShell {
  readonly #options: ShellRequest;
  readonly #process: RemoteProcess;
  readonly #token = `@${randomBytes(12).toString("hex")}`;
  readonly #parser: FrameParser;
  #onStdout: (frames: readonly Frame[]) => void = () => undefined;
  #onStderr: (chunk: Buffer) => void = () => undefined;
  #stderr = "";
  #alive = true;

  /**
   * Starts a shell.
   * @throws SurefootError as {@link openShell} does.
   */
  static async open(options: ShellRequest): Promise<HostShell> {
    return new HostShell(options, await openShell(options));
  }

  private constructor(options: ShellRequest, process: RemoteProcess) {
    this.#options = options;
    this.#process = process;
    this.#parser = new FrameParser(this.#token);
    process.onStdout((chunk) => this.#onStdout(this.#parser.push(chunk)));
    process.onStderr((chunk) => {
      this.#stderr = (this.#stderr + chunk.toString("utf8")).slice(-STDERR_LIMIT);
      this.#onStderr(chunk);
    });
    void process.done.then(() => {
      this.#alive = false;
    });
  }

  /** Whether it can take another script. */
  get alive(): boolean {
    return this.#alive;
  }

  /**
   * Runs one framed script to its end.
   * @throws SurefootError where sudo or the shell refuse, the connection dies, a wait times out, or it is interrupted. The script's
   *   processes are then killed as far as the host can still be reached, and the shell is gone.
   */
  async run(request: ScriptRequest): Promise<ScriptResult> {
    const token = this.#token;
    const frames: Frame[] = [];
    const watch = new Watch();
    let step: number | undefined;
    let pgid = 0;
    this.#stderr = "";
    const arm = (): void =>
      watch.arm(step === undefined ? request.probeTimeoutMs : request.stepTimeoutMs(step));
    const { onOutput } = request;
    this.#parser.onProbeOutput =
      onOutput === undefined ? undefined : (bytes: Buffer) => onOutput("stdout", bytes);
    const errors =
      onOutput === undefined
        ? undefined
        : new Between(`${token} probe 0\n`, `${token} bye\n`, (bytes) => onOutput("stderr", bytes));
    const finished = new Promise<"finished">((resolve) => {
      // Both streams end with a mark; which arrives first is chance.
      const check = (): void => {
        if (frames.at(-1)?.type === "bye" && this.#stderr.includes(`${token} bye`)) resolve("finished");
      };
      this.#onStderr = (chunk) => {
        errors?.push(chunk);
        check();
      };
      this.#onStdout = (arrived) => {
        for (const frame of arrived) {
          if (frame.type === "hello") pgid = frame.pgid;
          step = frame.type === "begin" ? frame.step : frame.type === "end" ? undefined : step;
          frames.push(frame);
          request.onFrame?.(frame);
        }
        // Only what came to an end counts: something that prints for ever gets on with nothing.
        if (arrived.length > 0) arm();
        check();
      };
    });
    const abort = (): void => watch.fire("interrupted");
    request.signal?.addEventListener("abort", abort, { once: true });
    if (request.signal?.aborted === true) abort();
    arm();
    try {
      this.#process.write(framedScript(request.parts, token).script.sh);
      const ended = await Promise.race([finished, this.#process.done, watch.fired]);
      if (ended === "timeout" || ended === "interrupted") {
        request.onStopped?.(probeErrors(this.#stderr, token));
        await this.#kill(pgid);
        throw stopped(this.#host, ended, step, this.#parser.unfinishedOutput);
      }
      if (ended !== "finished") throw this.#death(ended, frames.length > 0, step);
      return { frames, errors: probeErrors(this.#stderr, token) };
    } finally {
      watch.disarm();
      request.signal?.removeEventListener("abort", abort);
    }
  }

  /** Lets the shell end, and waits for that as long as the shell of a host that can be reached needs. */
  async close(): Promise<void> {
    if (!this.#alive) return;
    this.#process.end();
    const stop = new AbortController();
    const late = sleep(CLOSE_GRACE_MS, undefined, { signal: stop.signal }).catch(() => undefined);
    await Promise.race([this.#process.done, late]);
    stop.abort();
  }

  get #host(): string {
    return this.#options.connection.target.host;
  }

  #death(exit: ProcessExit, started: boolean, step: number | undefined): SurefootError {
    const { become } = this.#options;
    if (!started && exit.exit !== null) {
      return new SurefootError(shellFailure(this.#host, become, exit.exit, this.#stderr));
    }
    return new SurefootError(died(this.#host, step, this.#parser.unfinishedOutput, this.#stderr));
  }

  /** Ends the script's process group on the host by another shell, then gives this one up. */
  async #kill(pgid: number): Promise<void> {
    this.#alive = false;
    const killing = async (): Promise<void> => {
      if (pgid <= 1) return;
      // Not by the signal that this may be the answer to.
      const { signal: _, ...options } = this.#options;
      const killer = await HostShell.open(options);
      // dash takes no negative process group after `kill -TERM --`, only after the `-s` form.
      killer.#process.write(
        sh`kill -s TERM -- -${pgid}; sleep 1; kill -s KILL -- -${pgid} 2>/dev/null; exit\n`.sh,
      );
      await killer.#process.done;
    };
    let timer: NodeJS.Timeout | undefined;
    const grace = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, KILL_GRACE_MS);
    });
    // The host may be gone; the caller reports that it was stopped, whatever this comes to.
    await Promise.race([killing().catch(() => undefined), grace]);
    clearTimeout(timer);
    this.#process.abandon();
  }
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
