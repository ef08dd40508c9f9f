import { SurefootError } from "../model/error.js";
import { unlikePinned } from "../schedule/pin.js";
import { readSchedule } from "../schedule/store.js";

/** What a scheduled run is held to. */
export interface Pinned {
  readonly name: string;
  /**
   * @param files All that was read for the playbook, absolute.
   * @throws SurefootError `schedule-changed` where one of them was not read when the schedule was made.
   */
  refuseOthers(files: readonly string[]): void;
}

/**
 * Opens the record of the schedule by whose timer this process runs, before anything that it pins is loaded: of a playbook that has changed,
 * no line is run.
 * @throws SurefootError `schedule-changed` where the files are not as pinned, `schedule-unknown` without the record.
 */
export async function openPinned(file: string): Promise<Pinned> {
  const schedule = await readSchedule(file);
  if (schedule === undefined) {
    const hint = "Make the schedule again: surefoot drift PLAYBOOK -i INVENTORY --schedule WHEN.";
    throw new SurefootError({ code: "schedule-unknown", message: `there is no record ${file}`, hint });
  }
  const { name, follow, pins, inventory } = schedule;
  if (follow) return { name, refuseOthers: () => undefined };
  refuse(name, await unlikePinned(pins, inventory));
  return {
    name,
    refuseOthers: (files) =>
      refuse(
        name,
        files.filter((one) => !Object.hasOwn(pins.files, one)).map((one) => `${one} is read now`),
      ),
  };
}

function refuse(name: string, changes: readonly string[]): void {
  const [first, ...more] = changes;
  if (first === undefined) return;
  throw new SurefootError({
    code: "schedule-changed",
    message: `not as it was when ${name} was scheduled: ${first}${more.length === 0 ? "" : `, and ${more.length} more`}`,
    hint: `Look at it, then: surefoot schedule repin ${name}. A schedule made with --follow takes every change.`,
    ...(more.length === 0 ? {} : { detail: changes.join("\n") }),
  });
}
