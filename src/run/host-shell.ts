import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
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
import type { Connection, ProcessExit, RemoteProcess } from "../transport/transport.js";

/** How long a timed-out script has to end after being told, before its connection is given up. */
const KILL_GRACE_MS = 3_000;
/** How long a shell may take to give its lease back and end. */
const CLOSE_GRACE_MS = 1_000;
/** How much of what a host writes to stderr is kept. */
const STDERR_LIMIT = 256 * 1024;

/** Whose shell it is and how to get it. */
export interface ShellOptions {
  readonly connection: Connection;
  readonly become: Become | null;
  /** Gives sudo's password when sudo asks; asked at most once. */
  readonly password: () => Promise<string>;
}

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
  readonly #options: ShellOptions;
  readonly #process: RemoteProcess;
  readonly #marks: Marks;
  readonly #parser: FrameParser;
  #onStdout: (frames: readonly Frame[]) => void = () => undefined;
  #onStderr: () => void = () => undefined;
  #stderr = "";
  /** Hands scripts to the shell; they wait while sudo asks for the password. */
  #feed: (script: string) => void;
  #alive = true;

  /**
   * Starts a shell.
   * @throws SurefootError `connection-lost`, or `sudo-password-needed` where the password's source has none.
   */
  static async open(options: ShellOptions): Promise<HostShell> {
    const marks = newMarks();
    const secret = options.become?.password === undefined ? undefined : await options.password();
    const process = await options.connection.exec(shellCommand(options.become, marks));
    return new HostShell(options, process, marks, secret);
  }

  private constructor(
    options: ShellOptions,
    process: RemoteProcess,
    marks: Marks,
    secret: string | undefined,
  ) {
    this.#options = options;
    this.#process = process;
    this.#marks = marks;
    this.#parser = new FrameParser(marks.token);
    this.#feed =
      secret === undefined ? (script) => process.write(script) : feedAfterSudo(process, secret, marks);
    process.onStdout((chunk) => this.#onStdout(this.#parser.push(chunk)));
    process.onStderr((chunk) => {
      this.#stderr = (this.#stderr + chunk.toString("utf8")).slice(-STDERR_LIMIT);
      this.#onStderr();
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
    const { token } = this.#marks;
    const frames: Frame[] = [];
    const watch = new Watch();
    let step: number | undefined;
    let pgid = 0;
    this.#stderr = "";
    const arm = (): void =>
      watch.arm(step === undefined ? request.probeTimeoutMs : request.stepTimeoutMs(step));
    const finished = new Promise<"finished">((resolve) => {
      // Both streams end with a mark; which arrives first is chance.
      const check = (): void => {
        if (frames.at(-1)?.type === "bye" && this.#stderr.includes(`${token} bye`)) resolve("finished");
      };
      this.#onStderr = check;
      this.#onStdout = (arrived) => {
        for (const frame of arrived) {
          if (frame.type === "hello") pgid = frame.pgid;
          step = frame.type === "begin" ? frame.step : frame.type === "end" ? undefined : step;
          frames.push(frame);
          request.onFrame?.(frame);
        }
        arm();
        check();
      };
    });
    const abort = (): void => watch.fire("interrupted");
    request.signal?.addEventListener("abort", abort, { once: true });
    if (request.signal?.aborted === true) abort();
    arm();
    try {
      this.#feed(framedScript(request.parts, token).script.sh);
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
      const said = this.#stderr.replaceAll(this.#marks.prompt, "").replace(/\n+/g, "\n");
      return new SurefootError(shellFailure(this.#host, become, exit.exit, said));
    }
    return new SurefootError(died(this.#host, step, this.#parser.unfinishedOutput, this.#stderr));
  }

  /** Ends the script's process group on the host by another shell, then gives this one up. */
  async #kill(pgid: number): Promise<void> {
    this.#alive = false;
    const killing = async (): Promise<void> => {
      if (pgid <= 1) return;
      const killer = await HostShell.open(this.#options);
      // dash takes no negative process group after `kill -TERM --`, only after the `-s` form.
      killer.#feed(sh`kill -s TERM -- -${pgid}; sleep 1; kill -s KILL -- -${pgid} 2>/dev/null; exit\n`.sh);
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

interface Marks extends BecomeMarks {
  readonly token: string;
}

function newMarks(): Marks {
  const token = `@${randomBytes(12).toString("hex")}`;
  return { token, prompt: `${token} password:`, ready: `${token} ready` };
}

/**
 * Sends the password when sudo prompts, and scripts only when the shell says that it is ready: where sudo needs no password after all, a
 * shell would take it for a command. A second prompt means that it was wrong; it is not tried again.
 */
function feedAfterSudo(process: RemoteProcess, secret: string, marks: Marks): (script: string) => void {
  let out = "";
  let err = "";
  let prompts = 0;
  let ready = false;
  const waiting: string[] = [];
  process.onStdout((chunk) => {
    if (ready) return;
    out += chunk.toString("latin1");
    if (!out.includes(marks.ready)) return;
    ready = true;
    for (const script of waiting) process.write(script);
  });
  process.onStderr((chunk) => {
    if (ready) return;
    err += chunk.toString("latin1");
    const seen = err.split(marks.prompt).length - 1;
    if (seen <= prompts) return;
    prompts = seen;
    if (prompts === 1) process.write(`${secret}\n`);
    else process.end();
  });
  return (script) => {
    if (ready) process.write(script);
    else waiting.push(script);
  };
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
