import { createRequire } from "node:module";
import type * as Diffs from "diff";
import type { TaskPlan } from "../model/plan.js";
import { MASK } from "../model/plan.js";
import type { Paint } from "./text.js";
import { indent, oneLine, plural, printable } from "./text.js";

/** How a plan is shown. */
export interface ChangeStyle {
  readonly paint: Paint;
  /** 0: short; 1: whole diffs and scripts; tasks in sync are listed too. */
  readonly verbose: number;
}

/** How the end of a command is shown that tells in running text. */
export interface TextStyle extends ChangeStyle {
  /** That a line may take. */
  readonly columns: number;
}

/** Most lines of one diff without -v. */
const DIFF_LINES = 24;

/** Shows a host's plan, without the host: hosts whose plans read the same are shown once. Empty where there is nothing to say. */
export function showTasks(tasks: readonly TaskPlan[], style: ChangeStyle): string {
  return tasks
    .map((task) => showTask(task, style))
    .filter((text) => text !== "")
    .join("\n");
}

function showTask(task: TaskPlan, { paint, verbose }: ChangeStyle): string {
  const title = oneLine(task.title);
  const notes = task.notes.map((note) => `  ${paint("yellow", "note:")} ${printable(note)}`);
  if (task.status === "in-sync") {
    const head = verbose > 0 ? [`${paint("green", "=")} ${title}`] : notes.length > 0 ? [`= ${title}`] : [];
    return [...head, ...notes].join("\n");
  }
  if (task.status === "unknown") return "";
  if (task.status === "pending") return `${paint("cyan", "?")} ${title}: ${printable(task.reason ?? "")}`;
  const lines = [`${mark(task, paint)} ${paint("bold", title)}`];
  for (const step of task.steps) {
    const cuts = step.cuts ? paint("yellow", "  (can cut the connection)") : "";
    lines.push(`  ${paint("dim", step.layer)}  ${oneLine(step.title)}${cuts}`);
    if (verbose > 0) lines.push(indent(paint("dim", printable(step.run.sh)), "      $ "));
  }
  for (const diff of taskDiffs(task)) lines.push(indent(showDiff(diff, paint, verbose), "    "));
  return [...lines, ...notes].join("\n");
}

function mark(task: TaskPlan, paint: Paint): string {
  if (task.actual === null) return paint("green", "+");
  return task.desired === null ? paint("red", "-") : paint("yellow", "~");
}

/** Lines of a unified diff, without its file header. */
type Diff = readonly string[];

/** Texts of several lines in which a task's states differ, at any depth, as lines of unified diffs; the mask where they hold a secret. */
export function taskDiffs(task: TaskPlan): readonly Diff[] {
  const found: Diff[] = [];
  const visit = (before: unknown, after: unknown): void => {
    if (before === after) return;
    if (typeof before === "string" || typeof after === "string") {
      const [a, b] = [typeof before === "string" ? before : "", typeof after === "string" ? after : ""];
      if (a.includes("\n") || b.includes("\n")) found.push(unified(a, b));
      return;
    }
    const [x, y] = [fields(before), fields(after)];
    // Bytes that are no text would fill the screen with base64.
    if (x.get("encoding") === "base64" || y.get("encoding") === "base64") return;
    for (const key of new Set([...x.keys(), ...y.keys()])) visit(x.get(key), y.get(key));
  };
  if (!task.sensitive) visit(task.actual, task.desired);
  return task.sensitive ? [[`  ${MASK}`]] : found;
}

function fields(value: unknown): ReadonlyMap<string, unknown> {
  return new Map(typeof value === "object" && value !== null ? Object.entries(value) : []);
}

/** Loaded with the first diff only, to start quickly. */
let diffs: typeof Diffs | undefined;

/** Diffs made last: most hosts of a fleet have the same. */
const recent = new Map<string, Diff>();
const RECENT = 100;

function unified(before: string, after: string): Diff {
  diffs ??= createRequire(import.meta.url)("diff");
  if (diffs === undefined) throw new Error("diff is not installed");
  const { structuredPatch } = diffs;
  const key = `${before}\0${after}`;
  const known = recent.get(key);
  if (known !== undefined) return known;
  const { hunks } = structuredPatch("", "", before, after, "", "", { context: 2 });
  const lines = hunks.flatMap((hunk, i) => [...(i === 0 ? [] : ["  ..."]), ...hunk.lines]);
  if (recent.size >= RECENT) recent.clear();
  recent.set(key, lines);
  return lines;
}

function showDiff(diff: Diff, paint: Paint, verbose: number): string {
  const shown = verbose > 0 ? diff : diff.slice(0, DIFF_LINES);
  const lines = shown.map((line) => {
    const text = printable(line);
    if (line.startsWith("+")) return paint("green", text);
    return line.startsWith("-") ? paint("red", text) : paint("dim", text);
  });
  const left = diff.length - shown.length;
  return [...lines, ...(left > 0 ? [paint("dim", `(${plural(left, "more line")}; -v shows all)`)] : [])].join(
    "\n",
  );
}
