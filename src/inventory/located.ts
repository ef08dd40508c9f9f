import type { Json } from "../model/json.js";
import type { FilePlace } from "../model/place.js";
import type { Secret } from "./secret.js";

/** A value that knows where it was written. */
export interface Located {
  /** Where the value is written. */
  readonly place: FilePlace;
  /** Where its key is written, for a value in a mapping. */
  readonly key?: FilePlace;
  /** null for a secret that is kept elsewhere. */
  readonly value: Scalar | readonly Located[] | LocatedMap;
  /** What it is instead where it is a secret. */
  readonly secret?: Secret;
  /** Why it is not yet what its author means by it; it is an error where it is needed. Only inventories of Ansible hold such. */
  readonly opaque?: Opaque;
}

/** A Jinja expression; a text encrypted by ansible-vault; a number or a Python value that can't be kept exactly. */
export type Opaque = "jinja" | "vault" | "number" | "python";

/** A value without parts. */
export type Scalar = string | number | boolean | null;

/** A mapping's values, in the order in which they were written, each with the place of its key. */
export type LocatedMap = ReadonlyMap<string, Located>;

/** Whether a located value is a mapping. */
export function isMap(value: Located["value"]): value is LocatedMap {
  return value instanceof Map;
}

/** The first part of a value that is not yet what its author means; undefined where all of it is. */
export function opaqueIn(located: Located): Located | undefined {
  return firstPart(located, ({ opaque }) => opaque !== undefined);
}

/** The first part of a value that is a secret; undefined where none is. */
export function secretIn(located: Located): Located | undefined {
  return firstPart(located, ({ secret }) => secret !== undefined);
}

function firstPart(located: Located, fits: (part: Located) => boolean): Located | undefined {
  if (fits(located)) return located;
  const { value } = located;
  const parts = isMap(value) ? [...value.values()] : isList(value) ? value : [];
  for (const part of parts) {
    const found = firstPart(part, fits);
    if (found !== undefined) return found;
  }
  return undefined;
}

function isList(value: Located["value"]): value is readonly Located[] {
  return Array.isArray(value);
}

/**
 * The value without its places.
 * @param reveal What stands for a secret; by default its value, which must have been read.
 */
export function toPlain(located: Located, reveal: (secret: Secret) => Json = (secret) => secret.value): Json {
  const { value, secret } = located;
  if (secret !== undefined) return reveal(secret);
  if (isMap(value))
    return Object.fromEntries([...value].map(([key, inner]) => [key, toPlain(inner, reveal)]));
  if (isList(value)) return value.map((inner) => toPlain(inner, reveal));
  return value;
}

/** The place of the innermost part that a path leads to; of what comes nearest where the path leads nowhere. */
export function placeAt(located: Located, path: readonly PropertyKey[]): FilePlace {
  return nearest(located, path).place;
}

/** The place of the key of what a path leads to, or of the value where it has no key. */
export function keyPlaceAt(located: Located, path: readonly PropertyKey[]): FilePlace {
  const found = nearest(located, path);
  return found.key ?? found.place;
}

function nearest(located: Located, path: readonly PropertyKey[]): Located {
  const [first, ...rest] = path;
  if (first === undefined) return located;
  const { value } = located;
  const next = isMap(value) ? value.get(String(first)) : isList(value) ? value[Number(first)] : undefined;
  return next === undefined ? located : nearest(next, rest);
}

/** What a path leads to; undefined where it leads nowhere. */
export function nodeAt(located: Located, path: readonly string[]): Located | undefined {
  return path.reduce<Located | undefined>((node, step) => {
    if (node === undefined) return undefined;
    if (isMap(node.value)) return node.value.get(step);
    return isList(node.value) && /^\d+$/.test(step) ? node.value[Number(step)] : undefined;
  }, located);
}
