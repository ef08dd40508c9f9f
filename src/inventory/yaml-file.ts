import type { Document } from "yaml";
import { isAlias, isMap, isNode, isScalar, isSeq, LineCounter, parseDocument } from "yaml";
import type { FilePlace } from "../model/place.js";
import type { Complaints } from "./complaints.js";
import type { Located } from "./located.js";
import { isMap as isLocatedMap } from "./located.js";

/** No document needs more aliases; one that has them may be made to blow up (the yaml package's own default). */
const MAX_ALIASES = 100;

/** Keys that hold a file mode, whose leading zero YAML 1.2 would lose. */
const MODE_KEY = /(^|_)mode$/;

const HINTS: Readonly<Record<string, string>> = {
  DUPLICATE_KEY: "Remove one of the two.",
  TAB_AS_INDENT: "Indent by spaces.",
  TAG_RESOLVE_FAILED: "Remove the tag; only plain YAML 1.2 is read.",
};

/**
 * Parses YAML 1.2 with merge keys. Warnings count as errors: an unknown tag would otherwise change a value silently.
 * @param file Path as shown in messages.
 * @returns null where the file is empty or can't be read; the latter is complained about.
 */
export function parseYaml(source: string, file: string, complaints: Complaints): Located | null {
  complaints.learn(file, source);
  const lines = new LineCounter();
  const doc = parseDocument(source, { lineCounter: lines, merge: true, prettyErrors: false });
  const at = (offset: number): FilePlace => ({ file, ...lines.linePos(offset) });
  for (const error of [...doc.errors, ...doc.warnings]) {
    const message = (error.message.split("\n")[0] ?? "").replace(/ at line \d+, column \d+:?$/, "");
    complaints.add(
      "inventory-syntax",
      message,
      at(error.pos[0]),
      HINTS[error.code] ?? "Correct the YAML there.",
    );
  }
  if (doc.errors.length + doc.warnings.length > 0 || doc.contents === null) return null;
  return new Converter(doc, at, complaints).convert(doc.contents, at(0), "");
}

class Converter {
  readonly #doc: Document.Parsed;
  readonly #at: (offset: number) => FilePlace;
  readonly #complaints: Complaints;
  #aliases = 0;

  constructor(doc: Document.Parsed, at: (offset: number) => FilePlace, complaints: Complaints) {
    this.#doc = doc;
    this.#at = at;
    this.#complaints = complaints;
  }

  convert(node: unknown, fallback: FilePlace, key: string): Located {
    const place = isNode(node) && node.range ? this.#at(node.range[0]) : fallback;
    if (isAlias(node)) {
      if (++this.#aliases <= MAX_ALIASES) return this.convert(node.resolve(this.#doc), place, key);
      this.#complaints.add("inventory-syntax", "too many aliases", place, "Write the values out.");
      return { place, value: null };
    }
    if (isMap(node)) return { place, value: this.#mapping(node.items, place) };
    if (isSeq(node)) return { place, value: node.items.map((item) => this.convert(item, place, "")) };
    if (!isScalar(node)) return { place, value: null };
    const { value, source } = node;
    if (typeof value === "number" && MODE_KEY.test(key) && source?.startsWith("0") === true) {
      const hint = `Write it in quotes, "${source}": YAML 1.2 reads it as the decimal number ${value}.`;
      this.#complaints.add("inventory-invalid", `a file mode must be quoted`, place, hint);
    }
    if (typeof value === "string" || typeof value === "number" || typeof value === "boolean")
      return { place, value };
    if (value === null) return { place, value };
    this.#complaints.add(
      "inventory-invalid",
      "a value of this kind can't be used",
      place,
      "Write a plain value.",
    );
    return { place, value: null };
  }

  #mapping(
    items: readonly { readonly key: unknown; readonly value: unknown }[],
    place: FilePlace,
  ): Map<string, Located> {
    const own = new Map<string, Located>();
    const merged = new Map<string, Located>();
    for (const { key, value } of items) {
      const keyPlace = isNode(key) && key.range ? this.#at(key.range[0]) : place;
      if (isScalar(key) && typeof key.value === "symbol") {
        this.#merge(this.convert(value, keyPlace, ""), merged);
      } else if (isScalar(key) && (typeof key.value === "string" || typeof key.value === "number")) {
        own.set(String(key.value), { ...this.convert(value, keyPlace, String(key.value)), key: keyPlace });
      } else {
        this.#complaints.add(
          "inventory-invalid",
          "a key must be a word",
          keyPlace,
          "Write a plain word before the colon.",
        );
      }
    }
    // A mapping's own keys win over merged ones, and of those the first (YAML merge key, version 1.1).
    return new Map([...merged, ...own]);
  }

  #merge(source: Located, into: Map<string, Located>): void {
    if (isLocatedMap(source.value)) {
      for (const [key, value] of source.value) if (!into.has(key)) into.set(key, value);
    } else if (Array.isArray(source.value)) {
      for (const one of source.value) this.#merge(one, into);
    } else {
      this.#complaints.add(
        "inventory-invalid",
        "<< needs a mapping",
        source.place,
        "Name an anchor of a mapping: <<: *name",
      );
    }
  }
}
