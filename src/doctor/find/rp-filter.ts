import type { DoctorFinding } from "../../model/diagnosis.js";
import type { Case, Finder } from "../case.js";
import { intended } from "../case.js";
import { rpFilterAtBoot, rpFilterNow } from "../effective.js";
import { known } from "../readings.js";
import { commentOut } from "../remedies.js";
import { devicesOf, isMultipath, mainDefaults } from "../ways.js";

/** The value that drops what comes in by another interface than answers would leave by (RFC 3704, strict). */
const STRICT = 1;

/** Interfaces that flows may come back by, and on which strict filtering therefore matters. */
function interfaces(host: Case): readonly string[] {
  const multipath = (mainDefaults(host.readings, 4) ?? []).filter(isMultipath).flatMap(devicesOf);
  const wanted = (intended(host)?.via ?? []).flatMap(({ dev }) => (dev === undefined ? [] : [dev]));
  return [...new Set([...multipath, ...(wanted.length > 1 ? wanted : [])])];
}

/** Strict reverse-path filtering on the interfaces of a default with several next hops, now and after the next boot. */
export const rpFilter: Finder = (host) => {
  const devices = interfaces(host);
  return devices.flatMap((dev) => {
    const strict = now(host, dev, devices.length > 1);
    return strict.length > 0 ? strict : next(host, dev);
  });
};

function now({ readings, remedies }: Case, dev: string, several: boolean): readonly DoctorFinding[] {
  const settings = known(readings.settings);
  const value = settings === undefined ? undefined : rpFilterNow(settings, dev);
  if (value?.used !== STRICT) return [];
  const drops = known(readings.drops) ?? 0;
  const who = value.own === STRICT ? `${dev}'s own value` : "the value of all";
  const counted = drops > 0 ? `; ${drops} packets were dropped for it since boot, on whatever interface` : "";
  const harm = several
    ? "Replies that come in by another interface than the host would answer by are dropped."
    : `Nothing is dropped as long as all replies come in by ${dev}; as soon as one comes by another interface it is.`;
  const boot = bootLine(readings, dev);
  return [
    {
      id: "rp-filter-strict",
      severity: several ? "problem" : "risk",
      seen: `rp_filter of ${dev} is 1, strict (all ${value.all}, ${dev} ${value.own}: the larger counts)${counted}`,
      cause: `${harm} It comes from ${who}; ${boot}.`,
      remedy: remedies.run(),
    },
  ];
}

function bootLine(readings: Case["readings"], dev: string): string {
  const files = known(readings.dropins);
  if (files === undefined) return "which file sets it is not known";
  const line = rpFilterAtBoot(files, dev);
  return line === null
    ? "no file of sysctl.d sets it, so it was set by hand or by a tool such as tuned"
    : `at boot ${line.file}:${line.line} makes it ${line.value}${Number(line.value) === STRICT ? "" : ", so something has set it since"}`;
}

function next({ readings, remedies }: Case, dev: string): readonly DoctorFinding[] {
  const files = known(readings.dropins);
  const settings = known(readings.settings);
  const line = files === undefined ? null : rpFilterAtBoot(files, dev);
  const used = settings === undefined ? undefined : rpFilterNow(settings, dev)?.used;
  if (line === null || used === undefined || Number(line.value) !== STRICT) return [];
  return [
    {
      id: "rp-filter-boot",
      severity: "risk",
      seen: `rp_filter of ${dev} is ${used} now, but ${line.file}:${line.line} makes it 1, strict, at boot`,
      cause:
        "That file is read later than the one that was meant to set it, or nothing else sets it; systemd's rule for new interfaces sets it again whenever the interface appears.",
      remedy: remedies.host(commentOut(line.file, line.line)),
    },
  ];
}
