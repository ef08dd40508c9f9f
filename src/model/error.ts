import type { Place } from "./place.js";

/** How an error counts: bad input contacts nothing; an unreachable host was never changed; a failed one may have been. */
export type ErrorClass = "input" | "unreachable" | "failed" | "interrupted";

interface CodeFacts {
  readonly class: ErrorClass;
  /** Whether the same attempt, unchanged, may succeed a moment later. */
  readonly retryable: boolean;
}

const input = { class: "input", retryable: false } as const;
const unreachable = { class: "unreachable", retryable: false } as const;
const failed = { class: "failed", retryable: false } as const;

/** Every error Surefoot can give. The code is stable: scripts may match on it. */
export const ERROR_CODES = {
  // Bad input: nothing was contacted.
  "flag-invalid": input,
  "inventory-missing": input,
  "inventory-syntax": input,
  "inventory-invalid": input,
  "inventory-duplicate-host": input,
  "inventory-unknown-group": input,
  "inventory-cycle": input,
  "inventory-range": input,
  "inventory-script-failed": input,
  "ansible-unsupported": input,
  "pattern-invalid": input,
  "pattern-no-match": input,
  "host-unknown": input,
  "variable-unknown": input,
  "variable-invalid": input,
  "variable-unreadable": input,
  "playbook-missing": input,
  "playbook-syntax": input,
  "playbook-invalid": input,
  "playbook-threw": input,
  "task-invalid": input,
  "template-missing": input,
  "template-syntax": input,
  "template-variable": input,
  "secret-unavailable": input,
  "secret-locked": input,
  "secret-invalid": input,
  "plan-file-invalid": input,
  "plan-other": input,
  "plan-stale": failed,
  "run-unknown": input,
  "run-invalid": input,
  "run-active": input,
  "run-changed": input,
  "handlers-owed": input,
  "journal-failed": input,
  "drift-state-invalid": input,
  // Written only after hosts were looked at, and maybe corrected.
  "drift-state-unwritten": failed,
  "report-failed": failed,
  "notify-failed": failed,
  "schedule-requirement": input,
  "schedule-unknown": input,
  "schedule-exists": input,
  "schedule-invalid": input,
  "schedule-changed": input,
  "schedule-failed": failed,
  "token-invalid": input,
  "serve-failed": failed,
  "lab-requirement": input,
  "lab-failed": failed,
  // On the way to the host: it was not changed.
  "dns-failed": { class: "unreachable", retryable: true },
  "connect-refused": { class: "unreachable", retryable: true },
  "connect-timeout": { class: "unreachable", retryable: true },
  "connect-failed": { class: "unreachable", retryable: true },
  "connect-dropped": { class: "unreachable", retryable: true },
  "proxy-failed": { class: "unreachable", retryable: true },
  "ssh-config-invalid": unreachable,
  "host-key-unknown": unreachable,
  "host-key-changed": unreachable,
  "host-key-revoked": unreachable,
  "host-certificate-invalid": unreachable,
  "system-ssh-failed": unreachable,
  "auth-failed": unreachable,
  "auth-key-unreadable": unreachable,
  "auth-passphrase-needed": unreachable,
  "auth-passphrase-wrong": unreachable,
  "auth-certificate-expired": unreachable,
  "auth-prompt-unanswered": unreachable,
  "auth-password-missing": unreachable,
  // On the host.
  "become-password-needed": failed,
  "become-password-wrong": failed,
  "become-refused": failed,
  "become-missing": failed,
  "become-tty-needed": failed,
  "become-tty-refused": failed,
  "become-question": failed,
  "become-timeout": failed,
  "shell-failed": failed,
  "connection-lost": { class: "failed", retryable: true },
  "host-timeout": { class: "failed", retryable: true },
  "probe-failed": failed,
  "network-owner": failed,
  "step-failed": failed,
  "step-timeout": failed,
  "disk-full": failed,
  "read-only": failed,
  "not-converged": failed,
  "rollback-moved": failed,
  "rollback-secret": failed,
  "rollback-impossible": failed,
  "lease-held": { class: "failed", retryable: true },
  "lease-lost": failed,
  "guard-not-armed": failed,
  "not-confirmed": failed,
  "rollback-failed": failed,
  "host-flapping": failed,
  "check-failed": failed,
  "check-unknown": failed,
  "command-failed": failed,
  "command-timeout": failed,
  interrupted: { class: "interrupted", retryable: true },
  internal: failed,
} as const satisfies Record<string, CodeFacts>;

/** The closed union of error codes. */
export type ErrorCode = keyof typeof ERROR_CODES;

/** An error as plain data, as it stands in events, journals and reports. */
export interface ErrorData {
  readonly code: ErrorCode;
  /** One sentence: what is wrong. */
  readonly message: string;
  /** Where: a place in a file, or a host and what was being done there. */
  readonly place?: Place;
  /** What the reader can do about it. */
  readonly hint: string;
  /** The lines around a place in a file, with a caret under the column. */
  readonly frame?: string;
  /** What the other side printed, if that helps; never holds a secret. */
  readonly detail?: string;
}

/** The one error type that Surefoot throws on purpose; anything else that is thrown is a bug. */
export class SurefootError extends Error {
  override readonly name = "SurefootError";
  readonly data: ErrorData;

  constructor(data: ErrorData, options?: { readonly cause?: unknown }) {
    super(data.message, options);
    this.data = data;
  }

  get code(): ErrorCode {
    return this.data.code;
  }
}

/** Several errors of bad input found together, so that a user mends them in one go. */
export class SurefootErrors extends Error {
  override readonly name = "SurefootErrors";
  readonly errors: readonly ErrorData[];

  constructor(errors: readonly ErrorData[]) {
    super(errors.map((error) => error.message).join("\n"));
    this.errors = errors;
  }
}

/** How an error of this code counts in outcomes and exit codes. */
export function classOf(code: ErrorCode): ErrorClass {
  return ERROR_CODES[code].class;
}

/** Turns anything thrown into error data; what is not a {@link SurefootError} is an internal error, said as such. */
export function toErrorData(thrown: unknown): ErrorData {
  if (thrown instanceof SurefootError) return thrown.data;
  const detail = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
  return {
    code: "internal",
    message: thrown instanceof Error ? thrown.message : String(thrown),
    hint: "This is a bug in Surefoot: please report it with the detail below.",
    detail,
  };
}
