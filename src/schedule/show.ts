/** What systemd says of a schedule's units. */
export interface UnitState {
  /** ISO 8601 in UTC; undefined where there is none. */
  readonly next?: string;
  /** When the timer fired last. */
  readonly triggered?: string;
  /** Whether the timer ticks now. */
  readonly ticking: boolean;
  /** Whether it will after a reboot. */
  readonly enabled: boolean;
  /** A run goes on now. */
  readonly running: boolean;
  /** When the last run since the machine's start ended. */
  readonly ended?: string;
  /** How the last run since the machine's start ended, in the words of systemd: `success`, `exit-code`, `timeout`. */
  readonly result?: string;
  /** Its exit code, where it ended by itself. */
  readonly exit?: number;
}

/** Properties that {@link parseShow} reads. */
export const PROPERTIES =
  "Id,ActiveState,UnitFileState,NextElapseUSecRealtime,LastTriggerUSec,Result,ExecMainStatus,ExecMainCode,ExecMainExitTimestamp";

/**
 * Reads what `systemctl show` prints of a timer and its service, in whichever order, with LC_ALL=C and TZ=UTC.
 */
export function parseShow(text: string): UnitState {
  const units = text.split(/\n\s*\n/).map(properties);
  const find = (ending: string): ReadonlyMap<string, string> =>
    units.find((unit) => unit.get("Id")?.endsWith(ending) === true) ?? new Map();
  const [timer, service] = [find(".timer"), find(".service")];
  const next = timeOf(timer.get("NextElapseUSecRealtime"));
  const triggered = timeOf(timer.get("LastTriggerUSec"));
  const ended = timeOf(service.get("ExecMainExitTimestamp"));
  const ran = ended !== undefined;
  const result = ran ? service.get("Result") : undefined;
  // CLD_EXITED of siginfo.h: otherwise the status is a signal's number.
  const exit = ran && service.get("ExecMainCode") === "1" ? Number(service.get("ExecMainStatus")) : undefined;
  return {
    ...(next === undefined ? {} : { next }),
    ...(triggered === undefined ? {} : { triggered }),
    ticking: timer.get("ActiveState") === "active",
    enabled: timer.get("UnitFileState") === "enabled",
    running: service.get("ActiveState") === "activating",
    ...(ended === undefined ? {} : { ended }),
    ...(result === undefined ? {} : { result }),
    ...(exit === undefined ? {} : { exit }),
  };
}

function properties(block: string): ReadonlyMap<string, string> {
  return new Map(
    block.split("\n").flatMap((line) => {
      const at = line.indexOf("=");
      return at < 0 ? [] : [[line.slice(0, at), line.slice(at + 1).trim()] as const];
    }),
  );
}

/** `Wed 2026-11-25 16:57:47 UTC`, as systemd prints a time. */
function timeOf(text = ""): string | undefined {
  const [, day, time] = /^\w{3} (\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(?:\.\d+)? UTC$/.exec(text) ?? [];
  return day === undefined || time === undefined ? undefined : `${day}T${time}Z`;
}
