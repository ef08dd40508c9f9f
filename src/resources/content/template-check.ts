import type { Path, Resolved, Scope } from "./template-scope.js";
import { ANYTHING, inner, resolve, rootScope } from "./template-scope.js";

/** What is wrong with a template, and where; column from 1. */
export interface Finding {
  readonly code: "template-syntax" | "template-variable";
  readonly message: string;
  readonly line: number;
  readonly col: number;
  /** The unknown part of a name and what it may have meant, or what to do. */
  readonly hint: { readonly part: string; readonly known: readonly string[] } | string;
}

/** Helpers that templates may use; `log` would write into the controller's own output. */
const BLOCKS = ["if", "unless", "each", "with"];
const HELPERS = [...BLOCKS, "lookup"];
/** Names that Handlebars takes for its own helpers wherever they stand alone. */
const RESERVED = [...HELPERS, "log", "helperMissing", "blockHelperMissing"];

/**
 * Finds every name in a template that its variables do not have, in branches that are not taken too, and what would print as nothing
 * or as `[object Object]`. Handlebars' own strict mode looks neither at helpers' arguments nor into branches not taken. Only the body of
 * a loop over nothing, or of a `with` on nothing, can't be judged.
 */
export function checkTemplate(program: hbs.AST.Program, vars: unknown): readonly Finding[] {
  const check = new Check();
  check.program(program, rootScope(vars));
  return check.findings;
}

class Check {
  readonly #findings = new Map<string, Finding>();

  get findings(): readonly Finding[] {
    return [...this.#findings.values()];
  }

  program(program: hbs.AST.Program | null | undefined, scope: Scope): void {
    for (const statement of program?.body ?? []) this.#statement(statement, scope);
  }

  #statement(node: hbs.AST.Statement, scope: Scope): void {
    if (node.type === "ContentStatement" || node.type === "CommentStatement") return;
    if (isMustache(node)) this.#mustache(node, scope);
    else if (isBlock(node)) this.#block(node, scope);
    else
      this.#syntax(
        node,
        "partials and decorators are not supported",
        "Render the part by renderTemplate and pass it on.",
      );
  }

  #mustache(node: hbs.AST.MustacheStatement, scope: Scope): void {
    const value = isCall(node) ? this.#call(node, scope) : this.#head(node.path, scope);
    const name = nameOf(node.path);
    if (value === null || value === undefined) {
      this.#variable(
        node.path,
        `${name} is ${value}, which prints as nothing`,
        `Give it a value, or ask {{#if ${name}}} first.`,
      );
    } else if (holdsObject(value)) {
      this.#variable(
        node.path,
        `${name} is an object, which does not print`,
        "Name one of its fields, or loop over it by {{#each}}.",
      );
    }
  }

  #block(node: hbs.AST.BlockStatement, scope: Scope): void {
    const name = nameOf(node.path);
    if (!isCall(node)) {
      this.#section(node, this.#head(node.path, scope), scope);
    } else if (!BLOCKS.includes(name)) {
      this.#unknownHelper(node.path, name, BLOCKS);
    } else {
      const [value] = this.#arguments(node, scope, 1);
      if (name === "each") this.#each(node, value, scope);
      else if (name === "with") this.#with(node, value, scope);
      else {
        this.program(node.program, inner(scope, scope.contexts[0], blockParams(node.program, [])));
        this.program(node.inverse, scope);
      }
    }
  }

  /** `{{#name}}`: a loop for a list, a condition for true and false, `with` for anything else. */
  #section(node: hbs.AST.BlockStatement, value: unknown, scope: Scope): void {
    if (Array.isArray(value)) this.#each(node, value, scope);
    else if (typeof value === "boolean") {
      this.program(node.program, scope);
      this.program(node.inverse, scope);
    } else this.#with(node, value, scope);
  }

  #with(node: hbs.AST.BlockStatement, value: unknown, scope: Scope): void {
    const context = isEmpty(value) ? ANYTHING : value;
    this.program(node.program, inner(scope, context, blockParams(node.program, [context])));
    this.program(node.inverse, scope);
  }

  #each(node: hbs.AST.BlockStatement, list: unknown, scope: Scope): void {
    this.program(node.inverse, scope);
    if (typeof list !== "object" && !isEmpty(list) && list !== ANYTHING) {
      const name = node.params[0] === undefined ? "" : nameOf(node.params[0]);
      this.#variable(node.params[0] ?? node, `${name} is no list`, "{{#each}} takes a list or an object.");
    }
    const entries = typeof list === "object" && list !== null ? Object.entries(list) : [];
    const turns = entries.length > 0 ? entries : [[ANYTHING, ANYTHING] as const];
    turns.forEach(([key, value], index) => {
      const frame = new Map<string, unknown>([
        ["key", key],
        ["index", index],
        ["first", index === 0],
        ["last", index === turns.length - 1],
      ]);
      this.program(node.program, inner(scope, value, blockParams(node.program, [value, key]), frame));
    });
  }

  /** A helper that gives a value; `lookup` alone does. What it does not find is for `{{#if}}` to ask. */
  #call(node: hbs.AST.MustacheStatement | hbs.AST.SubExpression, scope: Scope): unknown {
    const name = nameOf(node.path);
    if (BLOCKS.includes(name)) {
      this.#syntax(node.path, `${name} is a block`, `Write {{#${name} ...}} ... {{/${name}}}.`);
      return ANYTHING;
    }
    if (name !== "lookup") {
      this.#unknownHelper(node.path, name, HELPERS);
      return ANYTHING;
    }
    const [from, field] = this.#arguments(node, scope, 2);
    if (from === ANYTHING || field === ANYTHING) return ANYTHING;
    const fields: ReadonlyMap<string, unknown> = new Map(
      typeof from === "object" && from !== null ? Object.entries(from) : [],
    );
    return fields.get(String(field));
  }

  #arguments(node: Call, scope: Scope, count: number): readonly unknown[] {
    for (const pair of node.hash?.pairs ?? []) this.#value(pair.value, scope);
    if (node.params.length !== count) {
      const what = count === 1 ? "one argument" : `${count} arguments`;
      this.#syntax(
        node.path,
        `${nameOf(node.path)} takes ${what}`,
        "See the Handlebars guide, built-in helpers.",
      );
    }
    return node.params.map((param) => this.#value(param, scope));
  }

  #value(node: hbs.AST.Expression, scope: Scope): unknown {
    if (isSubExpression(node)) return this.#call(node, scope);
    if (isPath(node)) return this.#resolved(node, resolve(node, scope));
    return "value" in node ? node.value : null;
  }

  /** The value of a name that stands alone, where Handlebars looks for a helper first. */
  #head(node: hbs.AST.Expression, scope: Scope): unknown {
    if (!isPath(node) || !RESERVED.includes(node.original) || isParam(node, scope))
      return this.#value(node, scope);
    const name = node.original;
    this.#syntax(
      node,
      `${name} is a helper, which takes arguments`,
      `Write this.${name} for a variable of that name.`,
    );
    return ANYTHING;
  }

  #resolved(node: hbs.AST.PathExpression, found: Resolved): unknown {
    if ("value" in found) return found.value;
    this.#variable(node, `the template uses ${found.unknown}, which it was not given`, found.hint ?? found);
    return ANYTHING;
  }

  #unknownHelper(node: hbs.AST.Node, name: string, known: readonly string[]): void {
    this.#add("template-variable", node, `there is no helper ${name}`, { part: name, known });
  }

  #variable(node: hbs.AST.Node, message: string, hint: Finding["hint"]): void {
    this.#add("template-variable", node, message, hint);
  }

  #syntax(node: hbs.AST.Node, message: string, hint: string): void {
    this.#add("template-syntax", node, message, hint);
  }

  /** The first finding at a place stands for all: the turns of a loop find the same again. */
  #add(code: Finding["code"], node: hbs.AST.Node, message: string, hint: Finding["hint"]): void {
    const { line, column } = node.loc.start;
    const key = `${line}:${column}`;
    if (!this.#findings.has(key)) this.#findings.set(key, { code, message, line, col: column + 1, hint });
  }
}

type Call = hbs.AST.MustacheStatement | hbs.AST.BlockStatement | hbs.AST.SubExpression;

const isMustache = (node: hbs.AST.Node): node is hbs.AST.MustacheStatement =>
  node.type === "MustacheStatement";
const isBlock = (node: hbs.AST.Node): node is hbs.AST.BlockStatement => node.type === "BlockStatement";
const isPath = (node: hbs.AST.Node): node is hbs.AST.PathExpression => node.type === "PathExpression";
const isSubExpression = (node: hbs.AST.Node): node is hbs.AST.SubExpression => node.type === "SubExpression";
const isCall = (node: Call): boolean => node.params.length > 0 || (node.hash?.pairs.length ?? 0) > 0;
const isParam = (path: Path, scope: Scope): boolean => scope.params.some((known) => known.has(path.original));

function nameOf(node: hbs.AST.Node): string {
  if (isPath(node)) return node.original;
  return "value" in node ? JSON.stringify(node.value) : "it";
}

/** As Handlebars' own isEmpty: 0 is something. */
function isEmpty(value: unknown): boolean {
  return (!value && value !== 0) || (Array.isArray(value) && value.length === 0);
}

/** Whether it prints as `[object Object]`, or a list would so in part; lists of plain values print with commas. */
function holdsObject(value: unknown): boolean {
  if (Array.isArray(value)) return value.some((item) => item === null || holdsObject(item));
  return typeof value === "object" && value !== null;
}

function blockParams(
  program: hbs.AST.Program | null | undefined,
  values: readonly unknown[],
): ReadonlyMap<string, unknown> {
  return new Map((program?.blockParams ?? []).map((name, i) => [name, values[i]]));
}
