import { stripVTControlCharacters } from "node:util";
import { compressNames } from "../report/names.js";
import type { Paint } from "../report/text.js";
import { oneLine, plural, width } from "../report/text.js";
import type { Entry, GroupEntry } from "./entries.js";
import type { HostEnd, HostGroup, RunRecord, Thing } from "./record.js";

/** How entries are shown. */
export interface ShowStyle {
  readonly paint: Paint;
  /** Of the terminal. */
  readonly columns: number;
  /** How a path is told. */
  readonly path: (absolute: string) => string;
  /** Whether the process of a run that has no end is still there; undefined where that is not known. */
  readonly runs: (record: RunRecord) => boolean | undefined;
}

/** Columns before the text: a time, and two. */
const INDENT = 7;

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

const COLORS: Readonly<Record<HostEnd, "green" | "yellow" | "red" | "cyan">> = {
  ok: "green",
  "in-sync": "green",
  changed: "green",
  "would-change": "yellow",
  "rolled-back": "red",
  failed: "red",
  unreachable: "red",
  skipped: "cyan",
  drifted: "yellow",
  flapping: "red",
  unknown: "red",
  open: "red",
};

/** Entries for people, newest first as they come, under a heading for each day. Ends with a newline where there is any. */
export function showEntries(entries: readonly Entry[], style: ShowStyle): string {
  const { paint } = style;
  let day = "";
  return entries
    .map((entry) => {
      const at = entry.type === "hosts" ? entry.at : timeOfId(entry.run);
      const heading =
        at.slice(0, 10) === day ? "" : `${paint("bold", at.slice(0, 10))} ${paint("dim", "UTC")}\n\n`;
      day = at.slice(0, 10);
      const lines = entry.type === "hosts" ? showGroup(entry, style) : [entry.why, `run ${entry.run}`];
      const [head = "", ...rest] = lines.flatMap((line) => wrap(line, style.columns - INDENT));
      const told = [
        `${paint("dim", at.slice(11, 16))}  ${head}`,
        ...rest.map((line) => " ".repeat(INDENT) + line),
      ];
      return `${heading}${told.join("\n")}\n`;
    })
    .join("\n");
}

/** The time that an id begins with, as ISO 8601. */
function timeOfId(run: string): string {
  return run.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d).*$/, "$1-$2-$3T$4:$5");
}

function showGroup({ record, group, at, seen }: GroupEntry, style: ShowStyle): readonly string[] {
  const { paint } = style;
  const { end, things, error, hosts } = group;
  const names = hosts.map(([name]) => oneLine(name));
  const count = names.length > 1 ? `${plural(names.length, "host")} ` : "";
  const since = group.since === undefined || group.since >= seen.first ? seen.first : group.since;
  const again = seen.times > 1 ? [`seen ${seen.times} times`] : [];
  const lasting = since.slice(0, 16) === at.slice(0, 16) ? [] : [`since ${moment(since, at)}`];
  const more = [...again, ...lasting].join(", ");
  return [
    `${count}${paint(COLORS[end], word(record, group, style))}: ${paint("bold", compressNames(names))}`,
    ...things.flatMap((thing) => showThing(thing, end)),
    ...(error === undefined ? [] : [`${error.code}: ${oneLine(error.message)}`]),
    ...(more === "" ? [] : [more]),
    paint("dim", byWhom(record, group, style)),
  ];
}

/** A time as seen from another one: on the same day without it. */
function moment(at: string, from: string): string {
  return at.slice(0, 10) === from.slice(0, 10) ? at.slice(11, 16) : at.slice(0, 16).replace("T", " ");
}

function word(record: RunRecord, { end, command }: HostGroup, { runs }: ShowStyle): string {
  if (end === "open")
    return record.ended === undefined && runs(record) === true ? "being changed" : "cut short";
  if (end !== "changed") return WORDS[end];
  if (command === "rollback") return "taken back";
  return command === "drift" ? "corrected" : "changed";
}

function showThing({ title, how, fields, looksLike }: Thing, end: HostEnd): readonly string[] {
  const mark = { add: "+", remove: "-", change: "~", none: "!" }[how];
  const found = end === "drifted" || end === "flapping";
  const values = fields.map(({ field, wanted, found: was }) =>
    found ? `${field} is ${was}, wanted ${wanted}` : `${field}: ${was} -> ${wanted}`,
  );
  const what = values.length === 0 ? "" : `: ${values.map(oneLine).join("; ")}`;
  const absent = found && how === "add" ? ": is not there" : found && how === "remove" ? ": is there" : "";
  return [
    `${mark} ${oneLine(title)}${what}${absent}`,
    ...(looksLike === undefined
      ? []
      : [`  looks like ${oneLine(looksLike)}`.replace("looks like no effect", "no effect")]),
  ];
}

function byWhom(record: RunRecord, { command }: HostGroup, { path }: ShowStyle): string {
  const { run, of, schedule, who, playbook, inventory } = record;
  const what = of === undefined ? command : command === "drift" ? "drift --fix" : `${command} of ${of}`;
  const by = schedule === undefined ? `by ${who.user}` : `by schedule ${schedule}`;
  return `run ${run}: ${what} ${path(playbook)} -i ${path(inventory)} ${by}`;
}

/** A line in pieces of so many columns at most, cut between words; those behind the first are set in by two. */
function wrap(line: string, columns: number): readonly string[] {
  const lead = /^ */.exec(line)?.[0] ?? "";
  const pieces: string[] = [];
  let piece = lead;
  for (const word of line.trimStart().split(" ")) {
    const longer = piece.trim() === "" ? `${piece}${word}` : `${piece} ${word}`;
    if (width(stripVTControlCharacters(longer)) > columns && piece.trim() !== "") {
      pieces.push(piece);
      piece = `${lead}  ${word}`;
    } else piece = longer;
  }
  return [...pieces, piece];
}
