import { UNITS as DAYS } from "../drift/flap.js";
import { SurefootError } from "../model/error.js";

const UNITS: Readonly<Record<string, number>> = { ...DAYS, w: 7 * 24 * 3_600_000 };

/**
 * Reads a time: so long ago (`90m`, `12h`, `7d`, `2w`), a day, or a day and time in UTC.
 * @throws SurefootError `flag-invalid`.
 */
export function parseSince(text: string, now: Date, flag = "--since"): Date {
  const [, count = "", unit = ""] = /^([1-9]\d*)([mhdw])$/.exec(text) ?? [];
  const given =
    count === "" ? Date.parse(absolute(text)) : now.getTime() - Number(count) * (UNITS[unit] ?? 0);
  if (!Number.isNaN(given) && given > 0) return new Date(given);
  throw new SurefootError({
    code: "flag-invalid",
    message: `${flag}: "${text}" is no time`,
    hint: `Write how long ago, by m, h, d or w: ${flag} 7d; or a day, or a day and time in UTC: ${flag} 2026-11-25T09:00`,
  });
}

/** The text as ISO 8601 in UTC; empty where it is of no such form. */
function absolute(text: string): string {
  const [, day, time] = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d)?)Z?)?$/.exec(text) ?? [];
  return day === undefined ? "" : `${day}T${time ?? "00:00"}Z`;
}
