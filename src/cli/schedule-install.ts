import { constants } from "node:fs";
import { access, mkdir } from "node:fs/promises";
import { resolve } from "node:path";
import { parseFlap } from "../drift/flap.js";
import { SurefootError } from "../model/error.js";
import { openReceiver } from "../notify/send.js";
import { shortTime } from "../report/text.js";
import { pin } from "../schedule/pin.js";
import type { Schedule } from "../schedule/record.js";
import { defaultName, differences, isName, newSchedule } from "../schedule/record.js";
import { FOLDERS, findSchedule, writeSchedule } from "../schedule/store.js";
import {
  checkTime,
  notAllowed,
  requireSystemd,
  startTimer,
  systemdVersion,
  unitState,
  userExists,
} from "../schedule/systemd.js";
import { CREDENTIALS_SINCE, serviceText, written } from "../schedule/units.js";
import { prepare } from "./prepare.js";
import { filesOf } from "./record.js";
import { programOf, requireRoot, scheduledFlags } from "./schedule-flags.js";
import type { ScheduleFlags } from "./schedule-options.js";
import { version } from "./version.js";

/** The flags, with when it shall run. */
type Wanted = ScheduleFlags & { readonly schedule: string };

/** Makes a schedule of a look for drift, or brings one of that name up to date; tells what it did. */
export async function installSchedule(playbook: string, flags: Wanted): Promise<void> {
  parseFlap(flags.flap);
  const given = { ...scheduledFlags(flags), ...(await split(vaultFiles(flags))) };
  requireSystemd();
  requireRoot();
  const schedule = await wanted(playbook, flags, given);
  const was = await findSchedule(FOLDERS, schedule.name);
  if (was !== undefined) refuseOther(was, schedule, flags.force === true);
  await requireAccess(schedule);
  const what = was === undefined ? [] : differences(was, schedule);
  // What means the same keeps its date, so that repeating it changes nothing.
  const kept = was !== undefined && what.length === 0 ? { ...schedule, at: was.at } : schedule;
  const written = await writeSchedule(FOLDERS, kept);
  await startTimer(schedule.name, written.length > 0);
  await tell(schedule, was === undefined ? undefined : what, written);
}

/** Those that a look would use now. */
function vaultFiles({ vaultPasswordFile }: Wanted): readonly string[] {
  const { ANSIBLE_VAULT_PASSWORD_FILE: file = "" } = process.env;
  return vaultPasswordFile.length > 0 || file === "" ? vaultPasswordFile : [file];
}

/** Files with passwords of vaults; one that is a program prints the password, and has to stay where it can be run. */
async function split(
  files: readonly string[],
): Promise<{ readonly vault: string[]; readonly vaultPrograms: string[] }> {
  const [vault, vaultPrograms]: [string[], string[]] = [[], []];
  for (const file of files.map((one) => resolve(one))) {
    const runs = await access(file, constants.X_OK).then(
      () => true,
      () => false,
    );
    (runs ? vaultPrograms : vault).push(file);
  }
  return { vault, vaultPrograms };
}

async function wanted(
  playbook: string,
  flags: Wanted,
  given: ReturnType<typeof scheduledFlags> & Awaited<ReturnType<typeof split>>,
): Promise<Schedule> {
  const name = flags.name ?? defaultName(resolve(playbook), resolve(flags.inventory));
  if (!isName(name))
    throw invalid(`--name: "${name}" is no name for a schedule`, "Use letters, digits, - and _.");
  const { jitter = "1m", runTimeout = "1h", onFailure, user = process.env.SUDO_USER ?? "root" } = flags;
  await checkTime("calendar", flags.schedule, "--schedule");
  await checkTime("timespan", jitter, "--jitter");
  if (runTimeout !== "infinity") await checkTime("timespan", runTimeout, "--run-timeout");
  if (onFailure !== undefined && !/^[A-Za-z0-9:_.\\@%-]+\.[a-z]+$/.test(onFailure))
    throw invalid(`--on-failure: "${onFailure}" is no unit`, "Write one with its ending: alert@%n.service");
  if (!/^[A-Za-z0-9_][A-Za-z0-9_.-]*\$?$/.test(user) || !(await userExists(user)))
    throw invalid(`--user: this machine has no user "${user}"`, "Name one that `id` knows.");
  const { SUREFOOT_AGE_IDENTITY: age = "" } = process.env;
  const handed = given.vault.length > 0 || given.webhooks.length > 0 || age !== "";
  if (handed && (await systemdVersion()) < CREDENTIALS_SINCE)
    throw needs(
      `systemd ${CREDENTIALS_SINCE} or later is needed to hand secrets over`,
      "Give a program that prints the password; have a command send the notice.",
    );
  // What can't be read now could not be later.
  await Promise.all(given.webhooks.map((file) => openReceiver({ kind: "webhook", file })));
  const fleet = await prepare(playbook, flags);
  const inventory = resolve(flags.inventory);
  return newSchedule({
    name,
    surefoot: version(),
    program: programOf(),
    on: flags.schedule,
    jitter,
    runTimeout,
    user,
    cwd: process.cwd(),
    playbook: resolve(playbook),
    inventory,
    state: resolve(flags.state),
    fix: flags.fix === true,
    ...(flags.limit === undefined ? {} : { limit: flags.limit }),
    ...(flags.tags === undefined ? {} : { tags: [...flags.tags] }),
    extraVar: given.extraVar,
    flags: given.words,
    ...(flags.metrics === undefined ? {} : { metrics: resolve(flags.metrics) }),
    webhooks: given.webhooks,
    commands: given.commands,
    vault: given.vault,
    vaultPrograms: given.vaultPrograms,
    ...(age === "" ? {} : { age: resolve(age) }),
    ...(onFailure === undefined ? {} : { onFailure }),
    follow: flags.follow === true,
    pins: await pin(filesOf(fleet, given.extraVar), inventory),
  });
}

function refuseOther(was: Schedule, is: Schedule, force: boolean): void {
  if (force || (was.playbook === is.playbook && was.inventory === is.inventory)) return;
  throw new SurefootError({
    code: "schedule-exists",
    message: `${was.name} is scheduled already, for ${was.playbook} -i ${was.inventory}`,
    hint: "Give another --name, or --force to replace it.",
  });
}

/** Makes the folder for what is recorded, and makes sure that the user may read and write what a run will. */
async function requireAccess(schedule: Schedule): Promise<void> {
  const { user, state, cwd, pins, inventory, playbook } = schedule;
  // A path that can't stand in a unit is told before anything is made.
  serviceText(schedule, "/");
  const hidden = [playbook, inventory, cwd, ...written(schedule)].find((path) =>
    /^\/(var\/)?tmp(\/|$)/.test(path),
  );
  if (hidden !== undefined)
    throw invalid(`${hidden} can't be seen by a schedule, which has a /tmp of its own`, "Keep it elsewhere.");
  const made = await mkdir(state, { recursive: true, mode: 0o700 });
  if (made !== undefined && user !== "root") {
    const { chownTree } = await import("./schedule-flags.js");
    await chownTree(made, user);
  }
  const read = [...Object.keys(pins.files), ...Object.keys(pins.inventory), cwd];
  const [first, ...more] = await notAllowed(user, { read, write: written(schedule) });
  if (first === undefined) return;
  throw invalid(
    `${user} may not ${read.includes(first) ? "read" : "write to"} ${first}${more.length === 0 ? "" : `, and ${more.length} more`}`,
    "Change the permissions, or give another --user, --state or --metrics.",
  );
}

async function tell(
  schedule: Schedule,
  what: readonly string[] | undefined,
  written: readonly string[],
): Promise<void> {
  const { name, user, fix, pins, follow } = schedule;
  const { next } = await unitState(name);
  const how =
    what === undefined ? "is scheduled" : written.length === 0 ? "is scheduled so already" : "has changed";
  const files = Object.keys(pins.files).length + Object.keys(pins.inventory).length;
  const lines = [
    `${name} ${how}`,
    ...(what ?? []).map((line) => `  ${line}`),
    `  ${fix ? "looks for drift and corrects it" : "looks for drift, and changes nothing"}, as ${user}`,
    `  ${files} files are pinned${follow ? ", and followed when they change" : ""}`,
    `  next time ${next === undefined ? "never" : shortTime(next)}`,
    ...written.map((file) => `  wrote ${file}`),
  ];
  process.stdout.write(`${lines.join("\n")}\n`);
}

function invalid(message: string, hint: string): SurefootError {
  return new SurefootError({ code: "flag-invalid", message, hint });
}

function needs(message: string, hint: string): SurefootError {
  return new SurefootError({ code: "schedule-requirement", message, hint });
}
