import { SurefootError } from "../model/error.js";
import { KEPT_MS } from "./memory.js";

/** How often a host may be corrected before it is left alone. */
export interface FlapLimit {
  readonly times: number;
  readonly ms: number;
}

/** Milliseconds of what people write behind a number. */
export const UNITS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 24 * 3_600_000 };

/**
 * Reads `3/1h`: three times in an hour. Units are m, h and d.
 * @throws SurefootError `flag-invalid`.
 */
export function parseFlap(text: string): FlapLimit {
  const [, times = "", count = "", unit = ""] = /^([1-9]\d*)\/([1-9]\d*)([mhd])$/.exec(text) ?? [];
  const ms = Number(count) * (UNITS[unit] ?? 0);
  if (times !== "" && ms <= KEPT_MS) return { times: Number(times), ms };
  throw new SurefootError({
    code: "flag-invalid",
    message: `--flap: "${text}" does not say how often in how long a time`,
    hint: "Write a number of corrections and a time of at most 30 days: --flap 3/1h",
  });
}

/** How many of these corrections fall into the limit's time before now; times are ISO 8601. */
export function recent(corrected: readonly string[], { ms }: FlapLimit, now: string): number {
  return corrected.filter((time) => Date.parse(now) - Date.parse(time) < ms).length;
}

/** Whether one more correction would be one too many. */
export function isFlapping(corrected: readonly string[], limit: FlapLimit, now: string): boolean {
  return recent(corrected, limit, now) >= limit.times;
}
