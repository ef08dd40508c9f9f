import type { DriftField } from "../model/drift.js";
import { sameJson } from "../model/json.js";

/** Characters of one text that are kept: the plan has it whole. */
const TEXT = 200;

/**
 * Where a thing differs from what it shall be, field by field, with what we last wrote there.
 * @param applied undefined: no record says what that was.
 */
export function threeWay(
  desired: object | null,
  applied: object | null | undefined,
  found: object | null,
): readonly DriftField[] {
  return fieldsOf("", desired, applied, found);
}

function fieldsOf(path: string, desired: unknown, applied: unknown, found: unknown): readonly DriftField[] {
  if (sameJson(desired, found)) return [];
  if (isRecord(desired) && isRecord(found)) {
    const [d, a, f] = [desired, isRecord(applied) ? applied : undefined, found];
    return [...new Set([...Object.keys(d), ...Object.keys(f)])].flatMap((key) =>
      fieldsOf(path === "" ? key : `${path}.${key}`, d[key], a?.[key], f[key]),
    );
  }
  return [
    {
      field: path === "" ? "(exists)" : path,
      ...value("desired", desired),
      ...value("applied", applied),
      ...value("found", found),
    },
  ];
}

function value<K extends string>(key: K, given: unknown): { readonly [P in K]?: unknown } {
  const found: { [P in K]?: unknown } = {};
  if (given !== undefined) found[key] = brief(given);
  return found;
}

/** The same with long texts cut. */
function brief(value: unknown): unknown {
  if (typeof value === "string") return value.length > TEXT ? `${value.slice(0, TEXT)}...` : value;
  if (Array.isArray(value)) return value.map(brief);
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, brief(inner)]));
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
