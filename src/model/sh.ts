/**
 * Shell text that is safe to run. The only way to put a value into it is the {@link sh} template, which quotes; a
 * plain string can therefore never reach a shell unquoted. A plain frozen object, so that a plan that holds it stays
 * plain data and survives JSON.
 */
export interface Sh {
  /** The POSIX sh source text. */
  readonly sh: string;
}

/** What may stand in a `${}` of the {@link sh} template. Arrays become words separated by one space. */
export type ShValue = Sh | string | number | readonly (Sh | string | number)[];

/** Characters that no POSIX shell treats specially anywhere in a word (POSIX.1-2017 XCU 2.2). */
const PLAIN = /^[A-Za-z0-9_./:@%+,-]+$/;

/**
 * Quotes one word for POSIX sh by single quotes (POSIX.1-2017 XCU 2.2.2).
 * @throws RangeError if the value holds a NUL, which no argument can carry.
 */
export function quote(value: string): string {
  if (value.includes("\0")) throw new RangeError("a shell word cannot hold a NUL byte");
  return PLAIN.test(value) ? value : `'${value.replaceAll("'", `'\\''`)}'`;
}

/** Whether a value is shell text made by {@link sh}. */
export function isSh(value: unknown): value is Sh {
  return typeof value === "object" && value !== null && "sh" in value && typeof value.sh === "string";
}

function splice(value: ShValue): string {
  if (typeof value === "string") return quote(value);
  if (typeof value === "number") {
    if (!Number.isFinite(value)) throw new RangeError(`not a number for a shell: ${value}`);
    return String(value);
  }
  return isSh(value) ? value.sh : value.map(splice).join(" ");
}

/**
 * Builds shell text: literal parts are taken as they stand, strings are quoted as one word each, numbers are written
 * plainly, shell text is spliced, arrays are words separated by a space.
 *
 * @example sh`ip route show table ${table}`
 * @throws RangeError for a string with a NUL byte or a number that is not finite.
 */
export function sh(strings: TemplateStringsArray, ...values: readonly ShValue[]): Sh {
  let text = strings[0] ?? "";
  values.forEach((value, i) => {
    text += splice(value) + (strings[i + 1] ?? "");
  });
  return Object.freeze({ sh: text });
}

/** Joins pieces of shell text by a literal separator, a newline by default. */
export function joinSh(parts: readonly Sh[], separator = "\n"): Sh {
  return Object.freeze({ sh: parts.map((part) => part.sh).join(separator) });
}

/**
 * Takes shell text as its author wrote it, unquoted: for commands that a playbook's author wrote out in full, never
 * for a value that came from elsewhere.
 */
export function trustedSh(text: string): Sh {
  return Object.freeze({ sh: text });
}
