import { printable } from "../text.js";

/** HTML. Only {@link html} makes it, so what comes from a host or a file can't pass for it. */
export class Html {
  readonly #text: string;

  private constructor(text: string) {
    this.#text = text;
  }

  /** For {@link html} and for constants of this program. */
  static trusted(text: string): Html {
    return new Html(text);
  }

  toString(): string {
    return this.#text;
  }
}

/** What may stand in a template: text is escaped, HTML stands as it is. */
export type Part = Html | string | number | readonly Html[];

/** HTML from a template: every text in it is escaped for elements and for quoted attributes, control characters are made visible. */
export function html(parts: TemplateStringsArray, ...values: readonly Part[]): Html {
  let text = parts[0] ?? "";
  values.forEach((value, i) => {
    text += shown(value) + (parts[i + 1] ?? "");
  });
  return Html.trusted(text);
}

/** No HTML. */
export const NOTHING = Html.trusted("");

function shown(value: Part): string {
  if (value instanceof Html) return value.toString();
  if (typeof value === "number") return String(value);
  return typeof value === "string" ? escaped(value) : value.join("");
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function escaped(text: string): string {
  return printable(text).replace(/[&<>"']/g, (char) => ENTITIES[char] ?? "");
}
