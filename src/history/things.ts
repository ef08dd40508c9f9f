import { threeWay } from "../drift/three-way.js";
import type { DriftField, DriftFinding } from "../model/drift.js";
import type { TaskPlan } from "../model/plan.js";
import type { Thing } from "./record.js";

/** Characters of a value that are kept: the journal has more. */
const VALUE = 60;
/** Fields of one thing that are kept. */
const FIELDS = 6;

/** What a plan changes, or may have to. */
export function thingsOfPlan(tasks: readonly TaskPlan[]): readonly Thing[] {
  return tasks
    .filter(({ status }) => status === "change" || status === "pending")
    .map(({ title, kind, actual, desired, sensitive, status }) => {
      const how = status === "pending" ? "change" : howOf(desired, actual);
      const whole = sensitive || how !== "change" || status === "pending";
      return { title, kind, how, fields: whole ? [] : short(threeWay(desired, undefined, actual)) };
    });
}

/** What a look found. */
export function thingsOfDrift(findings: readonly DriftFinding[]): readonly Thing[] {
  return findings.map(({ title, kind, fields, looksLike, fixable }) => {
    const [only] = fields;
    const whole = only?.field === "(exists)" ? only : undefined;
    const how = !fixable
      ? "none"
      : whole === undefined
        ? "change"
        : howOf(whole.desired ?? null, whole.found ?? null);
    return { title, kind, how, fields: how === "change" ? short(fields) : [], looksLike };
  });
}

function howOf(desired: unknown, found: unknown): Thing["how"] {
  if (found === null) return "add";
  return desired === null ? "remove" : "change";
}

function short(fields: readonly DriftField[]): Thing["fields"] {
  return fields.slice(0, FIELDS).map(({ field, desired, found }) => ({
    field,
    wanted: value(desired),
    found: value(found),
  }));
}

function value(given: unknown): string {
  const text = JSON.stringify(given) ?? "nothing";
  return text.length > VALUE ? `${text.slice(0, VALUE)}…` : text;
}
