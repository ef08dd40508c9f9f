import { mkdir, open, readdir, readFile, rename, rm, rmdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { SurefootError } from "../model/error.js";
import type { Schedule } from "./record.js";
import { parseSchedule, unitName } from "./record.js";
import { CACHES, recordFile, serviceText, timerText } from "./units.js";

/** Folders that schedules are kept in. */
export interface Folders {
  readonly records: string;
  readonly units: string;
  /** Where systemd remembers when a timer fired last. */
  readonly stamps: string;
  /** Where CacheDirectory= of units lies. */
  readonly caches: string;
}

/** Those of the machine. */
export const FOLDERS: Folders = {
  records: "/etc/surefoot/schedules",
  units: "/etc/systemd/system",
  stamps: "/var/lib/systemd/timers",
  caches: CACHES,
};

/** Names of all schedules, sorted. */
export async function listSchedules({ records }: Folders): Promise<readonly string[]> {
  const names = await readdir(records).catch(whereMissing([]));
  return names
    .filter((name) => name.endsWith(".json"))
    .map((name) => name.slice(0, -".json".length))
    .sort();
}

/**
 * The record of a schedule, or undefined where there is none of that name.
 * @throws SurefootError `schedule-invalid` for a record that is not understood, `schedule-failed` for one that can't be read.
 */
export async function findSchedule({ records }: Folders, name: string): Promise<Schedule | undefined> {
  return readSchedule(recordFile(records, name));
}

/**
 * The record in a file, or undefined where there is none.
 * @throws SurefootError as {@link findSchedule} does.
 */
export async function readSchedule(file: string): Promise<Schedule | undefined> {
  let text: string | undefined;
  try {
    text = await readFile(file, "utf8").catch(whereMissing(undefined));
  } catch (cause) {
    throw failed(`the record ${file} can't be read`, cause);
  }
  if (text === undefined) return undefined;
  const schedule = parseSchedule(text);
  if (typeof schedule !== "string") return schedule;
  throw new SurefootError({
    code: "schedule-invalid",
    message: "this record of a schedule is not understood",
    place: { file, line: 1, col: 1 },
    hint: "Another version of Surefoot wrote it, or something else changed it: remove the schedule and make it again.",
    detail: schedule,
  });
}

/**
 * Writes the record and the units of a schedule, each file at once as a whole, and only those that are not so already.
 * @returns the files that were written.
 * @throws SurefootError `schedule-failed`, or `flag-invalid` for a path that can't stand in a unit: nothing is written then.
 */
export async function writeSchedule(
  { records, units }: Folders,
  schedule: Schedule,
): Promise<readonly string[]> {
  const record = recordFile(records, schedule.name);
  const unit = join(units, unitName(schedule.name));
  const texts = [
    [record, `${JSON.stringify(schedule, null, 2)}\n`],
    [`${unit}.service`, serviceText(schedule, record)],
    [`${unit}.timer`, timerText(schedule)],
  ] as const;
  const written: string[] = [];
  try {
    for (const [file, text] of texts) if (await replace(file, text)) written.push(file);
  } catch (cause) {
    throw failed("the schedule can't be written", cause);
  }
  return written;
}

/** Whether the file was not so already. */
async function replace(file: string, text: string): Promise<boolean> {
  if ((await readFile(file, "utf8").catch(whereMissing(undefined))) === text) return false;
  await mkdir(dirname(file), { recursive: true, mode: 0o755 });
  const fresh = `${file}.${process.pid}`;
  try {
    const handle = await open(fresh, "w", 0o644);
    try {
      await handle.writeFile(text);
      // Whoever runs it has to read it, whatever the umask says.
      await handle.chmod(0o644);
      await handle.datasync();
    } finally {
      await handle.close();
    }
    await rename(fresh, file);
  } catch (thrown) {
    await rm(fresh, { force: true }).catch(() => undefined);
    throw thrown;
  }
  return true;
}

/**
 * Removes all files of a schedule, drop-ins too; what it recorded stays. The record goes last, so that a removal that was cut short can be repeated.
 * @throws SurefootError `schedule-failed`.
 */
export async function removeSchedule(
  { records, units, stamps, caches }: Folders,
  name: string,
): Promise<void> {
  const unit = unitName(name);
  const files = [
    ...[".service", ".timer"].flatMap((ending) => [
      join(units, `${unit}${ending}`),
      join(units, `${unit}${ending}.d`),
    ]),
    join(stamps, `stamp-${unit}.timer`),
    join(caches, unit),
    recordFile(records, name),
  ];
  try {
    for (const file of files) await rm(file, { recursive: true, force: true });
    // The last one leaves nothing of the folders.
    await rmdir(records).catch(() => undefined);
    await rmdir(dirname(records)).catch(() => undefined);
  } catch (cause) {
    throw failed(`the schedule ${name} can't be removed`, cause);
  }
}

function failed(message: string, cause: unknown): SurefootError {
  const hint = `Schedules are root's to change: ${cause instanceof Error ? cause.message : String(cause)}`;
  return new SurefootError({ code: "schedule-failed", message, hint }, { cause });
}

/** What a file that is not there means; any other error is one. */
function whereMissing<T>(value: T): (thrown: unknown) => T {
  return (thrown) => {
    if (thrown instanceof Error && "code" in thrown && thrown.code === "ENOENT") return value;
    throw thrown;
  };
}
