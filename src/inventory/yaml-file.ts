import type { Alias, Document, Node, Pair, YAMLMap } from "yaml";
import { isAlias, isMap, isNode, isScalar, isSeq, LineCounter, parseDocument, Scalar } from "yaml";
import type { ErrorCode } from "../model/error.js";
import type { FilePlace } from "../model/place.js";
import type { Complaints } from "./complaints.js";
import type { Located } from "./located.js";
import { isMap as isLocatedMap } from "./located.js";
import { Secret } from "./secret.js";
import { isSecretNode, SECRET_TAGS, secretSource } from "./secret-tags.js";
import { absolutePath } from "./target.js";
import { numberProblem, SYNTAX_HINTS, SYNTAX_MESSAGES } from "./yaml-rules.js";

/** Values in one file, with all aliases written out; more than any person writes, fewer than a machine chokes on. */
const MAX_VALUES = 1_000_000;

/** What a scalar stands for, or why it can't be read. */
export type Meaning = Pick<Located, "value" | "opaque"> | { readonly problem: string; readonly hint: string };

/** Where another program reads YAML otherwise than we do. A key that stands twice is then a warning, and the last one holds. */
export interface Dialect {
  /**
   * @param text With quotes and folding undone.
   * @param plain Whether it stands without quotes, so that its look says what it is.
   * @param tag As written, or in full for those of YAML itself.
   */
  scalar(text: string, plain: boolean, tag: string | undefined): Meaning;
  /** What is wrong with a tag of a mapping or list, if anything is. */
  collection(tag: string): { readonly problem: string; readonly hint: string } | undefined;
}

/** How to read a text. */
export interface YamlOptions {
  /** The code for a key that stands twice in the mapping at a path; `inventory-syntax` where nothing is said. */
  readonly duplicateKey?: (path: readonly string[]) => ErrorCode;
  /** Where the text begins in what it is a part of, 0-based, as the value does in `-e key=value`. */
  readonly start?: { readonly line: number; readonly col: number };
  /** The keys above it; a value's own name says how it is judged. */
  readonly path?: readonly string[];
  /** The code for a text that is not YAML; `inventory-syntax` where nothing is said. */
  readonly syntax?: ErrorCode;
  /** Whether all values are secrets, as in a file that was encrypted. */
  readonly secret?: boolean;
  /** Whose YAML it is; ours where nothing is said. */
  readonly dialect?: Dialect;
}

/**
 * Reads YAML 1.2 with merge keys and the place of every value. Complains also about what YAML lets pass: unknown tags,
 * numbers that lose digits, file modes that YAML 1.2 reads as decimal.
 * @param file Path as shown in messages; its text must be known to `complaints`.
 * @returns null where the text is empty, undefined where it can't be understood.
 */
export function parseYaml(
  text: string,
  file: string,
  complaints: Complaints,
  options: YamlOptions = {},
): Located | null | undefined {
  return new Reader(text, file, complaints, options).read();
}

class Reader {
  readonly #text: string;
  readonly #file: string;
  readonly #complaints: Complaints;
  readonly #options: YamlOptions;
  readonly #lines = new LineCounter();
  readonly #anchors = new Map<string, Node>();
  readonly #done = new Map<Node, Located>();
  readonly #busy = new Set<Node>();
  /** Values in a tree with its aliases written out. */
  readonly #sizes = new Map<Located, number>();
  /** Whether the mistakes leave nothing that could be looked at further. */
  #broken = false;

  constructor(text: string, file: string, complaints: Complaints, options: YamlOptions) {
    this.#text = text;
    this.#file = file;
    this.#complaints = complaints;
    this.#options = options;
  }

  read(): Located | null | undefined {
    const control = this.#text.search(/[^\P{Cc}\t\n\r\x85]/u);
    const doc = parseDocument(this.#text, {
      lineCounter: this.#lines,
      prettyErrors: false,
      stringKeys: true,
      uniqueKeys: false,
      merge: true,
      resolveKnownTags: false,
      // All scalars are texts for a dialect, which judges them.
      ...(this.#options.dialect === undefined
        ? { customTags: SECRET_TAGS }
        : { schema: "failsafe", version: "1.1" }),
    });
    if (control >= 0) {
      this.#breakAt(control, "a control character", "YAML does not allow it here; retype the line.");
    } else this.#syntax(doc);
    if (this.#broken) return undefined;
    if (doc.contents === null) return null;
    const tree = this.#node(doc.contents, this.#options.path ?? []);
    return this.#broken ? undefined : tree;
  }

  #syntax(doc: Document.Parsed): void {
    const lines = new Set<number>();
    const foreign = this.#options.dialect !== undefined;
    const warnings = foreign
      ? doc.warnings.filter(({ code }) => code !== "TAG_RESOLVE_FAILED")
      : doc.warnings;
    for (const error of [...doc.errors, ...warnings].toSorted((a, b) => a.pos[0] - b.pos[0])) {
      const { line } = this.#place(error.pos[0]);
      // What follows on the same line is the echo of the first.
      if (lines.has(line)) continue;
      lines.add(line);
      const hint = SYNTAX_HINTS[error.code] ?? "Correct the YAML at that place.";
      // The parser's own messages may hold what stands there.
      const otherwise = this.#options.secret === true ? "this is not YAML" : lowerFirst(error.message);
      this.#breakAt(error.pos[0], SYNTAX_MESSAGES[error.code] ?? otherwise, hint);
    }
    const version = doc.directives.yaml;
    if (!foreign && version.explicit === true && version.version !== "1.2") {
      this.#breakAt(0, `YAML ${version.version} is not read`, "Remove the `%YAML` line: files are YAML 1.2.");
    }
  }

  #place(offset: number): FilePlace {
    const { line, col } = this.#lines.linePos(offset);
    const start = this.#options.start ?? { line: 0, col: 0 };
    const shift = line <= 1 ? start.col : 0;
    return { file: this.#file, line: Math.max(1, line) + start.line, col: Math.max(1, col) + shift };
  }

  #breakAt(offset: number, message: string, hint: string): void {
    this.#broken = true;
    this.#wrongAt(offset, message, hint);
  }

  #wrongAt(offset: number, message: string, hint: string, code?: ErrorCode): void {
    this.#complaints.add(
      code ?? this.#options.syntax ?? "inventory-syntax",
      message,
      this.#place(offset),
      hint,
    );
  }

  #node(node: Node, path: readonly string[], key?: FilePlace): Located {
    if (isAlias(node)) return this.#alias(node, path, key);
    if ("anchor" in node && typeof node.anchor === "string") this.#anchors.set(node.anchor, node);
    this.#busy.add(node);
    const place = this.#place(startOf(node));
    const own = this.#options.dialect === undefined && isSecretNode(node);
    const secret = own ? this.#secret(node, path, place) : undefined;
    const read = own ? { value: null } : this.#value(node, path);
    const sealed = this.#sealed(read, path, place);
    const meant = sealed === undefined ? read : { value: null };
    const known = secret ?? sealed ?? this.#tainted(meant.value, path, place);
    const tree: Located = {
      place,
      ...meant,
      ...(key === undefined ? {} : { key }),
      ...(known === undefined ? {} : { secret: known }),
    };
    this.#busy.delete(node);
    this.#done.set(node, tree);
    this.#measure(node, tree);
    return tree;
  }

  #value(node: Node, path: readonly string[]): Pick<Located, "value" | "opaque"> {
    if (isScalar(node))
      return this.#options.dialect ? this.#foreign(node) : { value: this.#scalar(node, path) };
    if (node.tag !== undefined) this.#said(node, this.#options.dialect?.collection(node.tag));
    if (isMap(node)) return { value: this.#map(node, path) };
    if (isSeq(node)) return { value: node.items.filter(isNode).map((item) => this.#node(item, path)) };
    return { value: null };
  }

  #foreign(node: Scalar): Pick<Located, "value" | "opaque"> {
    const plain = node.type === undefined || node.type === Scalar.PLAIN;
    const meaning = this.#options.dialect?.scalar(String(node.value ?? ""), plain, node.tag);
    if (meaning !== undefined && !("problem" in meaning)) return meaning;
    this.#said(node, meaning);
    return { value: null };
  }

  #said(node: Node, problem: { readonly problem: string; readonly hint: string } | undefined): void {
    if (problem !== undefined) this.#wrongAt(startOf(node), problem.problem, problem.hint);
  }

  #alias(alias: Alias, path: readonly string[], key?: FilePlace): Located {
    const at = startOf(alias);
    const node = this.#anchors.get(alias.source);
    const nothing: Located = { place: this.#place(at), value: null };
    if (node === undefined) {
      this.#breakAt(
        at,
        `no anchor &${alias.source} stands before this`,
        "Define it above, or correct the name.",
      );
      return nothing;
    }
    if (this.#busy.has(node)) {
      this.#breakAt(at, `*${alias.source} stands within itself`, "Write the value out.");
      return nothing;
    }
    const tree = this.#done.get(node) ?? this.#node(node, path);
    if (key === undefined) return tree;
    const named: Located = { ...tree, key };
    this.#sizes.set(named, this.#sizes.get(tree) ?? 1);
    return named;
  }

  #map(map: YAMLMap, path: readonly string[]): ReadonlyMap<string, Located> {
    const own = new Map<string, Located>();
    const merged = new Map<string, Located>();
    for (const pair of map.items) {
      const { key, value } = pair;
      if (!isScalar(key)) {
        this.#wrongAt(
          isNode(key) ? startOf(key) : startOf(map),
          "a key must be a plain name",
          "Write a name.",
        );
        continue;
      }
      if (key.source === "<<" && key.type === Scalar.PLAIN) this.#merge(pair, merged, path);
      else {
        const name = this.#name(key);
        this.#key(name, key, own.get(name), path);
        const at = this.#place(startOf(key));
        const tree = isNode(value)
          ? this.#node(value, [...path, name], at)
          : { place: at, key: at, value: null };
        own.set(name, tree);
      }
    }
    return merged.size === 0 ? own : new Map([...merged, ...own]);
  }

  #name(key: Scalar): string {
    if (this.#options.dialect === undefined) return String(key.value ?? key.source ?? "");
    // As Python writes it in JSON: true, null, 1.
    return String(this.#foreign(key).value);
  }

  #key(name: string, key: Scalar, earlier: Located | undefined, path: readonly string[]): void {
    if (typeof key.anchor === "string") this.#anchors.set(key.anchor, key);
    if (name === "__proto__")
      this.#wrongAt(startOf(key), "no key may be called __proto__", "Choose another name.");
    if (earlier?.key === undefined) return;
    const message = `${JSON.stringify(name)} stands here twice, first on line ${earlier.key.line}`;
    if (this.#options.dialect !== undefined) {
      const hint = "The last one holds, as with Ansible; remove the other.";
      this.#complaints.warn("inventory-syntax", message, this.#place(startOf(key)), hint);
      return;
    }
    const hint = "Remove one of them, or put them together.";
    this.#wrongAt(startOf(key), message, hint, this.#options.duplicateKey?.(path));
  }

  /** `<<: *anchor` or a list of them (yaml.org/type/merge): keys of the mapping itself win, then earlier ones. */
  #merge(pair: Pair, into: Map<string, Located>, path: readonly string[]): void {
    if (!isNode(pair.value)) return;
    const tree = this.#node(pair.value, path);
    for (const source of Array.isArray(tree.value) ? tree.value : [tree]) {
      if (!isLocatedMap(source.value)) {
        this.#wrongAt(startOf(pair.value), "`<<` merges mappings only", "Write `<<: *name` of a mapping.");
        return;
      }
      for (const [name, value] of source.value) if (!into.has(name)) into.set(name, value);
    }
  }

  #scalar(node: Scalar, path: readonly string[]): string | number | boolean | null {
    const { value, source = "" } = node;
    const at = startOf(node);
    const name = path.at(-1) ?? "";
    if (typeof value === "number") {
      const problem = numberProblem(name, source, value);
      if (problem !== undefined && this.#options.secret === true)
        this.#wrongAt(at, `${name} can't be kept as a number`, "Quote it.", "inventory-invalid");
      else if (problem !== undefined) this.#wrongAt(at, problem.message, problem.hint, "inventory-invalid");
      return value;
    }
    if (typeof value === "string") {
      if (value.includes("\0")) this.#wrongAt(at, "a value can't hold a NUL", "Remove the `\\0`.");
      return value;
    }
    return typeof value === "boolean" ? value : null;
  }

  #secret(node: Node, path: readonly string[], place: FilePlace): Secret | undefined {
    const source = secretSource(node);
    const what = path.length === 0 ? "the secret" : path.join(".");
    if (source === undefined) {
      const hint = "Write `!secret { env: NAME }`, `!secret { file: PATH }` or `!secret { command: CMD }`.";
      this.#wrongAt(startOf(node), `${what} does not say where the secret is`, hint, "inventory-invalid");
      return undefined;
    }
    const file = "file" in source ? { file: absolutePath(source.file, this.#file, this.#complaints) } : {};
    return Secret.at({ ...source, ...file }, what, place);
  }

  /** A value that is encrypted by itself. */
  #sealed(
    { value, opaque }: Pick<Located, "value" | "opaque">,
    path: readonly string[],
    place: FilePlace,
  ): Secret | undefined {
    return opaque === "vault" ? Secret.at({ vault: String(value) }, path.join("."), place) : undefined;
  }

  /** A value of an encrypted file. What is true or false or nothing would be masked all over. */
  #tainted(value: Located["value"], path: readonly string[], place: FilePlace): Secret | undefined {
    if (this.#options.secret !== true) return undefined;
    if (typeof value !== "string" && typeof value !== "number") return undefined;
    return Secret.known(value, path.join("."), place);
  }

  #measure(node: Node, tree: Located): void {
    const { value } = tree;
    const children = isLocatedMap(value) ? [...value.values()] : Array.isArray(value) ? value : [];
    const size = children.reduce((sum, child) => sum + (this.#sizes.get(child) ?? 1), 1);
    if (size > MAX_VALUES && !this.#broken) {
      this.#breakAt(
        startOf(node),
        "too many aliases",
        `Written out they are more than ${MAX_VALUES} values; write fewer.`,
      );
    }
    if (size > 1) this.#sizes.set(tree, size);
  }
}

function startOf(node: Node): number {
  return node.range?.[0] ?? 0;
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
