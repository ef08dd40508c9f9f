import { pin } from "../schedule/pin.js";
import type { Schedule } from "../schedule/record.js";
import { differences } from "../schedule/record.js";
import { FOLDERS, findSchedule, listSchedules, removeSchedule, writeSchedule } from "../schedule/store.js";
import { forgetUnits, requireSystemd, stopTimer } from "../schedule/systemd.js";
import { prepare } from "./prepare.js";
import { filesOf } from "./record.js";
import { requireRoot } from "./schedule-flags.js";
import { knownSchedule, unknownSchedule } from "./schedule-tell.js";

/**
 * Pins the files of a schedule as they are now, those too that the playbook did not read before; gives what is told.
 * @throws SurefootError `schedule-unknown`, `schedule-requirement` or `schedule-failed`; what `plan` would say of bad input.
 */
export async function repin(name: string, json: boolean): Promise<string> {
  requireRoot();
  const was = await knownSchedule(name);
  const is: Schedule = { ...was, pins: await pin(await readBy(was), was.inventory) };
  const changed = differences(was, is);
  if (changed.length > 0) await writeSchedule(FOLDERS, { ...is, at: new Date().toISOString() });
  if (json) return `${JSON.stringify({ name, changed }, null, 2)}\n`;
  if (changed.length === 0) return `${name}: nothing has changed\n`;
  return `${name}\n${changed.map((line) => `  ${line}\n`).join("")}`;
}

/** What a run of the schedule would read now, from where it would run. */
async function readBy(schedule: Schedule): Promise<readonly string[]> {
  const { cwd, playbook, inventory, limit, tags, extraVar, vault, vaultPrograms, age } = schedule;
  process.chdir(cwd);
  if (age !== undefined) process.env.SUREFOOT_AGE_IDENTITY = age;
  const fleet = await prepare(playbook, {
    inventory,
    extraVar,
    vaultPasswordFile: [...vault, ...vaultPrograms],
    ...(limit === undefined ? {} : { limit }),
    ...(tags === undefined ? {} : { tags }),
  });
  return filesOf(fleet, extraVar);
}

/**
 * Removes a schedule, after a run that goes on has ended; gives what is told. It may be one whose record is not understood.
 * @throws SurefootError `schedule-unknown`, `schedule-requirement` or `schedule-failed`.
 */
export async function remove(name: string, json: boolean): Promise<string> {
  requireSystemd();
  requireRoot();
  if (!(await listSchedules(FOLDERS)).includes(name)) throw await unknownSchedule(name);
  const state = await findSchedule(FOLDERS, name).then(
    (schedule) => schedule?.state,
    () => undefined,
  );
  await stopTimer(name);
  await removeSchedule(FOLDERS, name);
  await forgetUnits(name);
  if (json) return `${JSON.stringify({ name, removed: true }, null, 2)}\n`;
  return `${name} is removed${state === undefined ? "" : `; what its runs recorded stays in ${state}`}\n`;
}
