import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { newSchedule } from "../../src/schedule/record.js";
import type { Folders } from "../../src/schedule/store.js";
import { findSchedule, listSchedules, removeSchedule, writeSchedule } from "../../src/schedule/store.js";
import { folder } from "../support/folder.js";
import { CHOSEN } from "./sample.js";

const folders = (): Folders => {
  const dir = folder({});
  return {
    records: join(dir, "etc/surefoot/schedules"),
    units: join(dir, "units"),
    stamps: join(dir, "stamps"),
    caches: join(dir, "caches"),
  };
};
const SCHEDULE = newSchedule(CHOSEN);
const UNIT = "surefoot-drift-ecmp-production";

it("keeps a schedule, and writes nothing where all is so already", async () => {
  const there = folders();
  expect(await listSchedules(there)).toEqual([]);
  expect(await findSchedule(there, SCHEDULE.name)).toBeUndefined();
  const written = await writeSchedule(there, SCHEDULE);
  expect(written).toHaveLength(3);
  for (const file of written) expect(statSync(file).mode & 0o777).toBe(0o644);
  expect(await listSchedules(there)).toEqual([SCHEDULE.name]);
  const read = await findSchedule(there, SCHEDULE.name);
  expect(read).toEqual(SCHEDULE);
  expect(await writeSchedule(there, read ?? newSchedule(CHOSEN))).toEqual([]);
  expect(await writeSchedule(there, { ...SCHEDULE, jitter: "5m" })).toHaveLength(2);
  expect(readdirSync(there.units)).toEqual([`${UNIT}.service`, `${UNIT}.timer`]);
});

it("writes nothing of a schedule that no unit can hold", async () => {
  const there = folders();
  await expect(writeSchedule(there, { ...SCHEDULE, cwd: "/a\nb" })).rejects.toMatchObject({
    code: "flag-invalid",
  });
  expect(existsSync(there.records)).toBe(false);
});

it("leaves nothing of a schedule that is removed, and all of others", async () => {
  const there = folders();
  const files = await writeSchedule(there, SCHEDULE);
  mkdirSync(join(there.units, `${UNIT}.service.d`));
  writeFileSync(join(there.units, `${UNIT}.service.d/mine.conf`), "");
  mkdirSync(there.stamps);
  writeFileSync(join(there.stamps, `stamp-${UNIT}.timer`), "");
  await writeSchedule(there, { ...SCHEDULE, name: "other" });
  await removeSchedule(there, SCHEDULE.name);
  for (const file of files) expect(existsSync(file)).toBe(false);
  expect(readdirSync(there.units)).toEqual(["surefoot-drift-other.service", "surefoot-drift-other.timer"]);
  expect(readdirSync(there.stamps)).toEqual([]);
  expect(await listSchedules(there)).toEqual(["other"]);
  await removeSchedule(there, "other");
  expect(existsSync(join(there.records, ".."))).toBe(false);
});

it("says of a record that is not understood where it is", async () => {
  const there = folders();
  await writeSchedule(there, SCHEDULE);
  const file = join(there.records, "ecmp-production.json");
  writeFileSync(file, readFileSync(file, "utf8").replace('"v": 1', '"v": 9'));
  await expect(findSchedule(there, SCHEDULE.name)).rejects.toMatchObject({
    data: { code: "schedule-invalid", place: { file } },
  });
});
