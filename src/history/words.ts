import type { HostWord } from "../report/html/outcome.js";
import type { GroupEntry } from "./entries.js";
import type { HostEnd, HostGroup, RunRecord, Thing } from "./record.js";

/** Whether the process of a run that has no end is still there; undefined where that is not known. */
export type Runs = (record: RunRecord) => boolean | undefined;

const WORDS: Readonly<Record<Exclude<HostEnd, "open">, string>> = {
  ok: "in sync",
  "in-sync": "in sync",
  changed: "changed",
  "would-change": "would change",
  "rolled-back": "took it back",
  failed: "failed",
  unreachable: "unreachable",
  skipped: "not started",
  drifted: "drifted",
  flapping: "flapping, left alone",
  unknown: "unknown",
};

const TONES: Readonly<Record<HostEnd, HostWord["tone"]>> = {
  ok: "good",
  "in-sync": "good",
  changed: "good",
  "would-change": "change",
  "rolled-back": "bad",
  failed: "bad",
  unreachable: "bad",
  skipped: "idle",
  drifted: "change",
  flapping: "bad",
  unknown: "bad",
  open: "bad",
};

/** What is said of hosts that came out of a run so, and a colour's name. */
export function entryWord(record: RunRecord, { end, command }: HostGroup, runs: Runs): HostWord {
  const tone = TONES[end];
  if (end === "open")
    return record.ended === undefined && runs(record) === true
      ? { tone: "idle", word: "being changed" }
      : { tone, word: "cut short" };
  if (end !== "changed") return { tone, word: WORDS[end] };
  if (command === "rollback") return { tone, word: "taken back" };
  return { tone, word: command === "drift" ? "corrected" : "changed" };
}

/** A sign for what is, or was, to be done to a thing. */
export function markOf({ how }: Thing): string {
  return { add: "+", remove: "-", change: "~", none: "!" }[how];
}

/** A thing with what differed on it, on hosts that came out so. */
export function thingText({ title, how, fields }: Thing, end: HostEnd): string {
  const found = end === "drifted" || end === "flapping";
  const values = fields.map(({ field, wanted, found: was }) =>
    found ? `${field} is ${was}, wanted ${wanted}` : `${field}: ${was} -> ${wanted}`,
  );
  const what = values.length === 0 ? "" : `: ${values.join("; ")}`;
  const absent = found && how === "add" ? ": is not there" : found && how === "remove" ? ": is there" : "";
  return `${title}${what}${absent}`;
}

/** How often looks on end saw the same, and since when; empty where that tells nothing more. */
export function seenText({ group, at, seen }: Pick<GroupEntry, "group" | "at" | "seen">): string {
  const since = group.since === undefined || group.since >= seen.first ? seen.first : group.since;
  const again = seen.times > 1 ? [`seen ${seen.times} times`] : [];
  const lasting = since.slice(0, 16) === at.slice(0, 16) ? [] : [`since ${moment(since, at)}`];
  return [...again, ...lasting].join(", ");
}

/** A time as seen from another one: on the same day without it. */
function moment(at: string, from: string): string {
  return at.slice(0, 10) === from.slice(0, 10) ? at.slice(11, 16) : at.slice(0, 16).replace("T", " ");
}

/**
 * What a run did, and at whose wish.
 * @param path How a path is told.
 */
export function byWhom(
  record: RunRecord,
  { command }: HostGroup,
  path: (absolute: string) => string,
): string {
  const { run, of, schedule, who, playbook, inventory } = record;
  const what = of === undefined ? command : command === "drift" ? "drift --fix" : `${command} of ${of}`;
  const by = schedule === undefined ? `by ${who.user}` : `by schedule ${schedule}`;
  return `run ${run}: ${what} ${path(playbook)} -i ${path(inventory)} ${by}`;
}
