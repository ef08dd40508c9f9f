import { suggest } from "../model/did-you-mean.js";
import { SurefootError } from "../model/error.js";
import { shortTime } from "../report/text.js";
import { unlikePinned } from "../schedule/pin.js";
import type { Schedule } from "../schedule/record.js";
import { isName } from "../schedule/record.js";
import type { UnitState } from "../schedule/show.js";
import { FOLDERS, findSchedule, listSchedules } from "../schedule/store.js";
import { logEnd, requireSystemd, unitState } from "../schedule/systemd.js";
import { selection } from "../schedule/units.js";
import type { LastRun } from "./schedule-last.js";
import { lastRuns } from "./schedule-last.js";

/** Lines of what its runs printed that are shown of a schedule. */
const LOG_LINES = 20;

/** All that is known of a schedule. */
interface Known {
  readonly schedule: Schedule;
  readonly unit: UnitState;
  /** How files are not as pinned; undefined where that could not be looked at. */
  readonly changed: readonly string[] | undefined;
  /** Newest first; undefined where the journals could not be read. */
  readonly runs: readonly LastRun[] | undefined;
}

/** All schedules, a line each, or as JSON; one that is not understood is told as such and hides no other. */
export async function listAll(json: boolean): Promise<string> {
  requireSystemd();
  const names = await listSchedules(FOLDERS);
  const all = await Promise.all(
    names.map(async (name) => {
      try {
        return { name, known: await know(await knownSchedule(name)) };
      } catch (thrown) {
        if (!(thrown instanceof SurefootError)) throw thrown;
        return { name, error: thrown.data };
      }
    }),
  );
  if (json) {
    const rows = all.map(({ name, known, error }) => (known === undefined ? { name, error } : plain(known)));
    return `${JSON.stringify(rows, null, 2)}\n`;
  }
  if (all.length === 0) return "Nothing is scheduled: surefoot drift PLAYBOOK -i INVENTORY --schedule WHEN\n";
  return table([
    ["name", "when", "next", "last", "how it ended", "files"],
    ...all.map(({ name, known, error }) =>
      known === undefined ? [name, `! ${error?.message ?? ""}`] : row(known),
    ),
  ]);
}

/**
 * One schedule in full, or as JSON.
 * @throws SurefootError `schedule-unknown`.
 */
export async function showOne(name: string, json: boolean): Promise<string> {
  requireSystemd();
  const known = await know(await knownSchedule(name));
  const log = await logEnd(name, LOG_LINES);
  if (json) return `${JSON.stringify({ ...plain(known), schedule: known.schedule, log }, null, 2)}\n`;
  const { schedule, unit, changed, runs } = known;
  const { pins } = schedule;
  const files = Object.keys(pins.files).length + Object.keys(pins.inventory).length;
  const lines = [
    ["playbook", schedule.playbook],
    ["inventory", schedule.inventory],
    ["flags", [...selection(schedule), ...schedule.flags].join(" ")],
    ["corrects", schedule.fix ? "yes" : "no"],
    ["when", `${schedule.on}, up to ${schedule.jitter} later; ended after ${schedule.runTimeout}`],
    ["next", unit.running ? "runs now" : next(unit)],
    ["last", last(known)],
    ["ended", ended(known)],
    ["runs as", `${schedule.user} in ${schedule.cwd}`],
    ["records to", schedule.state],
    ...[...schedule.webhooks.map((file) => `webhook in ${file}`), ...schedule.commands].map(
      (to) => ["tells", to] as const,
    ),
    ["pinned", `${files} files at ${shortTime(schedule.at)}: ${pinned(schedule, changed)}`],
    ...(schedule.onFailure === undefined ? [] : [["on failure", schedule.onFailure] as const]),
  ].map(([key = "", value = ""]) => `  ${key.padEnd(12)}${value}\n`);
  const changes = (changed ?? []).map((line) => `    ${line}\n`);
  const told = (runs ?? []).map(
    ({ run, at, how }) =>
      `  ${shortTime(at)}  ${how}  [surefoot runs show ${run} --state ${schedule.state}]\n`,
  );
  const log_ = log
    .trimEnd()
    .split("\n")
    .map((line) => `  ${line}\n`);
  return [
    `${name}\n`,
    ...lines,
    ...changes,
    ...(told.length === 0 ? [] : ["Runs, newest first\n", ...told]),
    ...(log.trim() === "" ? [] : ["End of the log\n", ...log_]),
  ].join("");
}

async function know(schedule: Schedule): Promise<Known> {
  const [unit, changed, runs] = await Promise.all([
    unitState(schedule.name),
    unlikePinned(schedule.pins, schedule.inventory).catch(() => undefined),
    lastRuns(schedule).catch(() => undefined),
  ]);
  return { schedule, unit, changed, runs };
}

/**
 * The record of a schedule.
 * @throws SurefootError `schedule-unknown`.
 */
export async function knownSchedule(name: string): Promise<Schedule> {
  const schedule = isName(name) ? await findSchedule(FOLDERS, name) : undefined;
  if (schedule === undefined) throw await unknownSchedule(name);
  return schedule;
}

/** The error for a name that nothing is scheduled under. */
export async function unknownSchedule(name: string): Promise<SurefootError> {
  const hint = suggest(name, await listSchedules(FOLDERS), "See what there is: surefoot schedule list.");
  return new SurefootError({ code: "schedule-unknown", message: `nothing is scheduled as ${name}`, hint });
}

/** As scripts are told of it: names of fields are a contract. */
function plain({ schedule, unit, changed, runs }: Known): object {
  return {
    name: schedule.name,
    on: schedule.on,
    unit,
    pinned: changed === undefined ? "unknown" : changed.length === 0 ? "unchanged" : "changed",
    changed: changed ?? [],
    runs: runs ?? [],
  };
}

function row(known: Known): readonly string[] {
  const { schedule, unit, changed } = known;
  return [
    schedule.name,
    schedule.on,
    unit.running ? "runs now" : next(unit),
    last(known),
    ended(known),
    pinned(schedule, changed),
  ];
}

function next(unit: UnitState): string {
  if (!unit.ticking) return "never: the timer is stopped";
  return unit.next === undefined ? "never" : shortTime(unit.next);
}

/** The timer forgets at a reboot that missed nothing; the journals don't. */
function last({ unit, runs }: Known): string {
  const at = [unit.triggered, unit.ended, runs?.[0]?.at].filter((time) => time !== undefined).sort();
  return shortTime(at.at(-1) ?? "") || "never";
}

function ended({ unit, runs }: Known): string {
  const [newest] = runs ?? [];
  const refused = unit.exit === 3 ? "refused: see surefoot schedule show" : undefined;
  if (refused !== undefined) return refused;
  const bad = unit.result === undefined || unit.result === "success" ? "" : ` (${resultWords(unit)})`;
  if (newest !== undefined) return `${newest.how}${bad}`;
  return bad === "" ? (runs === undefined ? "unknown: its record can't be read" : "-") : bad.slice(2, -1);
}

function resultWords({ result = "", exit }: UnitState): string {
  return result === "exit-code" && exit !== undefined ? `exit ${exit}` : result;
}

function pinned({ follow }: Schedule, changed: readonly string[] | undefined): string {
  if (changed === undefined) return "unknown";
  if (changed.length === 0) return "unchanged";
  return `${changed.length} changed${follow ? ", followed" : ""}`;
}

function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_cell, i) =>
    Math.max(...rows.map((cells) => (cells.length > 2 ? (cells[i] ?? "").length : 0))),
  );
  return rows
    .map(
      (cells) =>
        `${cells
          .map((cell, i) => cell.padEnd(widths[i] ?? 0))
          .join("  ")
          .trimEnd()}\n`,
    )
    .join("");
}
