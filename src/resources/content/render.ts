import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, relative, resolve } from "node:path";
import type Handlebars from "handlebars";
import { suggest } from "../../model/did-you-mean.js";
import { SurefootError } from "../../model/error.js";
import { codeFrame } from "../../model/place.js";

/** Loaded with the first template only, to start quickly. */
let handlebars: typeof Handlebars | undefined;

function engine(): typeof Handlebars {
  const require = createRequire(import.meta.url);
  handlebars ??= require("handlebars");
  if (handlebars === undefined) throw new Error("handlebars is not installed");
  return handlebars;
}

/** The folder from which templates are looked for: the playbook's. */
let base = process.cwd();

/** Sets the folder from which templates are looked for, upwards: the folder of the playbook that is being loaded. */
export function setTemplateBase(folder: string): void {
  base = folder;
}

/** A template that was read: its text, what it compiled to, and how it is named in messages. */
interface Loaded {
  readonly file: string;
  readonly source: string;
  readonly ast: hbs.AST.Program;
  readonly render: Handlebars.TemplateDelegate;
}

const cache = new Map<string, Loaded>();

/** Thrown from inside a template by a name that the variables do not have. */
class UnknownName extends Error {
  readonly unknown: string;
  readonly known: readonly string[];
  constructor(unknown: string, known: readonly string[]) {
    super(unknown);
    this.unknown = unknown;
    this.known = known;
  }
}

/**
 * Renders a Handlebars template on the controller, without HTML escaping. Every name that it uses must be there: also in `{{#if}}`,
 * `{{#each}}` and helpers' arguments, where Handlebars' own strict mode does not look.
 * @param path Below the playbook's folder or a folder above it: `templates/motd.hbs`.
 * @throws SurefootError `template-missing`, `template-syntax` or `template-variable`, with the place in the template.
 */
export function renderTemplate(path: string, vars: Readonly<Record<string, unknown>>): string {
  const template = load(path);
  try {
    return template.render(guard(vars));
  } catch (thrown) {
    throw renderError(template, thrown);
  }
}

function load(path: string): Loaded {
  const found = find(path);
  const known = cache.get(found);
  if (known !== undefined) return known;
  const source = readFileSync(found, "utf8");
  const short = relative(process.cwd(), found);
  const file = short.startsWith("..") ? found : short;
  let ast: hbs.AST.Program;
  try {
    ast = engine().parse(source, { srcName: file });
  } catch (thrown) {
    throw syntaxError(file, source, thrown);
  }
  const render = engine().create().compile(ast, { noEscape: true, strict: true, preventIndent: true });
  const loaded = { file, source, ast, render };
  cache.set(found, loaded);
  return loaded;
}

function find(path: string): string {
  for (let folder = base; ; folder = dirname(folder)) {
    const file = resolve(folder, path);
    if (existsSync(file)) return file;
    if (folder === dirname(folder)) break;
  }
  throw new SurefootError({
    code: "template-missing",
    message: `there is no template ${path}`,
    hint: `It is looked for in ${base} and the folders above it; for example ${join("templates", "NAME.hbs")}.`,
  });
}

function syntaxError(file: string, source: string, thrown: unknown): SurefootError {
  const text = thrown instanceof Error ? thrown.message : String(thrown);
  // Either "Parse error on line N:" with a marker under the text, or "... - LINE:COLUMN" with the column from 0.
  const [, line, col] = / - (\d+):(\d+)$/.exec(text) ?? [];
  const marker = text.split("\n").find((row) => /^-+\^$/.test(row));
  const place = {
    file,
    line: Number(line ?? /on line (\d+)/.exec(text)?.[1] ?? 1),
    col: col === undefined ? (marker?.length ?? 1) : Number(col) + 1,
  };
  const said = text.split("\n");
  const message = (said.length > 1 ? (said.at(-1) ?? text) : text)
    .replace(/ - \d+:\d+$/, "")
    .replace(/\.\.\.$/, "");
  return new SurefootError(
    {
      code: "template-syntax",
      message: `the template can't be read: ${message}`,
      place,
      frame: codeFrame(source, place),
      hint: "Correct the Handlebars expression there.",
    },
    { cause: thrown },
  );
}

function renderError(template: Loaded, thrown: unknown): unknown {
  const unknown = unknownName(thrown);
  if (unknown === null) return thrown;
  const place = { file: template.file, ...findName(template.ast, unknown.unknown) };
  return new SurefootError(
    {
      code: "template-variable",
      message: `the template uses ${unknown.unknown}, which it was not given`,
      place,
      frame: codeFrame(template.source, place),
      hint: suggest(unknown.unknown, unknown.known, `It was given ${unknown.known.join(", ") || "nothing"}.`),
    },
    { cause: thrown },
  );
}

function unknownName(thrown: unknown): UnknownName | null {
  if (thrown instanceof UnknownName) return thrown;
  const missing = thrown instanceof Error ? /^"([^"]+)" not defined in/.exec(thrown.message)?.[1] : undefined;
  const helper = thrown instanceof Error ? /^Missing helper: "([^"]+)"/.exec(thrown.message)?.[1] : undefined;
  const name = missing ?? helper;
  return name === undefined ? null : new UnknownName(name, []);
}

/** Names that JavaScript and Handlebars look up on any object by themselves. */
const LOOKED_UP = new Set([
  "toString",
  "valueOf",
  "toJSON",
  "toHTML",
  "constructor",
  "then",
  "length",
  "call",
  "hash",
]);

/** The value, such that reading a name that it does not have throws. */
function guard(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  return new Proxy(value, {
    get: (target, name) => {
      if (typeof name === "symbol" || name in target || LOOKED_UP.has(name))
        return guard(Reflect.get(target, name));
      throw new UnknownName(name, Object.keys(target));
    },
    // Handlebars' strict mode asks before it reads; the reading then says what is known.
    has: () => true,
  });
}

/** Line and column, both from 1, of the first expression in which a name stands; the top where there is none. */
function findName(node: unknown, name: string): { readonly line: number; readonly col: number } {
  return search(node, name) ?? { line: 1, col: 1 };
}

function search(node: unknown, name: string): { readonly line: number; readonly col: number } | null {
  if (typeof node !== "object" || node === null) return null;
  if ("type" in node && node.type === "PathExpression" && "parts" in node && Array.isArray(node.parts)) {
    if (node.parts.includes(name) && "loc" in node) return startOf(node.loc);
  }
  for (const [key, inner] of Object.entries(node)) {
    const found = key === "loc" ? null : search(inner, name);
    if (found !== null) return found;
  }
  return null;
}

function startOf(loc: unknown): { readonly line: number; readonly col: number } | null {
  if (typeof loc !== "object" || loc === null || !("start" in loc)) return null;
  const { start } = loc;
  if (typeof start !== "object" || start === null || !("line" in start) || !("column" in start)) return null;
  return { line: Number(start.line), col: Number(start.column) + 1 };
}
