import { randomBytes } from "node:crypto";
import type { ErrorData } from "../model/error.js";
import { SurefootError } from "../model/error.js";
import { MASK } from "../model/plan.js";
import { quote } from "../model/sh.js";
import type { Become } from "../model/target.js";
import { becomeError, notTried, refusalIn, shellFailure } from "./become-errors.js";
import { QUIET_MS, questionIn } from "./become-prompt.js";
import { carryLine, uncarried } from "./pty.js";
import type { Connection, RemoteProcess } from "./transport.js";
import type { PasswordTrials } from "./trials.js";
import { passwordTrials } from "./trials.js";

/** How long a method that was given a wrong password may take to say so and to end. */
const FAREWELL_MS = 3_000;
/** The most that is kept of what a host prints before its shell is ready, in characters. */
const KEPT = 16_384;

/** Whose shell is wanted, and how to get it. */
export interface ShellRequest {
  readonly connection: Connection;
  readonly become: Become | null;
  /** Gives the password that the method asks for; asked at most once. */
  readonly password: () => Promise<string>;
  readonly signal?: AbortSignal;
  /** Hosts that try the same password; by default all of this process. */
  readonly trials?: PasswordTrials;
}

/** A shell that runs, and whether the password was asked for on the way. */
interface Opened {
  readonly process: RemoteProcess;
  readonly asked: boolean;
}

/** What sudo shall print when it wants the password, and what the shell prints once it runs. */
interface Marks {
  readonly token: string;
  readonly prompt: string;
  readonly ready: string;
}

function newMarks(): Marks {
  const token = `@${randomBytes(12).toString("hex")}`;
  return { token, prompt: `${token} password:`, ready: `${token} ready` };
}

/**
 * Starts a shell that takes scripts from stdin, as the login user or as another. Where no password is known, the method is told to fail
 * rather than ask, and nothing is waited for; else the shell says when it is ready, and the password is sent only when it is asked for,
 * once, and to one host after the other until one has taken it.
 *
 * sudo needs no terminal, and gets one only where it insists (`requiretty`); doas and su read passwords from nothing else.
 * @throws SurefootError `connection-lost`; for each way to refuse the code `become-...`; `become-timeout` rather than waiting for ever.
 */
export async function openShell(request: ShellRequest): Promise<RemoteProcess> {
  const { connection, become } = request;
  if (become === null) return connection.exec("sh");
  const secret = become.password === undefined ? undefined : await request.password();
  if (secret !== undefined) return inTurn(request, become, secret);
  const withTerminal = async (): Promise<RemoteProcess> =>
    (await onTerminal(request, become, undefined)).process;
  if (become.method === "su") return withTerminal();
  const process = await connection.exec(
    `${methodOf(become)} -n -u ${quote(become.user)} ${SHELL[become.method]}`,
  );
  return become.method === "sudo" ? elseOnTerminal(process, withTerminal) : process;
}

/** Starts a shell when it is this host's turn to try the password. */
async function inTurn(request: ShellRequest, become: Become, secret: string): Promise<RemoteProcess> {
  const { host, user } = request.connection.target;
  // su asks for the password of whom it becomes, the others for that of who calls.
  const account = `${become.method} ${become.method === "su" ? become.user : user}`;
  const turn = await (request.trials ?? passwordTrials).enter(account, secret, host);
  if ("refusedBy" in turn) throw new SurefootError(notTried(host, become, turn.refusedBy));
  try {
    const { process, asked } = await openAsking(request, become, secret);
    turn.end(asked ? "taken" : "unasked");
    return process;
  } catch (thrown) {
    const wrong = thrown instanceof SurefootError && thrown.code === "become-password-wrong";
    turn.end(wrong ? "refused" : "unasked");
    throw thrown;
  }
}

async function openAsking(request: ShellRequest, become: Become, secret: string): Promise<Opened> {
  const { connection } = request;
  if (become.method !== "sudo") return onTerminal(request, become, secret);
  const marks = newMarks();
  const program = quote(`${sayReady(marks)}; exec sh`);
  const command = `${methodOf(become)} -S -p ${quote(marks.prompt)} -u ${quote(become.user)} -- sh -c ${program}`;
  const process = await connection.exec(command);
  try {
    return { process, asked: await ready({ request, become, process, marks, secret }) };
  } catch (thrown) {
    if (!(thrown instanceof SurefootError) || thrown.code !== "become-tty-needed") throw thrown;
    return onTerminal(request, become, secret);
  }
}

/** Two spaces become one: a refusal that shows the command, as sudo's does, is then not taken for the shell's word. */
function sayReady({ ready: mark }: Marks): string {
  return `echo ${mark.replace(" ", "  ")}`;
}

/** sudo takes options up to `--`; OpenDoas has no such word. */
const SHELL = { sudo: "-- sh", doas: "sh", su: "sh" } as const;

function methodOf({ method }: Become): string {
  return `env LC_ALL=C ${method}`;
}

/** Only words and single quotes, so that fish and csh read it alike, as login shells and as those that su starts. */
function terminalCommand(become: Become, marks: Marks, secret: string | undefined): string {
  const program = `sh -c ${quote(`stty raw -echo; ${sayReady(marks)}; read -r x; eval "$x"`)}`;
  const user = quote(become.user);
  if (become.method === "su") return `${methodOf(become)} ${user} -c ${quote(program)}`;
  if (become.method === "doas") return `${methodOf(become)} -u ${user} ${program}`;
  const asks = secret === undefined ? "-n" : `-p ${quote(marks.prompt)}`;
  return `${methodOf(become)} ${asks} -u ${user} -- ${program}`;
}

async function onTerminal(
  request: ShellRequest,
  become: Become,
  secret: string | undefined,
): Promise<Opened> {
  const marks = newMarks();
  const process = await request.connection.exec(terminalCommand(become, marks, secret), true);
  const asked = await ready({ request, become, process, marks, secret });
  process.write(carryLine(marks.token));
  return { process: uncarried(process, marks.token), asked };
}

/** A process that is replaced by another where it ends because it has no terminal; what was written to it until then is written again. */
function elseOnTerminal(first: RemoteProcess, second: () => Promise<RemoteProcess>): RemoteProcess {
  let current = first;
  let said = "";
  let written: string[] | undefined = [];
  const out: ((chunk: Buffer) => void)[] = [];
  const err: ((chunk: Buffer) => void)[] = [];
  first.onStdout(() => {
    written = undefined;
  });
  first.onStderr((chunk) => {
    said = (said + chunk.toString("utf8")).slice(-KEPT);
  });
  const instead = async (): Promise<Awaited<RemoteProcess["done"]>> => {
    const ended = await first.done;
    if (written === undefined || refusalIn(said) !== "become-tty-needed") return ended;
    try {
      current = await second();
    } catch (thrown) {
      if (!(thrown instanceof SurefootError)) throw thrown;
      const detail = Buffer.from(`${thrown.data.detail ?? thrown.message}\n`);
      for (const listener of err) listener(detail);
      return ended;
    }
    for (const listener of out) current.onStdout(listener);
    for (const listener of err) current.onStderr(listener);
    for (const data of written) current.write(data);
    written = undefined;
    return current.done;
  };
  return {
    write: (data) => {
      written?.push(data);
      current.write(data);
    },
    end: () => current.end(),
    onStdout: (listener) => {
      out.push(listener);
      current.onStdout(listener);
    },
    onStderr: (listener) => {
      err.push(listener);
      current.onStderr(listener);
    },
    done: instead(),
    abandon: () => current.abandon(),
  };
}

interface Opening {
  readonly request: ShellRequest;
  readonly become: Become;
  readonly process: RemoteProcess;
  readonly marks: Marks;
  readonly secret: string | undefined;
}

/**
 * Waits for the shell behind a method, and answers its one question for the password. A second question means that the password was
 * wrong: it is not tried again, which could lock the account.
 * @returns whether it was asked for the password.
 */
function ready({ request, become, process, marks, secret }: Opening): Promise<boolean> {
  const { host } = request.connection.target;
  return new Promise((resolve, reject) => {
    let said = "";
    /** Where what came since the answer begins. */
    let from = 0;
    let answered = false;
    let over = false;
    let quiet: NodeJS.Timeout | undefined;
    const finish = (): boolean => {
      if (over) return false;
      over = true;
      clearTimeout(quiet);
      clearTimeout(timer);
      request.signal?.removeEventListener("abort", abort);
      return true;
    };
    const shown = (): string => {
      const marked = said.replaceAll(marks.prompt, "");
      return secret === undefined || secret === "" ? marked : marked.replaceAll(secret, MASK);
    };
    const fail = (data: ErrorData): void => {
      if (finish()) reject(new SurefootError(data));
    };
    /** What it says as a farewell belongs to the error, so it is waited for, but not for long. */
    const refuse = (code: Parameters<typeof becomeError>[0], gently: boolean): void => {
      if (!finish()) return;
      if (gently) process.end();
      else process.abandon();
      const late = setTimeout(() => process.abandon(), FAREWELL_MS);
      void process.done.then(() => {
        clearTimeout(late);
        reject(new SurefootError(becomeError(code, host, become, shown())));
      });
    };
    const judge = (isQuiet: boolean): void => {
      if (over) return;
      if (said.includes(marks.ready, from)) {
        if (finish()) resolve(answered);
        return;
      }
      const question = questionIn(said.slice(from), marks.prompt, isQuiet);
      if (question === undefined) return;
      if (question !== "password") refuse("become-question", false);
      else if (secret === undefined) refuse("become-password-needed", false);
      else if (answered) refuse("become-password-wrong", true);
      else {
        answered = true;
        from = said.length;
        process.write(`${secret}\n`);
      }
    };
    const hear = (chunk: Buffer): void => {
      said = said.length > KEPT ? said : said + chunk.toString("utf8");
      if (over) return;
      clearTimeout(quiet);
      judge(false);
      if (!over) quiet = setTimeout(() => judge(true), QUIET_MS);
    };
    const abort = (): void => {
      process.abandon();
      const hint = "Run the command again: nothing was done.";
      fail({
        code: "interrupted",
        message: `interrupted while ${become.method} was starting`,
        place: { host },
        hint,
      });
    };
    const timer = setTimeout(() => {
      process.abandon();
      fail(becomeError("become-timeout", host, become, shown()));
    }, become.timeout * 1000);
    request.signal?.addEventListener("abort", abort, { once: true });
    process.onStdout(hear);
    process.onStderr(hear);
    void process.done.then(({ exit }) => {
      if (exit === null && !over) fail(lost(host));
      else fail(shellFailure(host, become, exit, shown()));
    });
    if (request.signal?.aborted === true) abort();
  });
}

function lost(host: string): ErrorData {
  return {
    code: "connection-lost",
    message: "the connection died before a shell was there",
    place: { host },
    hint: "Check that the host is up and reachable, then run again: nothing was done.",
  };
}
