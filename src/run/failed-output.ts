import type { ErrorData } from "../model/error.js";
import type { HostPlace } from "../model/place.js";

/** How much of a failed script's output an error holds, in characters: the last part says most. */
const DETAIL_LENGTH = 2000;

/** What a script printed, as an error's detail; nothing where it may hold a secret. */
export function detailOf(output: string, sensitive: boolean): Pick<ErrorData, "detail"> {
  const detail = sensitive ? "" : output.trim().slice(-DETAIL_LENGTH);
  return detail === "" ? {} : { detail };
}

/** The error that a failed script's output tells of, where it is one of those that befall any script. */
export function failedOutput(place: HostPlace, output: string, sensitive: boolean): ErrorData | undefined {
  const said = detailOf(output, sensitive);
  if (/No space left on device|Disk quota exceeded/.test(output)) {
    const hint = "Free some space there (df -h shows which file system is full), then run again.";
    return { code: "disk-full", message: "the host's disk is full", place, hint, ...said };
  }
  if (/Read-only file system/.test(output)) {
    const hint = "Look why it is mounted read-only (dmesg, mount), mend that, then run again.";
    return { code: "read-only", message: "the host's file system is read-only", place, hint, ...said };
  }
  return undefined;
}
