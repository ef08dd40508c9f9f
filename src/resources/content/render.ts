import { readFileSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, relative, resolve } from "node:path";
import type Handlebars from "handlebars";
import { SurefootError } from "../../model/error.js";
import { checkTemplate } from "./template-check.js";
import type { Source } from "./template-errors.js";
import { findingsError, renderError, syntaxError } from "./template-errors.js";

/** Loaded with the first template only, and as one file instead of 45, to start quickly. */
let handlebars: typeof Handlebars | undefined;

function engine(): typeof Handlebars {
  const require = createRequire(import.meta.url);
  handlebars ??= require("handlebars/dist/handlebars.js");
  if (handlebars === undefined) throw new Error("handlebars is not installed");
  return handlebars;
}

/** The folder from which templates are looked for: the playbook's. */
let base = process.cwd();

/** Sets the folder from which templates are looked for, upwards: the folder of the playbook that is being loaded. */
export function setTemplateBase(folder: string): void {
  base = folder;
}

/** A template that was read, and what it compiled to. */
interface Loaded extends Source {
  readonly program: hbs.AST.Program;
  readonly render: Handlebars.TemplateDelegate;
}

const cache = new Map<string, Loaded>();

/** Absolute paths of the templates that were read so far. */
export function templatesRead(): readonly string[] {
  return [...cache.keys()];
}

/**
 * Renders a Handlebars template on the controller, without HTML escaping. Every name in it must be among the variables, also in helpers'
 * arguments and in branches not taken; what may be missing is asked for by `{{#if (lookup this "name")}}`. Helpers are `if`, `unless`,
 * `each`, `with` and `lookup`; partials are not supported.
 * @param path Below the playbook's folder or a folder above it: `templates/motd.hbs`.
 * @param vars Plain data: no functions, no instances of classes.
 * @throws SurefootError `template-missing`, `template-syntax` or `template-variable`, with the place in the template.
 * @throws SurefootErrors where several are found.
 */
export function renderTemplate(path: string, vars: Readonly<Record<string, unknown>>): string {
  const template = load(path);
  refuseUnlessPlain(vars, "", path);
  const findings = checkTemplate(template.program, vars);
  if (findings.length > 0) throw findingsError(template, findings);
  try {
    return template.render(vars);
  } catch (thrown) {
    throw renderError(template, thrown);
  }
}

function load(path: string): Loaded {
  const found = find(path);
  const known = cache.get(found);
  if (known !== undefined) return known;
  const short = relative(process.cwd(), found);
  const file = short.startsWith("..") ? found : short;
  const source = readText(found, file);
  const program = parse({ file, source });
  const render = engine().create().compile(source, { noEscape: true, strict: true });
  const loaded = { file, source, program, render };
  cache.set(found, loaded);
  return loaded;
}

function find(path: string): string {
  for (let folder = base; ; folder = dirname(folder)) {
    const file = resolve(folder, path);
    if (statSync(file, { throwIfNoEntry: false })?.isFile() === true) return file;
    if (folder === dirname(folder)) break;
  }
  throw new SurefootError({
    code: "template-missing",
    message: `there is no template ${path}`,
    hint: `It is looked for in ${base} and the folders above it; for example ${join("templates", "NAME.hbs")}.`,
  });
}

function readText(path: string, file: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(readFileSync(path));
  } catch (cause) {
    const notText = cause instanceof TypeError;
    const message = notText ? `the template ${file} is no UTF-8 text` : `the template ${file} can't be read`;
    const hint = notText ? "Save it as UTF-8." : `Look at its permissions: ${String(cause)}`;
    throw new SurefootError(
      { code: notText ? "template-syntax" : "template-missing", message, hint },
      { cause },
    );
  }
}

function parse(source: Source): hbs.AST.Program {
  try {
    return engine().parse(source.source, { srcName: source.file });
  } catch (thrown) {
    throw syntaxError(source, thrown, lastToken());
  }
}

/** The place of the token that Handlebars' lexer read last; its types don't tell of it. */
function lastToken(): { readonly line: number; readonly col: number } | undefined {
  const field = (from: unknown, name: string): unknown =>
    typeof from === "object" && from !== null ? Reflect.get(from, name) : undefined;
  const token = field(field(Reflect.get(engine(), "Parser"), "lexer"), "yylloc");
  const [line, col] = [field(token, "first_line"), field(token, "first_column")];
  return typeof line === "number" && typeof col === "number" ? { line, col } : undefined;
}

/** Handlebars calls functions and reads through prototypes; templates get data only. */
function refuseUnlessPlain(value: unknown, name: string, path: string): void {
  if (typeof value === "function" || typeof value === "symbol" || isInstance(value)) {
    throw new SurefootError({
      code: "template-variable",
      message: `the template ${path} was given ${name}, which is no plain data`,
      hint: "Pass strings, numbers, booleans, lists and plain objects.",
    });
  }
  if (typeof value !== "object" || value === null) return;
  for (const [key, inner] of Object.entries(value))
    refuseUnlessPlain(inner, name === "" ? key : `${name}.${key}`, path);
}

function isInstance(value: unknown): boolean {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype !== null && prototype !== Object.prototype;
}
