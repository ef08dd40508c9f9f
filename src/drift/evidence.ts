/** What is known of a thing that differs. */
export interface Evidence {
  readonly kind: string;
  readonly desired: object | null;
  readonly found: object | null;
  /** What a run of ours last left there; undefined: no record says. */
  readonly applied: object | null | undefined;
  /** Notes on the thing, and on who owns the host's interfaces. */
  readonly notes: readonly string[];
}

/** One way in which a thing comes to differ: words that follow "looks like". The first of a kind's rules that fits is told. */
export interface Rule {
  readonly when: (evidence: Evidence) => boolean;
  readonly words: string | ((evidence: Evidence) => string);
}

/** A value inside a state, by its path; undefined where there is none. */
export function at(state: unknown, ...path: readonly string[]): unknown {
  let value: unknown = state;
  for (const key of path) {
    if (typeof value !== "object" || value === null) return undefined;
    value = new Map<string, unknown>(Object.entries(value)).get(key);
  }
  return value;
}

/** The first note that fits a pattern. */
export function noteLike(notes: readonly string[], pattern: RegExp): string | undefined {
  return notes.find((note) => pattern.test(note));
}
