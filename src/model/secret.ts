import { MASK } from "./plan.js";

/** Where a secret is kept; read when it is first needed. */
export type SecretSource =
  | { readonly env: string }
  | { readonly file: string }
  | { readonly command: string }
  /** A text of ansible-vault. */
  | { readonly vault: string };

/**
 * Secrets of fewer characters are not looked for within texts: masking every `1` or `on` would make them unreadable and tell the secret by
 * that. They are masked where a value is nothing but the secret.
 */
export const MIN_SECRET = 4;

/** A stretch of base64 must have this many characters to be taken for a secret's; a shorter one occurs by chance. */
const MIN_BASE64 = 6;

/**
 * The forms in which a secret may come out again: as it is, each of its lines (a diff shows lines), quoted for a shell once and twice, in
 * JSON, percent-encoded (RFC 3986), and in base64 and base64url, also where it stands within a longer text that was encoded.
 */
export function formsOf(secret: string): ReadonlySet<string> {
  const lines = secret.split(/\r?\n/).map((line) => line.trim());
  const plain = [secret, secret.trim(), ...lines].filter((text) => text.length >= MIN_SECRET);
  const quoted = plain.flatMap((text) => {
    const once = inner(text);
    return [once, inner(once), JSON.stringify(text).slice(1, -1), percent(text)];
  });
  const encoded = [secret, secret.trim()].flatMap((text) => [...base64Of(text)]);
  return new Set([...plain, ...quoted, ...encoded].filter((form) => form.length >= MIN_SECRET));
}

/** A word as it stands between a shell's single quotes. */
function inner(text: string): string {
  return text.includes("\0") ? text : text.replaceAll("'", `'\\''`);
}

function percent(text: string): string {
  // A lone surrogate has no such form (ECMA-262, encodeURIComponent).
  return /\p{Cs}/u.test(text) ? text : encodeURIComponent(text);
}

/** Base64 takes three bytes at a time, so there are three ways to stand in a longer text; of each, what depends on the secret alone. */
function base64Of(secret: string): readonly string[] {
  const bytes = Buffer.from(secret, "utf8");
  if (bytes.length < MIN_SECRET) return [];
  const alone = bytes.toString("base64").replaceAll("=", "");
  const within = [0, 1, 2].map((before) => {
    const text = Buffer.concat([Buffer.alloc(before), bytes])
      .toString("base64")
      .replaceAll("=", "");
    const from = Math.ceil((before * 8) / 6);
    const whole = Math.floor(((before + bytes.length) * 8) / 6);
    return text.slice(from, whole);
  });
  return [alone, ...within]
    .filter((form) => form.length >= MIN_BASE64)
    .flatMap((form) => [form, form.replaceAll("+", "-").replaceAll("/", "_")]);
}

/**
 * The secrets of a process, and the means to keep them out of all that it says. Looked for by their first characters, so that the time it
 * takes does not grow with their number.
 */
export class Secrets {
  readonly #known = new Set<string>();
  readonly #short = new Set<string>();
  /** Forms by their first {@link MIN_SECRET} characters, longest first: of two, the longer one hides more. */
  readonly #forms = new Map<string, string[]>();

  /** Makes a secret known; from now on it is masked. */
  add(secret: string): void {
    if (secret === "" || this.#known.has(secret)) return;
    this.#known.add(secret);
    if (secret.trim().length < MIN_SECRET) this.#short.add(secret.trim());
    for (const form of formsOf(secret)) {
      const head = form.slice(0, MIN_SECRET);
      const list = this.#forms.get(head) ?? [];
      this.#forms.set(head, list);
      if (!list.includes(form)) list.push(form);
      list.sort((a, b) => b.length - a.length);
    }
  }

  /** Text with every secret in it masked. */
  mask(text: string): string {
    if (this.#short.has(text)) return MASK;
    if (this.#forms.size === 0 || text.length < MIN_SECRET) return text;
    let out = "";
    let from = 0;
    for (let at = 0; at + MIN_SECRET <= text.length; ) {
      const form = this.#forms.get(text.slice(at, at + MIN_SECRET))?.find((one) => text.startsWith(one, at));
      if (form === undefined) at++;
      else {
        out += text.slice(from, at) + MASK;
        at += form.length;
        from = at;
      }
    }
    return from === 0 ? text : out + text.slice(from);
  }

  /** Plain data with every secret in its texts and names masked; the same object where it holds none. */
  maskAll<T>(value: T): T;
  maskAll(value: unknown): unknown {
    if (this.#known.size === 0) return value;
    if (typeof value === "string") return this.mask(value);
    if (typeof value !== "object" || value === null) return value;
    if (Array.isArray(value)) return value.map((item: unknown) => this.maskAll(item));
    return Object.fromEntries(
      Object.entries(value).map(([key, item]: [string, unknown]) => [this.mask(key), this.maskAll(item)]),
    );
  }
}

/**
 * The secrets of this process. One for all, and never emptied: what was read as a secret stays one until the process ends, whichever part
 * of it speaks.
 */
export const secrets = new Secrets();
