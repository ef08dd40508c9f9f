import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { SurefootError } from "../model/error.js";
import { unitName } from "./record.js";
import type { UnitState } from "./show.js";
import { PROPERTIES, parseShow } from "./show.js";

/** Longest wait for an answer of systemd, in milliseconds. */
const TIMEOUT_MS = 60_000;

interface Said {
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Longest wait for a run that is told to end, in milliseconds: more than the unit's TimeoutStopSec=. */
const STOP_TIMEOUT_MS = 360_000;

function ask(command: string, args: readonly string[], timeout = TIMEOUT_MS): Promise<Said> {
  const env = { ...process.env, LC_ALL: "C", TZ: "UTC", SYSTEMD_COLORS: "0", SYSTEMD_PAGER: "" };
  return new Promise((resolve, reject) => {
    execFile(command, [...args], { env, timeout }, (error, stdout, stderr) => {
      if (error === null) resolve({ exit: 0, stdout, stderr });
      else if (typeof error.code === "number") resolve({ exit: error.code, stdout, stderr });
      else reject(failed(`${command} could not be run (${error.code ?? error.signal ?? "killed"})`, stderr));
    });
  });
}

async function must(command: string, args: readonly string[], timeout?: number): Promise<string> {
  const { exit, stdout, stderr } = await ask(command, args, timeout);
  if (exit !== 0) throw failed(`${command} ${args.join(" ")} failed (exit ${exit})`, stderr);
  return stdout;
}

/**
 * @throws SurefootError `schedule-requirement` where systemd does not run this machine.
 */
export function requireSystemd(): void {
  if (existsSync("/run/systemd/system")) return;
  const hint = "Elsewhere, have cron run `surefoot drift PLAYBOOK -i INVENTORY --fix --yes`.";
  throw new SurefootError({
    code: "schedule-requirement",
    message: "schedules are timers of systemd, which does not run this machine",
    hint,
  });
}

/** The version of systemd: 252. */
export async function systemdVersion(): Promise<number> {
  return Number(/^systemd (\d+)/.exec(await must("systemctl", ["--version"]))?.[1] ?? 0);
}

/**
 * @param flag Where it was given.
 * @throws SurefootError `flag-invalid` with what systemd says of it.
 */
export async function checkTime(kind: "calendar" | "timespan", text: string, flag: string): Promise<void> {
  // An option of systemd-analyze is no time, and neither is anything that would end a line of a unit.
  const said = /^[^-\p{Cc}%][^\p{Cc}%]*$/u.test(text)
    ? await ask("systemd-analyze", [kind, text])
    : undefined;
  if (said?.exit === 0) return;
  throw new SurefootError({
    code: "flag-invalid",
    message: `${flag}: systemd does not understand "${text}"`,
    hint:
      kind === "calendar"
        ? 'Write it as systemd.time(7) says: "*:0/15", hourly, "Mon..Fri 06:30".'
        : "Write it as systemd.time(7) says: 30s, 5m, 1h.",
    ...(said === undefined || said.stderr.trim() === "" ? {} : { detail: said.stderr.trim() }),
  });
}

/**
 * Has the timer tick, now and after reboots, as its files say.
 * @param changed Whether its files are not those that systemd knows.
 * @throws SurefootError `schedule-failed`.
 */
export async function startTimer(name: string, changed: boolean): Promise<void> {
  const timer = `${unitName(name)}.timer`;
  if (changed) await must("systemctl", ["daemon-reload"]);
  await must("systemctl", ["enable", "--quiet", timer]);
  await must("systemctl", [changed ? "restart" : "start", timer]);
}

/**
 * Stops the timer and a run that goes on, which finishes or takes back what is in flight.
 * @throws SurefootError `schedule-failed`.
 */
export async function stopTimer(name: string): Promise<void> {
  const unit = unitName(name);
  const { exit } = await ask("systemctl", ["cat", `${unit}.timer`]);
  if (exit === 0) await must("systemctl", ["disable", "--quiet", "--now", `${unit}.timer`]);
  const { exit: known } = await ask("systemctl", ["cat", `${unit}.service`]);
  // It returns when the run has ended.
  if (known === 0) await must("systemctl", ["stop", `${unit}.service`], STOP_TIMEOUT_MS);
}

/**
 * Has systemd forget units whose files are gone, a failure of theirs too.
 * @throws SurefootError `schedule-failed`.
 */
export async function forgetUnits(name: string): Promise<void> {
  await must("systemctl", ["daemon-reload"]);
  await ask("systemctl", ["reset-failed", `${unitName(name)}.service`, `${unitName(name)}.timer`]);
}

/**
 * What systemd says of a schedule.
 * @throws SurefootError `schedule-failed`.
 */
export async function unitState(name: string): Promise<UnitState> {
  const unit = unitName(name);
  return parseShow(
    await must("systemctl", ["show", `${unit}.timer`, `${unit}.service`, `--property=${PROPERTIES}`]),
  );
}

/** The last lines that a schedule's runs printed; empty where they can't be read. */
export async function logEnd(name: string, lines: number): Promise<string> {
  const wanted = ["--unit", `${unitName(name)}.service`, "--lines", String(lines)];
  const { stdout } = await ask("journalctl", [...wanted, "--no-pager", "--quiet", "--output", "short-iso"]);
  return stdout;
}

/**
 * Those of these paths that a user may not read, or, of folders that are to be written, not write.
 * @throws SurefootError `schedule-failed`.
 */
export async function notAllowed(
  user: string,
  { read, write }: { readonly read: readonly string[]; readonly write: readonly string[] },
): Promise<readonly string[]> {
  const script =
    'n=$1; shift; for f; do if [ "$n" -gt 0 ]; then n=$((n-1)); test -r "$f"; else test -w "$f"; fi || printf "%s\\n" "$f"; done; :';
  const args = ["-u", user, "--", "sh", "-c", script, "sh", String(read.length), ...read, ...write];
  return (await must("runuser", args)).split("\n").filter((line) => line !== "");
}

/**
 * Whether this machine has a user of that name.
 * @throws SurefootError `schedule-failed`.
 */
export async function userExists(user: string): Promise<boolean> {
  return (await ask("id", ["-u", "--", user])).exit === 0;
}

function failed(message: string, detail: string): SurefootError {
  const hint = "See what systemd says of it; `systemctl status` and `journalctl -xe` tell more.";
  const said = detail.trim();
  return new SurefootError({
    code: "schedule-failed",
    message,
    hint,
    ...(said === "" ? {} : { detail: said }),
  });
}
