/** Stands for what can't be known before there is something: the element of an empty list. Whatever is asked of it is taken as there. */
export const ANYTHING = Symbol("anything");

/** Where in a template a name is looked up: what Handlebars would know there. */
export interface Scope {
  /** Contexts, innermost first: `this`, `../this`, and so on. */
  readonly contexts: readonly unknown[];
  /** `@` variables, innermost loop first; the last holds `@root`. */
  readonly data: readonly ReadonlyMap<string, unknown>[];
  /** Block parameters (`as |item|`), innermost first. */
  readonly params: readonly ReadonlyMap<string, unknown>[];
}

/** The outermost scope of a template. */
export function rootScope(vars: unknown): Scope {
  return { contexts: [vars], data: [new Map([["root", vars]])], params: [] };
}

/**
 * The scope inside a block. Handlebars adds a level for `../` only where the context changes: `{{#if}}` adds none.
 * @param frame The `@` variables of one turn of a loop.
 */
export function inner(
  scope: Scope,
  context: unknown,
  params: ReadonlyMap<string, unknown>,
  frame?: ReadonlyMap<string, unknown>,
): Scope {
  return {
    contexts: context === scope.contexts[0] ? scope.contexts : [context, ...scope.contexts],
    data: frame === undefined ? scope.data : [new Map([...(scope.data[0] ?? []), ...frame]), ...scope.data],
    params: [params, ...scope.params],
  };
}

/**
 * What became of a name: its value, or what of it is unknown, by its whole name and by its last part, where only
 * these parts are known.
 */
export type Resolved =
  | { readonly value: unknown }
  | {
      readonly unknown: string;
      readonly part: string;
      readonly known: readonly string[];
      readonly hint?: string;
    };

/** A name in a template, as Handlebars parses it. */
export interface Path {
  readonly data: boolean;
  readonly depth: number;
  readonly parts: readonly string[];
  readonly original: string;
}

/** Looks a name up as Handlebars does, but knows only an object's own fields and never takes a missing one for empty. */
export function resolve(path: Path, scope: Scope): Resolved {
  const [head, ...rest] = path.parts;
  if (path.data) return resolveData(path, scope);
  const scoped = path.depth > 0 || /^\.|this\b/.test(path.original);
  const params = scoped || head === undefined ? undefined : scope.params.find((known) => known.has(head));
  if (params !== undefined && head !== undefined) return descend(params.get(head), head, rest);
  if (path.depth >= scope.contexts.length) {
    return {
      unknown: path.original,
      part: "",
      known: [],
      hint: `There are only ${scope.contexts.length - 1} levels above it.`,
    };
  }
  const found = descend(scope.contexts[path.depth], "", path.parts);
  if ("value" in found || head === undefined || rest.length > 0) return found;
  const known = scoped
    ? found.known
    : [...scope.params.flatMap((names) => [...names.keys()]), ...found.known];
  const above = scope.contexts.findIndex((context, level) => level > path.depth && has(context, head));
  return above < 0
    ? { ...found, known }
    : { ...found, hint: `It is further out: write ${"../".repeat(above)}${head}.` };
}

function resolveData({ depth, parts, original }: Path, scope: Scope): Resolved {
  const [head = "", ...rest] = parts;
  const frame = scope.data[depth];
  if (frame?.has(head)) return descend(frame.get(head), `@${head}`, rest);
  return { unknown: original, part: original, known: [...(frame?.keys() ?? [])].map((name) => `@${name}`) };
}

function has(value: unknown, name: string): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && Object.hasOwn(value, name);
}

function descend(start: unknown, path: string, parts: readonly string[]): Resolved {
  let value = start;
  let at = path;
  for (const part of parts) {
    if (value === ANYTHING) return { value };
    if (!has(value, part)) {
      const known = typeof value === "object" && value !== null ? Object.keys(value) : [];
      return { unknown: at === "" ? part : `${at}.${part}`, part, known };
    }
    value = value[part];
    at = at === "" ? part : `${at}.${part}`;
  }
  return { value };
}
