import { compressNames } from "../report/names.js";
import type { Paint } from "../report/text.js";
import { lookText, oneLine, plural, wrap } from "../report/text.js";
import type { Entry, GroupEntry } from "./entries.js";
import type { HostEnd, Thing } from "./record.js";
import type { Runs } from "./words.js";
import { byWhom, entryWord, markOf, seenText, thingText } from "./words.js";

/** How entries are shown. */
export interface ShowStyle {
  readonly paint: Paint;
  /** Of the terminal. */
  readonly columns: number;
  /** How a path is told. */
  readonly path: (absolute: string) => string;
  readonly runs: Runs;
}

/** Columns before the text: a time, and two. */
const INDENT = 7;

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
export function timeOfId(run: string): string {
  return run.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d).*$/, "$1-$2-$3T$4:$5");
}

function showGroup({ record, group, at, seen }: GroupEntry, style: ShowStyle): readonly string[] {
  const { paint } = style;
  const { end, things, error, hosts } = group;
  const names = hosts.map(([name]) => oneLine(name));
  const count = names.length > 1 ? `${plural(names.length, "host")} ` : "";
  const more = seenText({ group, at, seen });
  return [
    `${count}${paint(COLORS[end], entryWord(record, group, style.runs).word)}: ${paint("bold", compressNames(names))}`,
    ...things.flatMap((thing) => showThing(thing, end)),
    ...(error === undefined ? [] : [`${error.code}: ${oneLine(error.message)}`]),
    ...(more === "" ? [] : [more]),
    paint("dim", byWhom(record, group, style.path)),
  ];
}

function showThing(thing: Thing, end: HostEnd): readonly string[] {
  const { looksLike } = thing;
  return [
    `${markOf(thing)} ${oneLine(thingText(thing, end))}`,
    ...(looksLike === undefined ? [] : [`  ${oneLine(lookText(looksLike))}`]),
  ];
}
