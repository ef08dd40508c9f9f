import type { ErrorCode, ErrorData } from "../model/error.js";
import type { HostPlace } from "../model/place.js";
import type { Become } from "../model/target.js";

/** What sudo (sudo 1.8-1.9), doas (OpenDoas 6.8) and su (util-linux 2.38, shadow, busybox) print when they refuse, in the C locale. */
const REFUSALS: readonly (readonly [RegExp, ErrorCode])[] = [
  [/a password is required|a terminal is required|doas: Authentication required/, "become-password-needed"],
  [
    /incorrect password|Sorry, try again|no password was provided|su: Sorry|Authentication (failure|failed)/,
    "become-password-wrong",
  ],
  [
    /not in the sudoers file|not allowed to (execute|run)|may not run sudo|unknown user|does not exist|doas: Operation not permitted|doas is not enabled|su: Permission denied|account is not available|account has expired|account (is )?locked/i,
    "become-refused",
  ],
  [
    /(sudo|doas|su)['’]?: (command )?not found|['‘](sudo|doas|su)['’]: No such file|can't execute/,
    "become-missing",
  ],
  // Last: what was said once a terminal was there counts more.
  [/must have a tty|must be run from a terminal|a tty is required/i, "become-tty-needed"],
];

const HINTS = {
  "become-tty-needed": (): string => "Let it run without one (`Defaults !requiretty` in sudoers).",
  "become-tty-refused": (): string =>
    "Allow it in that host's sshd (`PermitTTY yes`) or for that key (no `no-pty`), or use sudo, which needs none.",
  "become-password-needed": (method: string): string =>
    `Give the password with -K, or as \`become: { password: { env: NAME } }\`, or let ${method} ask for none.`,
  "become-password-wrong": (): string =>
    "Check the password; Surefoot tried it once and will not try again by itself.",
  "become-refused": (method: string): string =>
    `Let the user run any command by ${method} on this host, or log in as a user who may.`,
  "become-missing": (method: string): string =>
    `Install ${method} on the host, name another \`become: { method }\`, or log in as root with \`become: false\`.`,
  "become-timeout": (method: string): string =>
    `Look what ${method} waits for there (the detail shows what it printed); a slow one may need a longer \`become: { timeout: SECONDS }\`.`,
  "become-question": (method: string): string =>
    `Surefoot answers one password prompt and nothing else: let ${method} ask for no second factor from this machine, or renew the password by hand.`,
} as const satisfies Partial<Record<ErrorCode, (method: string) => string>>;

type Refusal = keyof typeof HINTS;

const MESSAGES: Readonly<Record<Refusal, (method: string) => string>> = {
  "become-tty-needed": (method) => `${method} wants a terminal`,
  "become-tty-refused": (method) =>
    `the host gives no terminal, which ${method} needs to ask for its password`,
  "become-password-needed": (method) => `${method} asks for a password and none was given`,
  "become-password-wrong": (method) => `${method} refused the password`,
  "become-refused": (method) => `${method} does not allow this user to run commands`,
  "become-missing": (method) => `${method} is not installed`,
  "become-timeout": (method) => `${method} started no shell in time`,
  "become-question": (method) => `${method} asks for something other than the password`,
};

/** The most that is kept of what a host printed, in characters. */
const DETAIL = 2000;

/** The error for a way to become another user that did not lead to a shell. */
export function becomeError(code: Refusal, host: string, become: Become, said: string): ErrorData {
  const detail = tidy(said);
  return {
    code,
    message: MESSAGES[code](become.method),
    place: placeOf(host, become),
    hint: HINTS[code](become.method),
    ...(detail === "" ? {} : { detail }),
  };
}

/** The error for a password that other hosts refused, and that was not tried on this one. */
export function notTried(host: string, become: Become, refusedBy: readonly string[]): ErrorData {
  return {
    code: "become-password-wrong",
    message: `${become.method} refused the password on ${refusedBy.join(" and ")}, so it was not tried here`,
    place: placeOf(host, become),
    hint: "Check the password. It is tried no further, since an account that all hosts share could be locked by it.",
  };
}

/** What became of a shell that never started: the refusal as the host said it, or a shell that can't run. */
export function shellFailure(
  host: string,
  become: Become | null,
  exit: number | null,
  said: string,
): ErrorData {
  const known = become === null ? undefined : refusalIn(said);
  if (become !== null && known !== undefined) return becomeError(known, host, become, said);
  const detail = tidy(said);
  return {
    code: become === null ? "shell-failed" : "become-refused",
    message:
      become === null
        ? `the host ran no POSIX shell (exit ${exit ?? "unknown"})`
        : `${become.method} started no shell (exit ${exit ?? "unknown"})`,
    place: become === null ? { host, at: "shell" } : placeOf(host, become),
    hint: "Log in by hand and try `sh -c true`; the detail shows what the host printed.",
    ...(detail === "" ? {} : { detail }),
  };
}

/** Which refusal a text is, if any. */
export function refusalIn(said: string): Refusal | undefined {
  const code = REFUSALS.find(([pattern]) => pattern.test(said))?.[1];
  return code !== undefined && isRefusal(code) ? code : undefined;
}

function isRefusal(code: ErrorCode): code is Refusal {
  return Object.hasOwn(HINTS, code);
}

function placeOf(host: string, become: Become): HostPlace {
  return { host, at: `${become.method} ${become.user}` };
}

function tidy(said: string): string {
  return said.replace(/\r/g, "").replace(/\n+/g, "\n").trim().slice(-DETAIL);
}
