import { spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { SurefootError } from "../model/error.js";
import { secrets } from "../model/secret.js";
import { readSource } from "../secrets/source.js";
import type { Notice } from "./notice.js";
import type { Receiver } from "./receiver.js";
import { isAddress } from "./receiver.js";

/** Longest wait for a webhook's answer, in milliseconds. */
const ANSWER_MS = 10_000;
/** Before it is tried a second time, where that may help. */
const AGAIN_MS = 1_000;
/** Longest time that a command may take, in milliseconds. */
const COMMAND_MS = 30_000;
/** How long what it printed is waited for once it has ended, in milliseconds. */
const LATE_MS = 500;
/** Characters of what it printed that are told where it failed. */
const SAID = 2_000;
/** The longest text in a variable of the environment, in bytes: Linux allows 128 KiB for each (execve(2)), and the rest needs room too. */
const VARIABLE = 65_536;

/** Hands a notice on; rejects with what went wrong. */
export type Send = (notice: Notice) => Promise<void>;

/**
 * Makes ready to tell a receiver, before any host is contacted.
 * @throws SurefootError `secret-unavailable` for a file that can't be read, `flag-invalid` for one without an address.
 */
export async function openReceiver(receiver: Receiver): Promise<Send> {
  if (receiver.kind === "command") return (notice) => runCommand(receiver.command, notice);
  const url = "url" in receiver ? receiver.url : await addressIn(receiver.file);
  secrets.add(url);
  return (notice) => post(new URL(url), notice);
}

async function addressIn(file: string): Promise<string> {
  const text = (
    await readSource({ file }, "the address of --notify webhook", { file, line: 1, col: 1 })
  ).trim();
  if (isAddress(text)) return text;
  throw new SurefootError({
    code: "flag-invalid",
    message: "--notify webhook: the file holds no address",
    place: { file, line: 1, col: 1 },
    hint: "Write one line: https://...",
  });
}

async function post(url: URL, notice: Notice): Promise<void> {
  const first = await tryPost(url, notice);
  if (first === undefined) return;
  let last = first;
  if (first.again) {
    await sleep(AGAIN_MS);
    const second = await tryPost(url, notice);
    if (second === undefined) return;
    last = second;
  }
  // The path and what follows it are what nobody else may know.
  throw failed(
    `the webhook at ${url.host} ${last.why}`,
    "Check the address, and the way from here to there.",
  );
}

/** What went wrong, and whether trying again may help. */
async function tryPost(
  url: URL,
  notice: Notice,
): Promise<{ readonly why: string; readonly again: boolean } | undefined> {
  try {
    const answer = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json", "user-agent": "surefoot" },
      body: JSON.stringify(notice),
      // A notice is for the address that was given, and for no other.
      redirect: "manual",
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    await answer.body?.cancel();
    if (answer.ok) return undefined;
    return { why: `answered ${answer.status}`, again: answer.status >= 500 || answer.status === 429 };
  } catch (thrown) {
    return { why: whyNot(thrown), again: true };
  }
}

/** The code of the cause: `fetch failed`, which the error itself says, is no reason, and its texts repeat the address. */
function whyNot(thrown: unknown): string {
  if (!(thrown instanceof Error)) return "could not be reached";
  if (thrown.name === "TimeoutError") return `did not answer within ${ANSWER_MS / 1000} s`;
  const { cause } = thrown;
  const code = cause instanceof Error && "code" in cause ? ` (${String(cause.code)})` : "";
  return `could not be reached${code}`;
}

/** Runs a command of the user's by a shell: JSON on its stdin, what people read in its environment. */
function runCommand(command: string, notice: Notice): Promise<void> {
  return new Promise((resolve, reject) => {
    const { summary, text } = notice;
    const child = spawn("sh", ["-c", command], {
      stdio: ["pipe", "pipe", "pipe"],
      // A group of its own: what it started ends with it.
      detached: true,
      env: { ...process.env, SUREFOOT_SUMMARY: cut(summary), SUREFOOT_TEXT: cut(text) },
    });
    let said = "";
    const hear = (chunk: Buffer): void => {
      said = `${said}${chunk.toString("utf8")}`.slice(-SAID);
    };
    child.stdout.on("data", hear);
    child.stderr.on("data", hear);
    let late: NodeJS.Timeout | undefined;
    const end = (how: string | undefined): void => {
      clearTimeout(timer);
      clearTimeout(late);
      child.stdout.destroy();
      child.stderr.destroy();
      if (how === undefined) resolve();
      else reject(failed(`the command of --notify ${how}`, `Run it by hand: ${command}`, said.trim()));
    };
    const timer = setTimeout(() => {
      if (child.pid !== undefined) killGroup(child.pid);
      end(`did not end within ${COMMAND_MS / 1000} s`);
    }, COMMAND_MS);
    child.on("error", (error) => end(`could not be started: ${error.message}`));
    const ended = (code: number | null, signal: string | null): void =>
      end(code === 0 ? undefined : `failed (${code ?? signal})`);
    child.on("close", ended);
    // What it left behind may hold its outputs open for as long as it likes.
    child.on("exit", (code, signal) => {
      late = setTimeout(ended, LATE_MS, code, signal);
    });
    // It need not read what it is given.
    child.stdin.on("error", () => undefined);
    child.stdin.end(`${JSON.stringify(notice)}\n`);
  });
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // It ended by itself meanwhile.
  }
}

function cut(text: string): string {
  const clean = text.replaceAll("\0", "");
  return Buffer.byteLength(clean) <= VARIABLE
    ? clean
    : Buffer.from(clean).subarray(0, VARIABLE).toString("utf8");
}

function failed(message: string, hint: string, detail = ""): SurefootError {
  return new SurefootError({
    code: "notify-failed",
    message: `nobody was told of the change: ${message}`,
    hint: `${hint} The next look that is to tell tells it again.`,
    ...(detail === "" ? {} : { detail }),
  });
}
