import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import type { ErrorCode, ErrorData } from "../model/error.js";
import { SurefootError } from "../model/error.js";
import { canonical } from "../model/json.js";
import { quote } from "../model/sh.js";
import type { Become, PasswordSource } from "../model/target.js";

/** Longest time that a password command may take. */
const PASSWORD_COMMAND_TIMEOUT_MS = 60_000;

/** What sudo shall print when it wants the password, and what the shell prints once it runs. */
export interface BecomeMarks {
  readonly prompt: string;
  readonly ready: string;
}

/**
 * The command that starts a shell which takes scripts from stdin, as the login user or by sudo. Only words and single quotes, so that fish
 * and csh as login shells read it alike.
 *
 * Without a password sudo runs with -n, so that it fails instead of asking; with one it is told to prompt with our own mark, in whatever
 * language (sudo(8)), and the shell says when it is ready, so that the password is sent only when asked for.
 */
export function shellCommand(become: Become | null, marks: BecomeMarks): string {
  if (become === null) return "sh";
  const sudo = `env LC_ALL=C sudo -u ${quote(become.user)}`;
  if (become.password === undefined) return `${sudo} -n -- sh`;
  return `${sudo} -S -p ${quote(marks.prompt)} -- sh -c ${quote(`echo ${marks.ready}; exec sh`)}`;
}

/**
 * Reads a password from its source.
 * @throws SurefootError `sudo-password-needed` where the source has none.
 */
export async function readPassword(source: PasswordSource, host: string): Promise<string> {
  const missing = (message: string, hint: string, cause?: unknown): SurefootError =>
    new SurefootError(
      { code: "sudo-password-needed", message, hint, place: { host, at: "become" } },
      cause === undefined ? undefined : { cause },
    );
  if ("value" in source) return source.value;
  if ("env" in source) {
    const value = process.env[source.env];
    if (value === undefined) {
      throw missing(
        `the sudo password's variable ${source.env} is not set`,
        `Set ${source.env} and run again.`,
      );
    }
    return value;
  }
  if ("file" in source) {
    try {
      return (await readFile(source.file, "utf8")).replace(/\r?\n$/, "");
    } catch (thrown) {
      throw missing(
        `the sudo password's file ${source.file} can't be read`,
        "Check that it exists and is yours.",
        thrown,
      );
    }
  }
  try {
    const run = promisify(execFile)("sh", ["-c", source.command], { timeout: PASSWORD_COMMAND_TIMEOUT_MS });
    return (await run).stdout.replace(/\r?\n$/, "");
  } catch (thrown) {
    throw missing(
      "the command that prints the sudo password failed",
      `Run it by hand: ${source.command}`,
      thrown,
    );
  }
}

/** Reads passwords, each source once however many hosts share it. */
export function passwordReader(): (become: Become, host: string) => Promise<string> {
  const known = new Map<string, Promise<string>>();
  return (become, host) => {
    const source = become.password;
    if (source === undefined) return Promise.resolve("");
    const key = canonical(source);
    const password = known.get(key) ?? readPassword(source, host);
    known.set(key, password);
    return password;
  };
}

const REFUSALS: readonly (readonly [RegExp, ErrorCode, string])[] = [
  [
    /a password is required|a terminal is required/,
    "sudo-password-needed",
    "Give the password with -K, or as `become: { password: { env: NAME } }`, or allow NOPASSWD in sudoers.",
  ],
  [
    /incorrect password|Sorry, try again|no password was provided/,
    "sudo-password-wrong",
    "Check the password; Surefoot tried it once and will not try again by itself.",
  ],
  [
    /not in the sudoers file|not allowed to (execute|run)|may not run sudo|unknown user/,
    "sudo-refused",
    "Let the user run any command by sudo on this host, or log in as a user who may.",
  ],
  [
    /sudo: (command )?not found|No such file or directory/,
    "sudo-missing",
    "Install sudo on the host, or log in as root with `become: false`.",
  ],
];

/** What became of a shell that never started: sudo's refusal as it said it, or a shell that can't run. */
export function shellFailure(
  host: string,
  become: Become | null,
  exit: number | null,
  stderr: string,
): ErrorData {
  const detail = stderr.trim().slice(-2000);
  const place = { host, at: become === null ? "shell" : `sudo -u ${become.user}` };
  const said = detail === "" ? {} : { detail };
  const known = become === null ? undefined : REFUSALS.find(([pattern]) => pattern.test(stderr));
  if (known !== undefined) {
    const [, code, hint] = known;
    return { code, message: SUDO_MESSAGES[code] ?? "sudo refused", place, hint, ...said };
  }
  return {
    code: become === null ? "shell-failed" : "sudo-refused",
    message:
      become === null
        ? `the host ran no POSIX shell (exit ${exit ?? "unknown"})`
        : `sudo started no shell (exit ${exit ?? "unknown"})`,
    place,
    hint: "Log in by hand and try `sh -c true`; the detail shows what the host printed.",
    ...said,
  };
}

const SUDO_MESSAGES: Partial<Record<ErrorCode, string>> = {
  "sudo-password-needed": "sudo asks for a password and none was given",
  "sudo-password-wrong": "sudo refused the password",
  "sudo-refused": "sudo does not allow this user to run commands",
  "sudo-missing": "sudo is not installed",
};
